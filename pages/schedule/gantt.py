"""What runs where and when, how good the plan is, and the way of one order through it."""

import datetime as dt

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.gantt import Window, gantt
from ui.picking import picked
from ui.text import t

STEPS = (
    "step_no",
    "step_name",
    "station_name",
    "units",
    "start_time",
    "finish_time",
    "qty",
    "hours",
    "overtime_hours",
    "yield_rate",
    "waited_hours",
)
AROUND = ("place", "unit_no", "order_ref", "step_no", "item_no", "item_name", "start_time", "finish_time")
TIMES = {"start_time": "moment", "finish_time": "moment"}
MOST_BARS = 1200  # above it the fullest station stands for all
MOST_BARS_OF_ONE = 450  # what a browser draws in the blink of an eye


def labels(columns: tuple[str, ...]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"schedule.columns.{name}") for name in columns}


def length_of(days: str) -> str:
    """3 days, 2 weeks: a stretch of time."""
    weeks, rest = divmod(int(days), 7)
    return t("schedule.filter.days", count=days) if rest else t("schedule.filter.weeks", count=weeks)


def put_away() -> None:
    """The drawer was closed; the bar may stay selected."""
    st.query_params.pop("lot", None)


def show_lot(order_ref: str, step_no: int) -> None:
    """One lot: what it makes for whom, its steps, and what stands before and after it."""
    head = page.ask("schedule/lot", order_ref=order_ref).iloc[0]
    st.markdown(
        t(
            "schedule.lot.lead",
            item=head["item_no"],
            name=head["item_name"],
            qty=text.quantity(head["qty"]),
            uom=head["uom"],
            start=text.date(head["start_date"]),
            finish=text.date(head["finish_date"]),
        )
    )
    st.markdown(
        t("schedule.lot.serves_none")
        if text.missing(head["serves"])
        else t("schedule.lot.serves", serves=head["serves"], target=text.date(head["target_date"]))
    )
    around = page.ask("schedule/lot_neighbours", order_ref=order_ref, step_no=step_no).copy()
    with st.container(horizontal=True):
        links.link("mrp", t("schedule.lot.item"), item=head["item_no"])
        if not around.empty:
            here = around[around["place"] == "this"].iloc[0]
            links.link(
                "dispatch", t("schedule.lot.open_station"), station=here["station_no"], day=here["start_time"].date()
            )
    st.markdown(f"**{t('schedule.lot.steps')}**")
    tables.table(
        page.ask("schedule/lot_steps", order_ref=order_ref),
        "lot_steps",
        STEPS,
        alt=t("schedule.lot.steps_alt", ref=order_ref),
        labels=labels(STEPS),
        looks={**TIMES, "yield_rate": "percent"},
        download=False,
    )
    if around.empty:
        return
    st.markdown(f"**{t('schedule.lot.around', station=names[around['station_no'].iloc[0]])}**")
    around["place"] = [t(f"schedule.lot.{place}") for place in around["place"]]
    tables.table(
        around,
        "lot_around",
        AROUND,
        alt=t("schedule.lot.around_alt"),
        labels=labels(AROUND),
        looks=TIMES,
        download=False,
    )


