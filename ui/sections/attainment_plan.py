"""Plan and actual: where and when, by day, station or item, and why; the rows behind it."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.attainment import (
    MOST_STATIONS,
    attainment_map,
    plan_bars,
    plan_to_actual,
)
from ui.sections.attainment import (
    CHART,
    TO_ITEM,
    TO_STATION,
    cause,
    click,
    drawn,
    everywhere,
    follow,
    hours,
    labels,
    wide,
)
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
MOST_ITEMS = 15
EVERY_DAY = 400


def amount(value: float, measure: str) -> str:
    """A shortfall in its measure: hours with a decimal, pieces, or money."""
    return text.money(value) if measure == "value" else text.quantity(value, 1)


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
            page.kept("attainment_map", lambda: attainment_map(cells, t), period),
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
            with st.container(key="charts_plan"):
                left, right = st.columns(2, gap="medium")
            with left:
                show_bars(page, by, {**asked, **period} if by == "day" else asked)
            with right:
                show_waterfall(page, steps, asked, where)
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
        page.kept(
            "attainment_bars",
            lambda: plan_bars(groups, by, t(f"attainment.unit.{measure}"), t),
            {**asked, by: "", "by": by},
        ),
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


def show_waterfall(page: guard.Page, steps: pd.DataFrame, asked: Mapping[str, object], where: str) -> None:
    """From plan to actual by cause."""
    measure = str(asked["measure"])
    totals = steps[steps["step"] != "lost"].set_index("step")["amount"]
    lost = steps[steps["step"] == "lost"].sort_values("amount")
    facts = {name: amount(totals[name], measure) for name in ("planned", "attained", "beyond", "actual")}
    words = t("attainment.waterfall.where", where=where) if where else ""
    st.plotly_chart(
        page.kept(
            "attainment_waterfall",
            lambda: plan_to_actual(steps, t(f"attainment.unit.{measure}"), words, t),
            asked,
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
