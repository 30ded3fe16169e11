"""What needs me now: six figures, what to act on, late orders, shortages, stations over capacity."""

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data import kpi
from ui import guard, links, tables, text, tiles
from ui.figures.orders import due_weeks
from ui.planning import last_failure, plan_now
from ui.reasons import brief, to_do
from ui.text import t

TILES = (
    ("on_time_delivery_lines", ("sales_order_no", "line_no", "target_date", "qty", "shipped_by_date", "on_time_line")),
    ("backlog_lines", ("sales_order_no", "line_no", "customer_no", "item_no", "target_date", "qty", "value")),
    ("overdue_lines", ("sales_order_no", "line_no", "customer_no", "target_date", "days_overdue", "qty", "value")),
    ("plan_attainment", ("work_date", "station_no", "item_no", "step_no", "planned_qty", "actual_qty")),
    (
        "kit_rate_at_start",
        ("order_ref", "item_no", "qty", "start_date", "kit_date", "missing_at_start", "kitted_at_start"),
    ),
)
COMPARED = ("on_time_delivery_lines", "plan_attainment")  # with the period before
BESIDE = ("backlog_value", "overdue_value", "kit_rate", "load")
PERIOD = dt.timedelta(days=kpi.PERIOD_DAYS)
DAY = dt.timedelta(days=1)
ALL = {"search": "", "customer": "", "week": "", "late_only": False}


def header(page: guard.Page) -> None:
    """Which day, which plan, how old the data is; and the button that makes the next plan."""
    told, action = st.columns([4, 1], vertical_alignment="center")
    plan = page.plan_or_none
    with told:
        if plan is None:
            st.markdown(t("today.head_no_plan", as_of=text.date(page.today)))
        else:
            gap = "" if plan.gap is None else t("today.gap", gap=text.percent(plan.gap, 0))
            st.markdown(
                t(
                    "today.head",
                    as_of=text.date(plan.as_of),
                    run_no=plan.run_no,
                    gap=gap,
                    made=text.moment(plan.created_at),
                    seconds=text.quantity(plan.seconds, 1),
                )
            )
        times = page.ask("today/data_times").iloc[0]
        st.caption(
            t("today.data", orders=text.moment(times["orders_at"]), stock=text.moment(times["stock_at"]))
            + (t("today.stale") if plan is not None and plan.stale else "")
        )
    with action:
        plan_now(page)
    last_failure(page.store)


def figures(page: guard.Page) -> None:
    """Six tiles; those of a period beside the period before."""
    found = page.figures((*(key for key, _ in TILES), *BESIDE))
    earlier = page.figures(COMPARED, page.today - 2 * PERIOD + DAY, page.today - PERIOD)
    before = {figure.key: figure for figure in earlier if not figure.cut}
    totals = {figure.key: figure for figure in found if not figure.cut}
    settings = kpi.stored_settings(page.store)
    value = totals["backlog_value"].value
    notes = {
        "on_time_delivery_lines": t("today.period", days=kpi.PERIOD_DAYS),
        "backlog_lines": text.money(value),
        "overdue_lines": text.money(totals["overdue_value"].value),
        "plan_attainment": t("today.period", days=kpi.PERIOD_DAYS),
        "kit_rate_at_start": t(
            "today.kit_days", days=settings.kit_days, in_hand=tiles.shown(totals["kit_rate"].value, "ratio")
        ),
    }
    places = st.columns(len(TILES) + 1)
    for place, (key, columns) in zip(places, TILES, strict=False):
        with place:
            tiles.tile(
                totals[key],
                lambda key=key: kpi.rows(page.store, key, page.today),
                columns,
                name=t(f"today.tile.{key}"),
                note=notes[key],
                before=before[key].value if key in COMPARED else None,
            )
    with places[-1]:
        bottleneck(page, found, totals["load"])


