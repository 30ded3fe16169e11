"""Hours needed against hours available."""

import datetime as dt

import streamlit as st

from ui import filters, guard, text
from ui.figures.load import load_bars, load_heat
from ui.text import t

page = guard.page("load")
with guard.told():
    plan = page.plan
    ahead = {"from_date": plan.first_day, "to_date": plan.first_day + dt.timedelta(days=20)}
    stations = page.ask("schedule/bottleneck", **ahead)
    worst = stations.iloc[0]
    st.metric(
        t("boards.bottleneck", station=worst["station_name"]),
        text.percent(worst["load_rate"]),
        t("boards.days_over", days=text.quantity(worst["days_over"])),
        delta_color="off",
        delta_arrow="off",
    )
    days = page.ask("schedule/station_days", **ahead)
    st.plotly_chart(load_heat(days, t), key="load_heat", alt=t("schedule.load.heat_title"))
    names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
    station = filters.select("station", t("boards.station"), list(names), names.__getitem__, worst["station_no"])
    st.plotly_chart(
        load_bars(days[days["station_no"] == station], t), key="load_bars", alt=t("schedule.load.bars_title")
    )
