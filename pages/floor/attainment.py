"""Did we make what we planned, and why not: plan against actual, exceptions, first-pass yield."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.attainment import (
    MOST_STATIONS,
    attainment_map,
    closing_days,
    pareto,
    plan_bars,
    plan_to_actual,
    yields,
)
from ui.picking import picked
from ui.text import t

ROWS = (
    "work_date",
    "station_name",
    "item_no",
    "item_name",
    "step_no",
    "planned_qty",
    "actual_qty",
    "short_qty",
    "short_hours",
    "short_value",
    "category",
    "exception_no",
    "reason",
    "department",
)
EXCEPTIONS = (
    "exception_no",
    "report_date",
    "category",
    "reason",
    "department",
    "age_days",
    "days_to_close",
    "status",
    "station_name",
    "lost_hours",
    "lost_qty",
    "action",
    "item_no",
    "work_order_no",
    "sales_order_no",
)
STEPS = (
    "item_no",
    "item_name",
    "step_name",
    "extra_qty",
    "yield_rate",
    "standard_yield",
    "scrap_qty",
    "made_qty",
    "station_name",
    "step_no",
)
ITEMS = ("item_no", "item_name", "extra_qty", "yield_rate", "standard_yield", "scrap_qty", "first_step_qty", "steps")
ORDERS = (
    "work_order_no",
    "item_no",
    "item_name",
    "step_name",
    "extra_qty",
    "supplement_no",
    "supplement_qty",
    "yield_rate",
    "standard_yield",
    "scrap_qty",
    "good_qty",
    "made_qty",
    "last_date",
    "sales_order_no",
)
RATES = {"yield_rate": "percent", "standard_yield": "percent"}
TO_ITEM = {"item_no": ("mrp", {"item": "item_no"})}
TO_STATION = {"station_name": ("load", {"station": "station_no"})}
TO_ORDER = {"sales_order_no": ("order", {"order": "sales_order_no", "line": "line_no"})}
MOST_ITEMS = 15
EVERY_DAY = 400
WORST_YIELDS = 12
PERIODS = ("7", "30", "90")
CHART = {"displayModeBar": False, "showTips": False}


def labels(columns: Sequence[str]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"attainment.columns.{name}") for name in columns}


def cause(category: str) -> str:
    """The word for a category of exceptions, as the table declares it, or for what none explains."""
    if category == "unexplained":
        return t("attainment.unexplained")
    return text.choice("exception_report", "category", category) if category else ""


def amount(value: float, measure: str) -> str:
    """A shortfall in its measure: hours with a decimal, pieces, or money."""
    return text.money(value) if measure == "value" else text.quantity(value, 1)


def hours(*columns: str) -> dict[str, object]:
    """Columns of hours with one decimal."""
    return {name: st.column_config.NumberColumn(t(f"attainment.columns.{name}"), format="%.1f") for name in columns}


def whole(*columns: str) -> dict[str, object]:
    """Columns of pieces that are worked out, without decimals."""
    return {name: st.column_config.NumberColumn(t(f"attainment.columns.{name}"), format="%.0f") for name in columns}


def wide(name: str) -> dict[str, object]:
    """A column of words that differ in length from row to row, wide enough for the longest."""
    return {name: st.column_config.TextColumn(t(f"attainment.columns.{name}"), width=100)}


def everywhere(period: Mapping[str, dt.date]) -> dict[str, object]:
    """What the questions on output are asked with where the reader has chosen nothing."""
    return {**period, "measure": "hours", "station": "", "day": "", "item": ""}


def click(chart: str) -> list[object]:
    """What the point selected in `chart` carries; nothing where none is."""
    selected = st.session_state.get(chart) or {}
    points = selected.get("selection", {}).get("points", [])
    return list(points[0].get("customdata") or []) if points else []


def follow(chart: str, chosen: Mapping[str, str]) -> None:
    """Let the URL follow what was clicked in `chart` since it was last looked at.

    A new choice is put there, one that was taken back is taken out; what the filters were set to since then stays.
    """
    memory = f"{chart}_followed"
    before = st.session_state.get(memory, {})
    if chart not in st.session_state:  # the chart is drawn anew: nobody took anything back
        before = {}
    if chosen and chosen != before:
        st.query_params.update(chosen)
    elif before and not chosen:
        for name, value in before.items():
            if st.query_params.get(name) == value:
                del st.query_params[name]
    st.session_state[memory] = dict(chosen)


def drawn(chart: str, *looks: object) -> None:
    """Forget the choice in `chart` where it looks different from before: the browser draws it without one."""
    if st.session_state.get(f"{chart}_looks") != looks:
        st.session_state[f"{chart}_looks"] = looks
        st.session_state[f"{chart}_followed"] = {}


def lead(page: guard.Page, days: int, period: Mapping[str, dt.date], cells: pd.DataFrame) -> None:
    """How much of the plan was made, what is short, what it was lost to, where, and the worst day."""
    steps = page.ask("attainment/waterfall", **everywhere(period))
    lost = steps[steps["step"] == "lost"].sort_values("amount")
    if lost.empty:
        st.subheader(t("attainment.lead_met", days=days), anchor=False)
        return
    attained = page.figures(("plan_attainment",), period["since"], period["until"])[0]
    length = dt.timedelta(days=days)
    before = page.figures(("plan_attainment",), period["since"] - length, period["until"] - length)[0]
    rate, planned = attained.value or 0.0, attained.denominator or 0.0
    change = (
        ""
        if before.value is None or (before.denominator or 0.0) < planned / 2  # the records do not go back that far
        else t("attainment.change", days=days, points=f"{round((rate - before.value) * 100, 1):+.1f}")
    )
    short = -lost["amount"].sum()
    st.subheader(
        t("attainment.lead", days=days, rate=text.percent(rate), change=change, hours=text.quantity(short, 1)),
        anchor=False,
    )
    most = -lost["amount"].iloc[0]
    st.markdown(
        t(
            "attainment.lead_why",
            category=cause(lost["category"].iloc[0]),
            category_hours=text.quantity(most, 1),
            share=text.percent(most / short if short else None, 0),
            station=cells["station_name"].iloc[0],
            station_hours=text.quantity(cells["station_short_hours"].iloc[0], 1),
        )
    )
    for cell in cells[cells["is_worst"]].to_dict("records"):
        worst_day(page, cell, days, period)


def worst_day(page: guard.Page, cell: Mapping[str, Any], days: int, period: Mapping[str, dt.date]) -> None:
    """The day that attained least of its plan, what was behind it, and the way to its rows."""
    day = cell["work_date"].date()
    reason = page.ask(
        "attainment/worst",
        station=cell["station_no"],
        since=day,
        until=day,
        from_date=period["since"],
        to_date=period["until"],
    ).iloc[0]
    facts = {"station": cell["station_name"], "day": text.date(day)}
    why = (
        t("attainment.worst_unexplained")
        if reason["category"] == "unexplained"
        else t(
            "attainment.worst_why",
            category=cause(reason["category"]),
            reason=reason["reason"],
            days=text.quantity(reason["days"]),
            qty=text.quantity(reason["lost_qty"], 0),
            hours=text.quantity(reason["lost_hours"], 1),
            first=reason["first_exception_no"],
            exceptions=text.quantity(reason["exceptions"]),
        )
    )
    st.markdown(
        t(
            "attainment.worst",
            **facts,
            rate=text.percent(cell["rate"], 0),
            attained=text.quantity(cell["attained_qty"], 0),
            planned=text.quantity(cell["planned_qty"], 0),
            why=why,
        )
    )
    links.link(
        "attainment",
        t("attainment.see_worst", **facts),
        station=cell["station_no"],
        day=day,
        period="" if days == 30 else days,
    )


@st.fragment
def plan_and_actual(page: guard.Page, period: Mapping[str, dt.date], cells: pd.DataFrame) -> None:
    """Where and when, by day, station or item, and why; the rows behind it."""
    with guard.told():
        heat = click("attainment_map")
        follow("attainment_map", {"station": str(heat[0]), "day": str(heat[1])} if heat else {})
        bar = click("attainment_bars")
        follow("attainment_bars", {str(bar[-1]): str(bar[0])} if bar else {})
        step = click("attainment_waterfall")
        follow("attainment_waterfall", {"category": str(step[0])} if step and step[0] else {})

        lowest = cells.loc[cells["rate"].idxmin()]
        st.plotly_chart(
            attainment_map(cells, t),
            key="attainment_map",
            on_select="rerun",
            selection_mode="points",
            config=CHART,
            alt=t(
                "attainment.map.alt",
                start=text.date(cells["work_date"].min()),
                end=text.date(cells["work_date"].max()),
                station=lowest["station_name"],
                day=text.date(lowest["work_date"]),
                rate=text.percent(lowest["rate"], 0),
            ),
        )
        drawn("attainment_map", period["since"], text.language())
        stations = dict(zip(cells["station_no"], cells["station_name"], strict=True))
        more = t("attainment.map.more", all=len(stations), shown=MOST_STATIONS) if len(stations) > MOST_STATIONS else ""
        st.caption(t("attainment.map.pick") + more)

        by_measure, by_subject = st.columns(2)
        with by_measure:
            measure = filters.segments(
                "measure",
                t("attainment.filter.measure"),
                ("hours", "pieces", "value"),
                lambda name: t(f"attainment.measure.{name}"),
                "hours",
            )
        with by_subject:
            by = filters.segments(
                "by",
                t("attainment.filter.by"),
                ("day", "station", "item"),
                lambda name: t(f"attainment.by.{name}"),
                "day",
            )
        by_station, by_day, by_item = st.columns(3)
        with by_station:
            station = filters.select(
                "station",
                t("attainment.filter.station"),
                ["", *stations],
                lambda number: stations.get(number, t("attainment.filter.all_stations")),
            )
        days = [f"{day:%Y-%m-%d}" for day in sorted(cells["work_date"].unique(), reverse=True)]
        with by_day:
            day = filters.select(
                "day",
                t("attainment.filter.day"),
                ["", *days],
                lambda value: text.date(value) if value else t("attainment.filter.all_days"),
            )
        with by_item:
            item = filters.search("item", t("attainment.filter.item"))
        # a day stands for itself: what is planned, made and reported on it depends on no other
        span = dict.fromkeys(("since", "until"), dt.date.fromisoformat(day)) if day else period
        asked = {**everywhere(period), **span, "measure": measure, "station": station, "day": day, "item": item}
        where = " ".join(part for part in (stations.get(station, ""), text.date(day) if day else "", item) if part)

        steps = page.ask("attainment/waterfall", **asked).copy()
        steps["label"] = [
            cause(category) if step == "lost" else t(f"attainment.waterfall.{step}")
            for step, category in zip(steps["step"], steps["category"], strict=True)
        ]
        if steps.empty:
            guard.nothing(t("attainment.rows.none"))
        elif not steps["amount"].any():
            guard.nothing(t("attainment.waterfall.no_value"))
        else:
            left, right = st.columns(2, gap="medium")
            with left:
                show_bars(page, by, {**asked, **period} if by == "day" else asked)
            with right:
                show_waterfall(steps, asked, where)
        show_rows(page, asked, where, steps)


def show_bars(page: guard.Page, by: str, asked: Mapping[str, object]) -> None:
    """Plan and actual by day, station or item; what is chosen of that very kind does not hide the rest."""
    groups = page.ask(
        "attainment/groups", **{**asked, by: "", "by": by, "most": MOST_ITEMS if by == "item" else EVERY_DAY}
    )
    measure = str(asked["measure"])
    lowest = groups.loc[groups["rate"].fillna(2).idxmin()]
    about = t(f"attainment.by_most.{by}", shown=len(groups), all=text.quantity(groups["subjects"].iloc[0]))
    st.plotly_chart(
        plan_bars(groups, by, t(f"attainment.unit.{measure}"), t),
        key="attainment_bars",
        on_select="rerun",
        selection_mode="points",
        config=CHART,
        alt=t(
            "attainment.bars.alt",
            by=about,
            lowest=lowest["subject_name"] or lowest["subject"],
            rate=text.percent(lowest["rate"], 0),
        ),
    )
    if by == "item":
        st.caption(about)
    drawn("attainment_bars", by, text.language(), *({**asked, by: ""}).values())


def show_waterfall(steps: pd.DataFrame, asked: Mapping[str, object], where: str) -> None:
    """From plan to actual by cause."""
    measure = str(asked["measure"])
    totals = steps[steps["step"] != "lost"].set_index("step")["amount"]
    lost = steps[steps["step"] == "lost"].sort_values("amount")
    facts = {name: amount(totals[name], measure) for name in ("planned", "attained", "beyond", "actual")}
    st.plotly_chart(
        plan_to_actual(
            steps,
            t(f"attainment.unit.{measure}"),
            t("attainment.waterfall.where", where=where) if where else "",
            t,
        ),
        key="attainment_waterfall",
        on_select="rerun",
        selection_mode="points",
        config=CHART,
        alt=t("attainment.waterfall.alt_met", **facts)
        if lost.empty
        else t(
            "attainment.waterfall.alt",
            **facts,
            short=amount(-lost["amount"].sum(), measure),
            category=lost["label"].iloc[0],
            lost=amount(-lost["amount"].iloc[0], measure),
        ),
    )
    drawn("attainment_waterfall", text.language(), *asked.values())


def show_rows(page: guard.Page, asked: Mapping[str, object], where: str, steps: pd.DataFrame) -> None:
    """The rows behind the charts: planned, actual, short, cause and exception."""
    known = steps.loc[steps["step"] == "lost", "category"].tolist()
    head, by_cause, by_all = st.columns([4, 2, 3], vertical_alignment="bottom")
    with by_cause:
        category = filters.select(
            "category",
            t("attainment.filter.category"),
            ["", *known],
            lambda name: cause(name) or t("attainment.filter.all_categories"),
        )
    with by_all:
        everything = filters.toggle("all", t("attainment.filter.everything"))
    with head:
        about = " ".join(part for part in (where, cause(category)) if part)
        st.subheader(
            t("attainment.rows.title", where=about or t("attainment.rows.everywhere")),
            anchor=False,
        )
        st.caption(t("attainment.rows.caption"))
    rows = page.ask("attainment/rows", **asked, category=category, everything=everything).copy()
    if rows.empty:
        guard.nothing(t("attainment.rows.none"))
        links.link("attainment", t("attainment.filter.clear"))
        return
    rows["category"] = tables.worded(rows["category"], cause)
    columns = [name for name in ROWS if name != "short_value" or asked["measure"] == "value"]
    if everything:
        columns.insert(columns.index("short_qty"), "beyond_qty")
    tables.table(
        rows,
        "attainment_rows",
        columns,
        alt=t("attainment.rows.alt"),
        labels=labels(columns),
        looks={"short_value": "money"},
        targets={**TO_STATION, **TO_ITEM},
        config={**hours("short_hours"), **wide("category")},
    )


@st.fragment
def exceptions(page: guard.Page, days: int, period: Mapping[str, dt.date]) -> None:
    """What the floor reported: what it cost by category, how long it takes to close, what is open with whom."""
    with guard.told():
        st.header(t("attainment.exceptions.title"), anchor=False, divider="gray")
        totals = page.ask("attainment/exception_totals", **period).iloc[0]
        if not totals["exceptions"] and not totals["open"]:
            guard.nothing(t("attainment.exceptions.none"))
            return
        bar = click("attainment_pareto")
        follow("attainment_pareto", {"why": str(bar[0])} if bar else {})
        st.subheader(
            t(
                "attainment.exceptions.lead",
                days=days,
                count=text.quantity(totals["exceptions"]),
                median=text.quantity(totals["median_days"], 1),
            ),
            anchor=False,
        )
        st.markdown(
            t(
                "attainment.exceptions.lead_open",
                open=text.quantity(totals["open"]),
                oldest=totals["oldest_no"],
                age=text.quantity(totals["oldest_days"]),
                owner=totals["owner"] or t("attainment.exceptions.no_owner"),
                owner_open=text.quantity(totals["owner_open"]),
            )
            if totals["open"]
            else t("attainment.exceptions.lead_all_closed")
        )
        by_loss, by_category, by_state = st.columns([3, 2, 2], vertical_alignment="bottom")
        with by_loss:
            lost = filters.segments(
                "lost",
                t("attainment.exceptions.lost"),
                ("hours", "pieces"),
                lambda name: t(f"attainment.exceptions.{name}"),
                "hours",
            )
        categories = page.ask("attainment/pareto", lost=lost, **period).copy()
        categories["label"] = [cause(name) for name in categories["category"]]
        with by_category:
            why = filters.select(
                "why",
                t("attainment.exceptions.category"),
                ["", *categories["category"]],
                lambda name: cause(name) or t("attainment.filter.all_categories"),
            )
        with by_state:
            open_only = filters.toggle("open", t("attainment.exceptions.open_only"))
        left, right = st.columns(2, gap="medium")
        with left:
            if len(categories):
                first = categories.iloc[0]
                st.plotly_chart(
                    pareto(categories, t(f"attainment.exceptions.{lost}"), t),
                    key="attainment_pareto",
                    on_select="rerun",
                    selection_mode="points",
                    config=CHART,
                    alt=t(
                        "attainment.pareto.alt",
                        category=first["label"],
                        lost=text.quantity(first["lost"], 1),
                        share=text.percent(first["share_so_far"], 0),
                    ),
                )
                drawn("attainment_pareto", lost, period["since"], text.language())
        with right:
            st.plotly_chart(
                closing_days(page.ask("attainment/closing", **period), t),
                key="attainment_closing",
                config=CHART,
                alt=t(
                    "attainment.closing.alt",
                    closed=text.quantity(totals["closed"]),
                    median=text.quantity(totals["median_days"], 1),
                    open=text.quantity(totals["open"]),
                ),
            )
        rows = page.ask("attainment/exceptions", category=why, open_only=open_only, **period).copy()
        if rows.empty:
            guard.nothing(t("attainment.exceptions.none_filter"))
            return
        st.caption(t("attainment.exceptions.pick"))
        rows["category"] = tables.worded(rows["category"], cause)
        rows["status"] = tables.worded(rows["status"], lambda status: text.choice("exception_report", "status", status))
        columns = [name for name in EXCEPTIONS if not rows[name].isna().all()]
        tables.table(
            rows,
            "attainment_exceptions",
            columns,
            alt=t("attainment.exceptions.alt"),
            labels=labels(columns),
            targets={**TO_STATION, **TO_ITEM, **TO_ORDER},
            pinned=("exception_no",),
            config={**hours("lost_hours"), **wide("category")},
        )


@st.fragment
def first_pass_yield(page: guard.Page, days: int, period: Mapping[str, dt.date]) -> None:
    """The steps and items that lose more than their standard, and their work orders."""
    with guard.told():
        st.header(t("attainment.yields.title"), anchor=False, divider="gray")
        found = page.figures(("first_pass_yield",), period["since"], period["until"])
        total = next(figure for figure in found if not figure.cut)
        rolled = next(figure for figure in found if figure.cut == {"rolled": True})
        steps = page.ask("attainment/yield_steps", **period)
        if steps.empty:
            guard.nothing(t("attainment.yields.none"))
            return
        worst = steps.iloc[0]
        st.subheader(
            t(
                "attainment.yields.lead",
                days=days,
                rate=text.percent(total.value),
                rolled=text.percent(rolled.value),
            ),
            anchor=False,
        )
        st.markdown(
            t(
                "attainment.yields.worst",
                worst=f"{worst['item_no']} {worst['item_name']} {worst['step_name']}",
                rate=text.percent(worst["yield_rate"]),
                standard=text.percent(worst["standard_yield"]),
                extra=text.quantity(worst["extra_qty"], 0),
            )
            if worst["extra_qty"] >= 0.5
            else t("attainment.yields.within")
        )
        per = filters.segments(
            "yield",
            t("attainment.yields.switch"),
            ("steps", "items"),
            lambda name: t(f"attainment.yields.{name}"),
            "steps",
        )
        rows = (steps if per == "steps" else page.ask("attainment/yield_items", **period)).copy()
        rows["label"] = rows["item_no"] + " " + (rows["step_name"] if per == "steps" else rows["item_name"])
        left, right = st.columns(2, gap="medium")
        with left:
            first = rows.iloc[0]
            st.plotly_chart(
                yields(rows.head(WORST_YIELDS), per, t),
                key="attainment_yields",
                config=CHART,
                alt=t(
                    "attainment.yields.alt",
                    worst=first["label"],
                    rate=text.percent(first["yield_rate"]),
                    standard=text.percent(first["standard_yield"]),
                ),
            )
        with right:
            st.markdown(f"**{t('attainment.yields.all')}**")
            st.caption(t("attainment.yields.pick"))
            columns = STEPS if per == "steps" else ITEMS
            chosen = tables.table(
                rows,
                f"attainment_yield_{per}",
                columns,
                alt=t("attainment.yields.all"),
                labels=labels(columns),
                looks=RATES,
                config=whole("extra_qty"),
                height=360,
                choose=True,
            )
        part = picked("part", "" if chosen is None else str(rows["subject"].iloc[chosen]))
        of_part = rows[rows["subject"] == part]
        show_orders(page, period, of_part.iloc[0] if len(of_part) else None)


def show_orders(page: guard.Page, period: Mapping[str, dt.date], part: pd.Series | None) -> None:
    """The work orders of one step or item, or of all, with what each lost beyond the standard."""
    about = t("attainment.yields.orders_all") if part is None else part["label"]
    st.subheader(t("attainment.yields.orders", where=about), anchor=False)
    st.caption(t("attainment.yields.orders_caption"))
    of_part = {
        "item": "" if part is None else part["item_no"],
        "step": 0 if part is None or "step_no" not in part else int(part["step_no"]),
    }
    orders = page.ask("attainment/yield_orders", **period, **of_part)
    columns = [name for name in ORDERS if not orders[name].isna().all()]
    tables.table(
        orders,
        "attainment_orders",
        columns,
        alt=t("attainment.yields.orders_alt"),
        labels=labels(columns),
        looks=RATES,
        targets={**TO_ITEM, **TO_ORDER},
        pinned=("work_order_no",),
        config={**whole("extra_qty"), **wide("supplement_no")},
        height=360,
    )


page = guard.page("attainment", needs="data")
with guard.told():
    answer = st.container()
    days = int(
        filters.segments(
            "period",
            t("attainment.filter.period"),
            PERIODS,
            lambda count: t("attainment.filter.days", days=count),
            "30",
        )
    )
    period = {"since": page.today - dt.timedelta(days=days - 1), "until": page.today}
    cells = page.ask("attainment/map", measure="hours", **period)
    if cells.empty:
        if not page.store.count("dispatch"):
            guard.empty("attainment", t("attainment.no_dispatch"), "imports", t("shell.empty.load"))
        guard.nothing(t("attainment.nothing", days=days))
        if days < int(PERIODS[-1]):
            links.link("attainment", t("attainment.longer"), period=PERIODS[-1])
    else:
        with answer:
            lead(page, days, period, cells)
        plan_and_actual(page, period, cells)
    exceptions(page, days, period)
    first_pass_yield(page, days, period)
    with st.expander(t("attainment.how")):
        st.markdown(t("attainment.definition"))
        st.markdown(t("attainment.yields.of_rest"))