page = guard.page("gantt")
with guard.told():
    plan = page.plan
    answer = st.container()
    stations = page.ask("schedule/stations")
    names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
    mondays = pd.date_range(plan.first_day + dt.timedelta(days=1), plan.horizon_end, freq="W-MON")
    begins = [plan.first_day.isoformat(), *(f"{day:%Y-%m-%d}" for day in mondays)]
    by_search, by_station, by_start, by_length = st.columns([5, 4, 4, 7], vertical_alignment="top")
    with by_search:
        search = filters.search("q", t("schedule.filter.search"), t("schedule.filter.search_hint"))
    with by_start:
        begin = dt.date.fromisoformat(
            filters.select("from", t("schedule.filter.from_date"), begins, text.date, begins[0])
        )
    with by_length:
        days = filters.segments(
            "days",
            t("schedule.filter.window"),
            ("3", "7", "14", "28", "56"),
            length_of,
            "7",
        )
    end = min(begin + dt.timedelta(days=int(days) - 1), plan.horizon_end)
    ahead = {"from_date": begin, "to_date": end}
    crowded = int(page.ask("schedule/bar_count", **ahead)["bars"].iloc[0]) > MOST_BARS and not search
    with by_station:
        station = filters.select(
            "station",
            t("schedule.filter.stations"),
            ["", *names],
            lambda number: names.get(number, t(f"schedule.filter.{'fullest_station' if crowded else 'all_stations'}")),
        )
    if crowded and not station:
        station = page.ask("schedule/bottleneck", **ahead)["station_no"].iloc[0]
    asked = {
        **ahead,
        "most_bars": MOST_BARS_OF_ONE if crowded else MOST_BARS,
        "stations": [station] if station else [],
        "search": search,
        "frozen_until": plan.frozen_until,
    }
    totals = page.ask("schedule/gantt_totals", **asked).iloc[0]

    with answer:
        st.subheader(
            t("schedule.gantt.lead_late", late=text.quantity(totals["late_lines"]))
            if totals["late_lines"]
            else t("schedule.gantt.lead_ok", orders=text.quantity(totals["lines"])),
            anchor=False,
        )
        over = "schedule.gantt.over" if totals["days_over"] else "schedule.gantt.no_over"
        st.markdown(
            t(
                "schedule.gantt.lead_detail",
                bars=text.quantity(totals["bars"]),
                stations=text.quantity(totals["stations"]),
                start=text.date(begin),
                end=text.date(end),
                over=t(over, count=text.quantity(totals["days_over"])),
            )
        )
        unknown = t("schedule.gantt.no_bound")
        for place, name, value in zip(
            st.columns(5),
            ("objective", "bound", "gap", "overtime", "seconds"),
            (
                text.quantity(plan.objective, 0),
                text.quantity(plan.bound, 1) if plan.bound is not None else unknown,
                text.percent(plan.gap) if plan.gap is not None else unknown,
                text.quantity(plan.overtime_hours, 1),
                text.quantity(plan.seconds, 1),
            ),
            strict=True,
        ):
            with place:
                st.caption(t(f"schedule.gantt.{name}"))
                st.markdown(f"**{value}**")

    bars = page.ask("schedule/drawn_bars", **asked)
    if bars.empty:
        guard.nothing(t("schedule.gantt.empty_window"))
        links.link("gantt", t("schedule.filter.clear"))
        st.stop()
    if search:
        found = "schedule.gantt.found" if totals["lit_lots"] else "schedule.gantt.not_found"
        st.info(t(found, search=search, lots=text.quantity(totals["lit_lots"])))
    units = page.ask("schedule/drawn_units", **asked)
    if len(units) < units["units"].iloc[0]:
        drawn = {"drawn": text.quantity(len(units)), "units": text.quantity(units["units"].iloc[0])}
        st.caption(t("schedule.gantt.on_its_way" if totals["lit_lots"] else "schedule.gantt.first_units", **drawn))
    hours = page.ask("schedule/working_window", **asked).iloc[0]
    window = Window(
        begin,
        end,
        plan.first_day,
        None if pd.isna(hours["opens"]) else float(hours["opens"]),
        None if pd.isna(hours["closes"]) else float(hours["closes"]),
        tuple(pd.Timestamp(day).date() for day in hours["days_off"]),
        plan.frozen_until,
    )
    st.caption(t("schedule.gantt.pick"))
    selected = st.plotly_chart(
        gantt(
            bars,
            units,
            page.ask("schedule/station_days", **asked),
            window,
            t,
            lambda day: f"{day:%m-%d}<br>{text.weekday(day)}",
            searching=bool(totals["lit_lots"]),
        ),
        key="gantt",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False, "showTips": False},  # it would lie over the legend; dragging zooms
        alt=t(
            "schedule.gantt.alt",
            start=text.date(begin),
            end=text.date(end),
            bars=text.quantity(totals["bars"]),
            late=text.quantity(totals["late_bars"]),
        ),
    )
    points = [point["customdata"] for point in selected.selection.points if point.get("customdata")]
    lot = picked("lot", f"{points[0][0]}~{points[0][1]}" if points else "")

    if lot:
        order_ref, _, step = lot.rpartition("~")
        if step.isdigit() and not page.ask("schedule/lot", order_ref=order_ref).empty:
            drawer = st.dialog(t("schedule.lot.title", ref=order_ref), width=920, position="right", on_dismiss=put_away)
            drawer(show_lot)(order_ref, int(step))
        else:
            guard.nothing(t("schedule.lot.not_there", ref=order_ref))

    with st.expander(t("schedule.gantt.how")):
        st.markdown(t("schedule.gantt.definition"))
