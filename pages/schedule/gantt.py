"""What runs where and when, how good the plan is, and the way of one order through it."""

import datetime as dt
from typing import Any

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
PARTS = ("item_no", "item_name", "qty", "uom", "supply", "supply_ref", "available_time")
LINES = ("line", "customer_name", "qty", "target_date", "planned_date", "state")
TIMES = {"start_time": "moment", "finish_time": "moment", "available_time": "moment"}
MOST_BARS = 1200  # above it the fullest station stands for all
MOST_BARS_OF_ONE = 300  # of a part of its units: a screen full, drawn in the blink of an eye


def labels(columns: tuple[str, ...]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"schedule.columns.{name}") for name in columns}


def length_of(days: str) -> str:
    """1 day, 3 days, 2 weeks: a stretch of time."""
    if days == "1":
        return t("schedule.filter.day")
    weeks, rest = divmod(int(days), 7)
    return t("schedule.filter.days", count=days) if rest else t("schedule.filter.weeks", count=weeks)


def reach(units: pd.DataFrame) -> str:
    """Polishing 1–26; assembly 90 – packing 12: from which unit to which."""
    first, last = units.iloc[0], units.iloc[-1]
    if first["station_no"] == last["station_no"]:
        return t(
            "schedule.filter.units_of_one", station=first["station_name"], first=first["unit_no"], last=last["unit_no"]
        )
    return t(
        "schedule.filter.units_of_many",
        first=f"{first['station_name']} {first['unit_no']}",
        last=f"{last['station_name']} {last['unit_no']}",
    )


def put_away() -> None:
    """The drawer was closed; the bar may stay selected."""
    st.query_params.pop("lot", None)


def wanted() -> dict[str, Any]:
    """What is looked at, from the controls and the URL: days, stations, the searched order, the part of the units."""
    plan = page.plan
    mondays = pd.date_range(plan.first_day + dt.timedelta(days=1), plan.horizon_end, freq="W-MON")
    begins = [plan.first_day.isoformat(), *(f"{day:%Y-%m-%d}" for day in mondays)]
    by_search, by_station, by_start, by_part = st.columns(4, vertical_alignment="top")
    with by_search:
        search = filters.search("q", t("schedule.filter.search"), t("schedule.filter.search_hint"))
    with by_start:
        begin = dt.date.fromisoformat(
            filters.select("from", t("schedule.filter.from_date"), begins, text.date, begins[0])
        )
    with st.container(horizontal=True, gap="large"):
        days = filters.segments("days", t("schedule.filter.window"), ("1", "3", "7", "14", "28", "56"), length_of, "7")
        colour = filters.segments(
            "by", t("schedule.filter.colour"), ("state", "order"), lambda by: t(f"schedule.filter.by_{by}"), "state"
        )
    ahead = {"from_date": begin, "to_date": min(begin + dt.timedelta(days=int(days) - 1), plan.horizon_end)}
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
    units = page.ask("schedule/unit_parts", **asked)
    parts = {str(part): reach(found) for part, found in units.groupby("part")}
    part = "0"
    if len(parts) > 1:
        with by_part:
            part = filters.select("units", t("schedule.filter.units"), list(parts), parts.__getitem__, "0")
    return {**asked, "part": int(part), "by_order": colour == "order"}


def answer(asked: dict[str, Any], totals: pd.Series) -> None:
    """What is late, what is in view, and how good the plan is."""
    st.subheader(
        t("schedule.gantt.lead_late", late=text.quantity(totals["late_lines"]))
        if totals["late_lines"]
        else t("schedule.gantt.lead_ok", orders=text.quantity(totals["lines"])),
        anchor=False,
    )
    over = "schedule.gantt.over" if totals["days_over"] else "schedule.gantt.no_over"
    only = asked["stations"]
    st.markdown(
        t(
            "schedule.gantt.lead_station" if only else "schedule.gantt.lead_detail",
            bars=text.quantity(totals["bars"]),
            station=names[only[0]] if only else "",
            stations=text.quantity(totals["stations"]),
            start=text.date(asked["from_date"]),
            end=text.date(asked["to_date"]),
            over=t(over, count=text.quantity(totals["days_over"])),
        )
    )
    plan = page.plan
    unknown = t("schedule.gantt.no_bound")
    st.caption(
        t(
            "schedule.gantt.quality",
            objective=text.quantity(plan.objective, 0),
            bound=text.quantity(plan.bound, 1) if plan.bound is not None else unknown,
            gap=text.percent(plan.gap) if plan.gap is not None else unknown,
            overtime=text.quantity(plan.overtime_hours, 1),
            seconds=text.quantity(plan.seconds, 1),
        )
    )


