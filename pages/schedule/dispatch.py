"""What one station is to make on one day, in its sequence, to print and hand out."""

import datetime as dt

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.text import t

COLUMNS = (
    "unit_no",
    "sequence",
    "order_ref",
    "step_name",
    "item_no",
    "item_name",
    "qty",
    "uom",
    "serves",
    "target_date",
    "start_time",
    "finish_time",
    "hours",
    "team",
)
MOST_ROWS = 150  # that are shown at once; a page change with a thousand takes as long again


def unbroken(value: str) -> str:
    """A number or date that stays on one line of a narrow column."""
    return value.replace("-", "\u2011").replace(" ", "\u00a0")


def clock(value: pd.Timestamp) -> str:
    """08:35; with its date where that is not the day in view."""
    return f"{value:%H:%M}" if value.date() == work_date else unbroken(text.moment(value))


WRITTEN = {
    "order_ref": unbroken,
    "item_no": unbroken,
    "serves": lambda value: value.replace("-", "\u2011"),
    "target_date": lambda value: text.NOTHING if text.missing(value) else unbroken(f"{value:%m-%d}"),
    "start_time": lambda value: clock(value),
    "finish_time": lambda value: clock(value),
    "hours": lambda value: text.quantity(value, 1),
}

page = guard.page("dispatch")
with guard.told():
    plan = page.plan
    stations = page.ask("schedule/stations")
    if stations.empty:
        guard.empty("dispatch", t("schedule.dispatch.no_stations"), "imports", t("shell.empty.load"))
    names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
    answer = st.container()
    by_station, by_day, by_all = st.columns([2, 2, 1], vertical_alignment="bottom")
    with by_station:
        station = filters.select(
            "station", t("schedule.load.station"), list(names), names.__getitem__, next(iter(names))
        )
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range(plan.first_day, plan.horizon_end)]
    with by_day:
        work_date = dt.date.fromisoformat(filters.select("day", t("schedule.dispatch.day"), days, text.date, days[0]))
    asked = {"station_no": station, "work_date": work_date, "from_date": work_date, "to_date": work_date}
    totals = page.ask("schedule/dispatch_totals", **asked).iloc[0]
    rows = page.ask("schedule/dispatch", **asked)
    headers = {name: t(f"schedule.columns.{name}") for name in COLUMNS}
    about = {"station": names[station], "day": text.date(work_date)}
    if rows.empty:
        with answer:
            st.subheader(t("schedule.dispatch.nothing", **about), anchor=False)
            if text.missing(totals["next_day"]):
                st.markdown(t("schedule.dispatch.never", **about))
            else:
                links.link(
                    "dispatch",
                    t("schedule.dispatch.next_day", day=text.date(totals["next_day"])),
                    station=station,
                    day=totals["next_day"].date(),
                )
        st.stop()
    with answer:
        st.subheader(
            t(
                "schedule.dispatch.lead",
                **about,
                lots=text.quantity(totals["lots"]),
                hours=text.quantity(totals["load_hours"], 1),
            ),
            anchor=False,
        )
        st.markdown(
            t(
                "schedule.dispatch.lead_load",
                available=text.quantity(totals["available_hours"], 1),
                rate=text.percent(totals["load_rate"]),
                team=totals["team"] or text.NOTHING,
            )
        )
    listed = rows
    if len(rows) > MOST_ROWS:
        with by_all:
            everything = filters.toggle("all", t("schedule.dispatch.all", rows=text.quantity(len(rows))))
        listed = rows if everything else rows.head(MOST_ROWS)
    printed = pd.DataFrame(
        {
            name: [WRITTEN[name](value) if name in WRITTEN else value for value in listed[name]]
            for name in COLUMNS
            if name != "team"  # it stands above the table
        }
    ).rename(columns=headers)
    tables.printed(printed, t("schedule.dispatch.table", **about))
    if len(listed) < len(rows):
        st.caption(t("schedule.dispatch.first", shown=text.quantity(MOST_ROWS), rows=text.quantity(len(rows))))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("schedule.dispatch.csv"),
            data=lambda: tables.as_csv(rows[list(COLUMNS)].rename(columns=headers)),
            file_name=f"dispatch_{station}_{work_date.isoformat()}.csv",
            mime="text/csv",
            key="dispatch_csv",
            icon=":material/download:",
            on_click="ignore",
        )
        links.link("gantt", t("schedule.load.gantt"), station=station)
        if not text.missing(totals["next_day"]):
            links.link(
                "dispatch",
                t("schedule.dispatch.next_day", day=text.date(totals["next_day"])),
                station=station,
                day=totals["next_day"].date(),
            )
    st.caption(t("schedule.dispatch.print_hint"))
