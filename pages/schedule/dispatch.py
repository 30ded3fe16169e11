"""What a station is to make on a day."""

import streamlit as st

from ui import filters, guard, tables, text
from ui.text import t

page = guard.page("dispatch")
with guard.told():
    stations = page.ask("schedule/stations")
    names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
    place, when = st.columns(2)
    with place:
        station = filters.select("station", t("boards.station"), list(names), names.__getitem__, next(iter(names)))
    days = page.ask("schedule/dispatch_days", station_no=station)
    if days.empty:
        guard.nothing(t("boards.nothing"))
        st.stop()
    options = [str(day.date()) for day in days["work_date"]]
    with when:
        day = filters.select("day", t("boards.day"), options, text.date, options[0])
    rows = page.ask("schedule/dispatch", station_no=station, work_date=day)
    st.metric(t("boards.lots", station=names[station]), text.quantity(len(rows)), border=True, width="content")
    tables.table(
        rows,
        "dispatch",
        (
            "unit_no",
            "sequence",
            "order_ref",
            "item_no",
            "item_name",
            "qty",
            "hours",
            "start_time",
            "finish_time",
            "serves",
            "team",
        ),
        alt=t("shell.pages.dispatch.title"),
        source="plan_schedule",
        labels={name: t(f"boards.{name}") for name in ("sequence", "item_name", "serves", "team")},
        looks={"start_time": "moment", "finish_time": "moment"},
    )