def found(asked: dict[str, Any], totals: pd.Series) -> None:
    """Whether the searched order is in view, and the way to it where it is not."""
    search = asked["search"]
    if totals["lit_lots"]:
        st.info(t("schedule.gantt.found", search=search, lots=text.quantity(totals["lit_lots"])))
        return
    span = page.ask("schedule/way_span", search=search).iloc[0]
    if text.missing(span["first_day"]):
        st.info(t("schedule.gantt.not_found", search=search))
        return
    st.info(
        t(
            "schedule.gantt.elsewhere",
            search=search,
            start=text.date(span["first_day"]),
            end=text.date(span["last_day"]),
        )
    )
    monday = span["first_day"] - pd.Timedelta(days=span["first_day"].weekday())
    begin = max(monday.date(), page.plan.first_day)
    length = next((days for days in (7, 14, 28) if span["last_day"].date() < begin + dt.timedelta(days=days)), 56)
    links.link(
        "gantt",
        t("schedule.gantt.go_there", search=search),
        q=search,
        days="" if length == 7 else length,
        **{"from": "" if begin == page.plan.first_day else begin},
    )


def window_of(asked: dict[str, Any]) -> Window:
    """The stretch of time in view, and when nobody works in it."""
    hours = page.ask("schedule/working_window", **asked).iloc[0]
    return Window(
        asked["from_date"],
        asked["to_date"],
        page.plan.first_day,
        None if pd.isna(hours["opens"]) else float(hours["opens"]),
        None if pd.isna(hours["closes"]) else float(hours["closes"]),
        tuple(pd.Timestamp(day).date() for day in hours["days_off"]),
        asked["frozen_until"],
    )


@st.fragment
def board() -> None:
    """The answer, the filters and the chart; a filter or a bar that is picked redraws these alone."""
    with guard.told():
        lead = st.container()
        asked = wanted()
        totals = page.ask("schedule/gantt_totals", **asked).iloc[0]
        with lead:
            answer(asked, totals)
        bars = page.ask("schedule/drawn_bars", **asked)
        if asked["search"]:
            found(asked, totals)
        if bars.empty:
            guard.nothing(t("schedule.gantt.empty_window"))
            links.link("gantt", t("schedule.filter.clear"))
            return
        units = page.ask("schedule/drawn_units", **asked)
        if len(units) < units["units"].iloc[0]:
            drawn = {"drawn": text.quantity(len(units)), "units": text.quantity(units["units"].iloc[0])}
            st.caption(t("schedule.gantt.on_its_way" if totals["lit_lots"] else "schedule.gantt.some_units", **drawn))
        st.caption(t("schedule.gantt.pick_by_order" if asked["by_order"] else "schedule.gantt.pick"))
        figure = page.kept(
            "gantt",
            lambda: gantt(
                bars,
                units,
                page.ask("schedule/station_days", **asked),
                window_of(asked),
                t,
                lambda day: f"{day:%m-%d}<br>{text.weekday(day)}",
                searching=bool(totals["lit_lots"]),
                by_order=asked["by_order"],
            ),
            asked,
        )
        selected = st.plotly_chart(
            figure,
            key="gantt",
            on_select="rerun",
            selection_mode="points",
            config={"displayModeBar": False, "showTips": False},  # it would lie over the legend; dragging zooms
            alt=t(
                "schedule.gantt.alt",
                start=text.date(asked["from_date"]),
                end=text.date(asked["to_date"]),
                bars=text.quantity(totals["bars"]),
                late=text.quantity(totals["late_bars"]),
            ),
        )
        points = [point["customdata"] for point in selected.selection.points if point.get("customdata")]
        lot = picked("lot", f"{points[0][0]}~{points[0][1]}" if points else "")
        if lot:
            drawer(lot)