def bottleneck(page: guard.Page, found: Sequence[kpi.Figure], total: kpi.Figure) -> None:
    """The load of the fullest station; that of all where there is no plan."""
    stations = [figure for figure in found if figure.key == "load" and set(figure.cut or {}) == {"station_no"}]
    fullest = max(stations, key=lambda figure: figure.value or 0.0, default=total)
    cut = fullest.cut or {}
    names = page.ask("today/stations").set_index("station_no")["name"]
    tiles.tile(
        dataclasses.replace(fullest, key="load"),
        lambda: kpi.rows(page.store, "load", page.today, cut=cut),
        ("station_no", "work_date", "needed_hours", "available_hours"),
        name=t("today.bottleneck", station=names[cut["station_no"]]) if cut else None,
        note=t("today.next_days", days=kpi.stored_settings(page.store).ahead_days),
    )


def act(page: guard.Page) -> None:
    """What late lines wait for, the costliest first, each with the page where it is dealt with."""
    st.subheader(t("today.act"), anchor=False)
    causes = page.ask("today/act").head(5)
    with st.container(border=True, gap="xsmall"):
        if causes.empty:
            st.markdown(t("today.nothing_to_do"))
        for row in causes.to_dict("records"):
            words, target = to_do(row)
            left, right = st.columns([7, 1], vertical_alignment="center")
            left.markdown(words)
            with right:
                links.link(target.page, t(f"today.open.{target.page}"), **target.filters)


def late_lines(late: pd.DataFrame, orders: int) -> None:
    """The ten lines that cost most, and why."""
    title = t("today.late", count=text.quantity(len(late)), orders=text.quantity(orders))
    st.subheader(title, anchor=False)
    if late.empty:
        guard.nothing(t("today.none_late"))
        return
    worst = late.head(10).assign(
        line=lambda rows: rows["sales_order_no"] + "/" + rows["line_no"].astype(str),
        why=[brief(detail) for detail in late.head(10)["detail"]],
    )
    tables.table(
        worst,
        "late_lines",
        ("line", "customer_name", "item_name", "target_date", "planned_date", "days_late", "why"),
        alt=title,
        labels={"why": t("orders.columns.why"), "days_late": t("orders.columns.days_late")},
        targets={"line": ("order", {"order": "sales_order_no", "line": "line_no"})},
        download=False,
    )
    links.link("backlog", t("today.all_late"), late="1")


def shortages(page: guard.Page) -> None:
    """The parts that are missed first."""
    short = page.ask("materials/shortages", supplier_no="", item="", week="", blocks_only=False)
    title = t("today.short", count=text.quantity(len(short)))
    st.subheader(title, anchor=False)
    if short.empty:
        guard.nothing(t("today.none_short"))
        return
    columns = ("item_no", "item_name", "short_qty", "needed_on", "orders_hit")
    tables.table(
        short.head(8),
        "short_items",
        columns,
        alt=title,
        labels={name: t(f"materials.columns.{name}") for name in columns},
        targets={"item_no": ("shortages", {"item": "item_no"})},
        download=False,
    )
    links.link("shortages", t("today.all_short"))


def stations(page: guard.Page, plan: guard.Plan) -> None:
    """How full the stations are in the coming two weeks, the fullest first."""
    st.subheader(t("today.stations"), anchor=False)
    rows = page.ask(
        "schedule/bottleneck", from_date=plan.first_day, to_date=plan.first_day + dt.timedelta(days=13)
    ).head(8)
    columns = ("station_name", "load_rate", "load_hours", "available_hours", "days_over")
    tables.table(
        rows,
        "stations",
        columns,
        alt=t("today.stations"),
        labels={name: t(f"today.columns.{name}") for name in columns},
        looks={"load_rate": "percent"},
        targets={"station_name": ("load", {"station": "station_no"})},
        config={"load_rate": tables.share(t("today.columns.load_rate"))},
        download=False,
    )
    links.link("load", t("today.to_load"))


page = guard.page("today", needs="data")
with guard.told():
    header(page)
    figures(page)
    if page.plan_or_none is None:
        st.info(t("today.first_plan"), icon=":material/play_arrow:")
        st.stop()
    act(page)
    late_lines(page.ask("today/late"), page.plan.orders)
    st.plotly_chart(due_weeks(page.ask("orders/backlog_weeks", **ALL), t), key="due_weeks", alt=t("orders.weeks"))
    left, right = st.columns(2, gap="medium")
    with left:
        shortages(page)
    with right:
        stations(page, page.plan)
