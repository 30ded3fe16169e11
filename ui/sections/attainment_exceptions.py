"""What the floor reported: what it cost, how long it takes to close, what is open with whom."""

import datetime as dt
from collections.abc import Mapping

import streamlit as st

from ui import filters, guard, tables, text
from ui.figures.attainment import (
    closing_days,
    pareto,
)
from ui.sections.attainment import (
    CHART,
    TO_ITEM,
    TO_ORDER,
    TO_STATION,
    cause,
    click,
    drawn,
    follow,
    hours,
    labels,
    wide,
)
from ui.text import t

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


@st.fragment
def exceptions(page: guard.Page, days: int, period: Mapping[str, dt.date]) -> None:
    """What the floor reported: what it cost by category, how long it takes to close, what is open with whom."""
    with guard.told():
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
        with st.container(key="charts_exceptions"):
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
