"""What runs where and when."""

import datetime as dt

import streamlit as st

from ui import filters, guard, text
from ui.figures.gantt import Window, gantt
from ui.text import t

page = guard.page("gantt")
with guard.told():
    plan = page.plan
    known = (
        "" if plan.bound is None else t("boards.bound", bound=text.quantity(plan.bound, 0), gap=text.percent(plan.gap))
    )
    st.caption(
        t(
            "boards.head",
            objective=text.quantity(plan.objective, 0),
            late=plan.late,
            orders=plan.orders,
            seconds=text.quantity(plan.seconds, 1),
        )
        + (known or t("boards.no_bound"))
    )
    stations = page.ask("schedule/stations")
    names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
    chosen, looked, length = st.columns([2, 2, 2], vertical_alignment="bottom")
    with chosen:
        station = filters.select(
            "station", t("boards.station"), ["", *names], lambda no: names.get(no, t("shell.all")), ""
        )
    with looked:
        search = filters.search("q", t("boards.search"), "SO…")
    with length:
        weeks = filters.segments("weeks", t("boards.weeks"), ("1", "2", "4"), default="2")
    until = plan.first_day + dt.timedelta(days=7 * int(weeks) - 1)
    asked = {
        "from_date": plan.first_day,
        "to_date": until,
        "stations": [station] if station else [],
        "search": search,
        "frozen_until": plan.frozen_until,
    }
    bars = page.ask("schedule/bars", **asked)
    hours = page.ask("schedule/working_window", **asked).iloc[0]
    off = hours["days_off"] if hours["days_off"] is not None else []
    window = Window(
        plan.first_day,
        until,
        plan.first_day,
        hours["opens"],
        hours["closes"],
        tuple(day.date() if hasattr(day, "date") else day for day in off),
        plan.frozen_until,
    )
    if bars.empty:
        guard.nothing(t("boards.nothing"))
        st.stop()
    days = page.ask("schedule/station_days", **asked)
    figure = gantt(bars, page.ask("schedule/units", **asked), days, window, t, searching=bool(search))
    st.plotly_chart(figure, key="gantt", alt=t("schedule.gantt.title"))
