"""How full each station is, and where the bottleneck stands."""

import datetime as dt

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.load import load_bars, load_heat
from ui.text import t

COLUMNS = (
    "station_name",
    "load_rate",
    "days_over",
    "load_hours",
    "available_hours",
    "overtime_hours",
    "overtime_available_hours",
    "peak_rate",
    "peak_date",
)


@st.fragment
def one_station(stations: pd.DataFrame, days: pd.DataFrame) -> None:
    """One station day by day, the fullest first; another choice redraws this alone."""
    with guard.told():
        names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
        station = filters.select(
            "station", t("schedule.load.station"), list(names), names.__getitem__, stations["station_no"].iloc[0]
        )
        with st.container(horizontal=True):
            links.link("dispatch", t("schedule.load.dispatch"), station=station)
            links.link("gantt", t("schedule.load.gantt"), station=station, days="" if weeks == "1" else 7 * int(weeks))
        st.plotly_chart(
            load_bars(days[days["station_no"] == station], t),
            key="load_bars",
            alt=t("schedule.load.bars_alt", station=names[station]),
        )


page = guard.page("load")
with guard.told():
    plan = page.plan
    answer = st.container()
    weeks = filters.segments(
        "weeks",
        t("schedule.filter.window"),
        ("1", "2", "4", "8"),
        lambda count: t("schedule.filter.weeks", count=count),
        "2",
    )
    ahead = {
        "from_date": plan.first_day,
        "to_date": min(plan.first_day + dt.timedelta(days=7 * int(weeks) - 1), plan.horizon_end),
    }
    stations = page.ask("schedule/bottleneck", **ahead)
    if stations.empty or not stations["load_hours"].any():
        guard.nothing(t("schedule.load.no_work"))
        links.link("gantt", t("shell.pages.gantt.title"))
        st.stop()
    worst = stations.iloc[0]
    with answer:
        st.subheader(
            t("schedule.load.lead", station=worst["station_name"], rate=text.percent(worst["load_rate"])),
            anchor=False,
        )
        st.markdown(
            t(
                "schedule.load.lead_over" if worst["days_over"] else "schedule.load.lead_fits",
                days=text.quantity(worst["days_over"]),
                peak=text.percent(worst["peak_rate"]),
                when=text.date(worst["peak_date"]),
                overtime=text.quantity(worst["overtime_hours"], 1),
                left=text.quantity(worst["overtime_left"], 1),
            )
        )
    period = {"start": text.date(ahead["from_date"]), "end": text.date(ahead["to_date"])}
    days = page.ask("schedule/station_days", **ahead)
    heat = page.kept("load_heat", lambda: load_heat(days, t), ahead)
    st.plotly_chart(heat, key="load_heat", alt=t("schedule.load.heat_alt", **period))

    one_station(stations, days)
    tables.table(
        stations,
        "stations",
        COLUMNS,
        alt=t("schedule.load.table"),
        labels={name: t(f"schedule.columns.{name}") for name in COLUMNS},
        looks={"load_rate": "percent", "peak_rate": "percent"},
        config={
            name: st.column_config.NumberColumn(t(f"schedule.columns.{name}"), format="%.1f")
            for name in COLUMNS
            if name.endswith("_hours")
        },
    )
    with st.expander(t("schedule.load.how")):
        st.markdown(t("schedule.load.definition"))
