"""Did we make what we planned, and why not: plan against actual, exceptions, first-pass yield."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ui import filters, guard, links, text
from ui.sections.attainment import cause, everywhere
from ui.sections.attainment_exceptions import exceptions
from ui.sections.attainment_plan import plan_and_actual
from ui.sections.attainment_yields import first_pass_yield
from ui.text import t

PERIODS = ("7", "30", "90")


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


page = guard.page("attainment", needs="data")
with guard.told():
    answer = st.container()
    controls = st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute")
    with controls:
        part = st.container(width="content")
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
        with answer:
            guard.nothing(t("attainment.nothing", days=days))
            if days < int(PERIODS[-1]):
                links.link("attainment", t("attainment.longer"), period=PERIODS[-1])
    else:
        with answer:
            lead(page, days, period, cells)
    views = ("exceptions", "yields") if cells.empty else ("plan", "exceptions", "yields")
    with part:
        view = filters.view(views, lambda name: t(f"attainment.{name}.title"))
    match view:
        case "exceptions":
            exceptions(page, days, period)
        case "yields":
            first_pass_yield(page, days, period)
        case _:
            plan_and_actual(page, period, cells)
    with st.expander(t("attainment.how")):
        st.markdown(t("attainment.definition"))
        st.markdown(t("attainment.yields.of_rest"))