def drawer(lot: str) -> None:
    """The drawer of a lot and step ("PM-00012~20"), or the word that there is none of that number."""
    order_ref, _, step = lot.rpartition("~")
    if not step.isdigit() or page.ask("schedule/lot", order_ref=order_ref).empty:
        guard.nothing(t("schedule.lot.not_there", ref=order_ref))
        return
    st.dialog(t("schedule.lot.title", ref=order_ref), width=760, position="right", on_dismiss=put_away)(show_lot)(
        order_ref, int(step)
    )


def show_lot(order_ref: str, step_no: int) -> None:
    """One lot: what it makes, why the step stands where it stands, its steps, its neighbours, its orders."""
    with guard.told():
        head = page.ask("schedule/lot", order_ref=order_ref).iloc[0]
        here = {"order_ref": order_ref, "step_no": step_no, "frozen_until": page.plan.frozen_until}
        around = page.ask("schedule/lot_neighbours", **here)
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
        if not around.empty:
            why_here(here)
        with st.container(horizontal=True):
            links.link("gantt", t("schedule.lot.way"), q=order_ref)
            links.link("mrp", t("schedule.lot.item"), item=head["item_no"])
            if not around.empty:
                this = around[around["place"] == "this"].iloc[0]
                links.link(
                    "dispatch",
                    t("schedule.lot.open_station"),
                    station=this["station_no"],
                    day=this["start_time"].date(),
                )
        st.markdown(f"**{t('schedule.lot.steps')}**")
        listed("lot_steps", page.ask("schedule/lot_steps", order_ref=order_ref), STEPS, "steps_alt", ref=order_ref)
        if not around.empty:
            st.markdown(f"**{t('schedule.lot.around', station=names[around['station_no'].iloc[0]])}**")
            around = around.assign(place=[t(f"schedule.lot.{place}") for place in around["place"]])
            listed("lot_around", around, AROUND, "around_alt")
        orders = page.ask("schedule/lot_orders", order_ref=order_ref)
        st.markdown(f"**{t('schedule.lot.serves' if len(orders) else 'schedule.lot.serves_none')}**")
        if len(orders):
            orders = orders.assign(state=[t(f"schedule.state.{state}") for state in orders["state"]])
            listed("lot_orders", orders, LINES, "serves_alt", ref=order_ref)


def why_here(here: dict[str, Any]) -> None:
    """What held the step until it started, and the parts it waited for."""
    reason = page.ask("schedule/lot_reason", **here).iloc[0]
    st.info(
        t(
            f"schedule.why.{reason['held_by']}",
            what=reason["by_what"],
            ref=reason["by_ref"],
            until=text.moment(reason["until"]),
            day=text.date(reason["until"]),
            start=text.moment(reason["start_time"]),
            hours=text.quantity(reason["idle_hours"], 1),
        ),
        icon=":material/schedule:",
    )
    parts = page.ask("schedule/lot_parts", **here)
    if len(parts):
        st.markdown(f"**{t('schedule.lot.parts')}**")
        parts = parts.assign(supply=[t(f"materials.kind.{kind}") for kind in parts["supply_kind"]])
        listed("lot_parts", parts, PARTS, "parts_alt")


def listed(key: str, frame: pd.DataFrame, columns: tuple[str, ...], alt: str, **facts: Any) -> None:
    """A table of the drawer; columns that say nothing are left out."""
    columns = tuple(name for name in columns if not frame[name].isna().all() and not frame[name].eq(0).all())
    tables.table(
        frame,
        key,
        columns,
        alt=t(f"schedule.lot.{alt}", **facts),
        labels=labels(columns),
        looks={**TIMES, "yield_rate": "percent"},
        targets={"line": ("order", {"order": "sales_order_no", "line": "line_no"})} if "line" in columns else None,
        download=False,
    )


page = guard.page("gantt")
with guard.told():
    stations = page.ask("schedule/stations")
    names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
    board()
    with st.expander(t("schedule.gantt.how")):
        st.markdown(t("schedule.gantt.definition"))
