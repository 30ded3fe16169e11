"""Where the bottleneck is, what one more hour there is worth, overtime, and whether standard capacity is true."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from data.tables import TABLES
from ui import filters, guard, links, tables, text
from ui.figures.capacity import overtime_days, standards
from ui.figures.load import load_heat
from ui.picking import picked
from ui.text import t

STATIONS = (
    "station_name",
    "load_rate",
    "days_over",
    "late_lines",
    "days_late",
    "worth",
    "best_days",
    "overtime_hours",
    "overtime_left",
    "load_hours",
    "available_hours",
)
WAITING = (
    "line",
    "customer_name",
    "item_no",
    "value",
    "target_date",
    "planned_date",
    "days_late",
    "weighted_days",
    "queue_from",
    "queue_to",
)
PARTS = ("item_no", "item_name", "worth", "comes_date", "supplier_no", "late_lines", "days_late")
OVERTIME = (
    "work_date",
    "station_name",
    "overtime_hours",
    "overtime_available_hours",
    "overtime_rate",
    "overtime_left",
    "overtime_cost",
    "worth",
)
STANDARDS = (
    "item_no",
    "item_name",
    "step_no",
    "step_name",
    "station_name",
    "standard",
    "achieved",
    "deviation",
    "proposed",
    "low",
    "high",
    "days",
    "stopped_days",
    "off_hours",
)
WEEKS = ("1", "2", "4", "8")
DEFAULT_WEEKS = "2"
MOST_STATIONS = 20
HISTORY_DAYS = 90
RULE = {"least_days": 10, "least_deviation": 0.1}
WORTH_SOMETHING = 0.005  # weighted days late
ROWS_HEIGHT = 320
SHORT_TABLE = 8  # rows that are shown in full
CHART = {"displayModeBar": False, "showTips": False}


def labels(columns: Sequence[str], **others: str) -> dict[str, str]:
    """Headers in the reader's language; `others` name the words of columns that have two meanings."""
    return {name: t(f"capacity.columns.{others.get(name, name)}") for name in columns}


def decimals(digits: int, **columns: str) -> dict[str, object]:
    """Columns of numbers with so many decimals, by the key of their header."""
    return {
        name: st.column_config.NumberColumn(t(f"capacity.columns.{header}"), format=f"%.{digits}f")
        for name, header in columns.items()
    }


def hours(*columns: str) -> dict[str, object]:
    """Columns of hours with one decimal."""
    return decimals(1, **dict(zip(columns, columns, strict=True)))


def worth(value: float) -> str:
    """Weighted days late with two decimals at most."""
    return text.quantity(value, 2)


def height(rows: pd.DataFrame) -> int | str:
    """A long table scrolls."""
    return ROWS_HEIGHT if len(rows) > SHORT_TABLE else "auto"


def lead(page: guard.Page, weeks: str, stations: pd.DataFrame, parts: pd.DataFrame, days: pd.DataFrame) -> None:
    """The bottleneck, its load, who waits for it and what one more hour there saves; the one next step."""
    worst = stations.iloc[0]
    st.subheader(
        t("capacity.lead", station=worst["station_name"], weeks=weeks, rate=text.percent(worst["load_rate"], 0)),
        anchor=False,
        help=t("capacity.unit"),
    )
    said = [
        t(
            "capacity.queue" if worst["late_lines"] else "capacity.queue_none",
            days=text.quantity(worst["days_over"]),
            peak=text.percent(worst["peak_rate"], 0),
            when=text.date(worst["peak_date"]),
            lines=text.counted("line", worst["late_lines"]),
            late=text.quantity(worst["days_late"]),
        )
    ]
    if not worst["fullest"]:
        fullest = stations[stations["fullest"]].iloc[0]
        if not fullest["late_lines"]:
            said.append(
                t(
                    "capacity.fullest",
                    station=fullest["station_name"],
                    rate=text.percent(fullest["load_rate"], 0),
                )
            )
    said.append(hour(page, worst, days))
    part = parts.iloc[0] if len(parts) and parts["worth"].iloc[0] > WORTH_SOMETHING else None
    pays = worst["worth"] > WORTH_SOMETHING
    if part is not None and not pays:
        facts = {"item": part["item_no"], "name": part["item_name"], "worth": worth(part["worth"])}
        said.append(t("capacity.worth.part", **facts))
    st.markdown("  \n".join(said))
    if part is not None and not pays:
        links.link("mrp", t("capacity.chase", item=part["item_no"]), item=part["item_no"])
    else:
        links.link(
            "load",
            t("capacity.see_load", station=worst["station_name"]),
            station=worst["station_no"],
            weeks="" if weeks == DEFAULT_WEEKS else weeks,
        )


def hour(page: guard.Page, worst: pd.Series, days: pd.DataFrame) -> str:
    """What one more hour at the bottleneck is worth, in words; or why it is worth nothing, or not known."""
    if not page.plan.late:
        return t("capacity.worth.none_late")
    if text.missing(worst["worth"]):
        return t("capacity.worth.unknown")
    if worst["worth"] <= WORTH_SOMETHING:
        zero = t("capacity.worth.zero")
        if worst["late_lines"] and page.plan.gap:
            return zero + t("capacity.worth.order", gap=text.percent(page.plan.gap, 0))
        return zero
    best, *others = worst["best_dates"]
    own = days[days["station_no"] == worst["station_no"]].set_index("work_date")
    first = own.loc[pd.Timestamp(best)]
    said = t(
        "capacity.worth.best",
        when=text.date(best),
        station=worst["station_name"],
        worth=worth(first["worth"]),
    )
    left = float(first["overtime_left"])
    said += t("capacity.worth.left", hours=text.quantity(left, 1)) if left > 0 else t("capacity.worth.full")
    if others:
        named = [f"{text.date(day)} {worth(own.loc[pd.Timestamp(day), 'worth'])}" for day in others]
        said += t("capacity.worth.others", days=t("capacity.worth.and").join(named))
    return said


@st.fragment
def bottlenecks(page: guard.Page, weeks: str, stations: pd.DataFrame, days: pd.DataFrame) -> None:
    """The stations, the bottleneck first; of the chosen one its overtime by day and the orders that wait for it."""
    with guard.told():
        st.caption(t("capacity.pick"))
        listed = stations.assign(
            best_days=[", ".join(text.date(day) for day in found) for found in stations["best_dates"]],
            gantt_days="" if weeks == "1" else 7 * int(weeks),
        )
        pays = (stations["worth"] > WORTH_SOMETHING).any()
        columns = [name for name in STATIONS if pays or name not in ("worth", "best_days")]
        chosen = tables.table(
            listed,
            "capacity_stations",
            columns,
            alt=t("capacity.table"),
            labels=labels(columns),
            looks={"load_rate": "percent"},
            targets={
                "station_name": ("load", {"station": "station_no"}),
                "days_over": ("gantt", {"station": "station_no", "days": "gantt_days"}),
            },
            pinned=("station_name",),
            config=decimals(2, worth="worth")
            | hours("overtime_hours", "overtime_left", "load_hours", "available_hours")
            | {"best_days": st.column_config.TextColumn(t("capacity.columns.best_days"), width=250)},
            choose=True,
        )
        names = dict(zip(stations["station_no"], stations["station_name"], strict=True))
        station = picked("station", "" if chosen is None else str(stations["station_no"].iloc[chosen]))
        if station not in names:
            station = str(stations["station_no"].iloc[0])
        with st.container(border=True):
            one_station(page, station, names[station], days[days["station_no"] == station])


def one_station(page: guard.Page, station: str, name: str, days: pd.DataFrame) -> None:
    """One station's overtime and worth by day, and the orders that are late because they queue there."""
    left, right = st.columns(2, gap="medium")
    with left:
        if not (days["overtime_available_hours"] + days["overtime_hours"]).any():
            st.markdown(f"**{name}**")
            guard.nothing(t("capacity.overtime.not_allowed"))
        else:
            st.plotly_chart(
                overtime_days(days, name, t, lambda value: text.quantity(value, 1)),
                key="capacity_overtime_days",
                config=CHART,
                alt=t(
                    "capacity.overtime.alt",
                    station=name,
                    planned=text.quantity(days["overtime_hours"].sum(), 1),
                    allowed=text.quantity(days["overtime_available_hours"].sum(), 1),
                ),
            )
    with right:
        st.markdown(f"**{t('capacity.station.waiting')}**")
        waiting = page.ask("capacity/waiting", station=station)
        if waiting.empty:
            guard.nothing(t("capacity.station.waiting_none"))
            return
        tables.table(
            waiting,
            "capacity_waiting",
            WAITING,
            alt=t("capacity.station.alt", station=name),
            labels=labels(WAITING),
            looks={"value": "money"},
            height=height(waiting),
            targets={
                "line": ("order", {"order": "sales_order_no", "line": "line_no"}),
                "item_no": ("mrp", {"item": "item_no"}),
            },
            pinned=("line",),
        )


def show_parts(parts: pd.DataFrame) -> None:
    """Parts that late orders wait for, with what a day earlier is worth."""
    st.subheader(t("capacity.parts.head"), anchor=False)
    tables.table(
        parts,
        "capacity_parts",
        PARTS,
        alt=t("capacity.parts.table"),
        labels=labels(PARTS, worth="part_worth"),
        targets={"item_no": ("mrp", {"item": "item_no"}), "supplier_no": ("suppliers", {"supplier": "supplier_no"})},
        config=decimals(2, worth="part_worth"),
    )


def show_overtime(page: guard.Page, ahead: Mapping[str, dt.date]) -> None:
    """Overtime of all stations: planned, allowed, its cost, and its rows."""
    st.subheader(t("capacity.overtime.head"), anchor=False)
    totals = page.ask("capacity/overtime_totals", **ahead).iloc[0]
    rows = page.ask("capacity/overtime", **ahead)
    if rows.empty:
        guard.nothing(t("capacity.overtime.none"))
        return
    said = t(
        "capacity.overtime.lead",
        hours=text.quantity(totals["overtime_hours"], 0),
        rate=text.percent(totals["overtime_rate"], 0),
        stations=text.quantity(totals["stations"]),
        cost=text.money(round(totals["overtime_cost"])),
    )
    if totals["unpriced_hours"] > 0:
        said += t("capacity.overtime.unpriced", hours=text.quantity(totals["unpriced_hours"], 0))
    st.markdown(said)
    columns = [name for name in OVERTIME if name != "worth" or (rows["worth"] > WORTH_SOMETHING).any()]
    with st.expander(t("capacity.overtime.table")):
        tables.table(
            rows,
            "capacity_overtime",
            columns,
            alt=t("capacity.overtime.table"),
            labels=labels(columns),
            looks={"overtime_rate": "percent"},
            targets={"station_name": ("load", {"station": "station_no"})},
            height=height(rows),
            config=decimals(2, worth="worth")
            | decimals(0, overtime_cost="overtime_cost")
            | hours("overtime_hours", "overtime_available_hours", "overtime_left"),
        )


def show_standards(page: guard.Page) -> None:
    """Standard capacity against what was achieved, and the file that would correct it."""
    st.subheader(t("capacity.standards.head"), anchor=False)
    asked = {"since": page.today - dt.timedelta(days=HISTORY_DAYS - 1), "until": page.today, **RULE}
    rows = page.ask("capacity/standards", **asked)
    if rows.empty:
        guard.nothing(t("capacity.standards.none", period=HISTORY_DAYS))
        return
    off = rows[rows["off"]]
    if off.empty:
        st.markdown(
            t(
                "capacity.standards.fit",
                period=HISTORY_DAYS,
                checked=len(rows),
                enough=text.quantity((rows["days"] >= RULE["least_days"]).sum()),
                deviation=text.percent(RULE["least_deviation"]),
            )
        )
    else:
        first = off.iloc[0]
        st.markdown(
            t(
                "capacity.standards.off",
                period=HISTORY_DAYS,
                checked=len(rows),
                count=len(off),
                item=f"{first['item_no']} {first['item_name']}".strip(),
                station=first["station_name"],
                standard=text.quantity(first["standard"], 1),
                achieved=text.quantity(first["achieved"], 1),
                days=text.quantity(first["days"]),
                deviation=f"{first['deviation'] * 100:+.0f} %".replace("-", "−"),
            )
        )
        correction = page.ask("capacity/correction", **asked)
        routing = TABLES["routing_step"]
        header = {name: routing.column(name).label(text.language()) for name in correction.columns}
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                t("capacity.standards.download", count=len(correction)),
                data=lambda: tables.as_csv(correction.rename(columns=header)),
                file_name="routing_step.csv",
                mime="text/csv",
                key="capacity_correction",
                type="primary",
                icon=":material/download:",
                on_click="ignore",
            )
            links.link("imports", t("capacity.standards.to_import"))
        st.caption(t("capacity.standards.next"))
    ratio = rows["achieved"] / rows["standard"]
    st.plotly_chart(
        standards(rows, RULE["least_deviation"], t),
        key="capacity_standards_chart",
        config=CHART,
        alt=t(
            "capacity.standards.alt",
            count=len(rows),
            low=text.percent(ratio.min(), 0),
            high=text.percent(ratio.max(), 0),
        ),
    )
    tables.table(
        rows,
        "capacity_standards",
        STANDARDS,
        alt=t("capacity.standards.table"),
        labels=labels(STANDARDS),
        looks={"deviation": "percent"},
        targets={
            "item_no": ("mrp", {"item": "item_no"}),
            "station_name": ("attainment", {"station": "station_no", "item": "item_no"}),
        },
        pinned=("item_no",),
        height=height(rows),
        config=hours("standard", "achieved", "low", "high", "off_hours")
        | {"deviation": st.column_config.NumberColumn(t("capacity.columns.deviation"), format="percent")},
    )


page = guard.page("capacity")
with guard.told():
    plan = page.plan
    answer = st.container()
    chosen_weeks = filters.segments(
        "weeks",
        t("capacity.filter.window"),
        WEEKS,
        lambda count: t("capacity.filter.weeks", count=count),
        DEFAULT_WEEKS,
    )
    window = {
        "from_date": plan.first_day,
        "to_date": min(plan.first_day + dt.timedelta(days=7 * int(chosen_weeks) - 1), plan.horizon_end),
    }
    all_stations = page.ask("capacity/stations", **window)
    if all_stations.empty or not all_stations["load_hours"].any():
        guard.nothing(t("capacity.no_work"))
    else:
        by_day = page.ask("capacity/days", **window)
        late_parts = page.ask("capacity/parts")
        with answer:
            lead(page, chosen_weeks, all_stations, late_parts, by_day)
        drawn = by_day.set_index("station_no", drop=False).loc[all_stations["station_no"].head(MOST_STATIONS)]
        fullest_day = by_day.loc[by_day["load_rate"].idxmax()]
        st.plotly_chart(
            load_heat(drawn.reset_index(drop=True), t),
            key="capacity_heat",
            config=CHART,
            alt=t(
                "capacity.heat_alt",
                start=text.date(window["from_date"]),
                end=text.date(window["to_date"]),
                station=fullest_day["station_name"],
                rate=text.percent(fullest_day["load_rate"], 0),
                when=text.date(fullest_day["work_date"]),
            ),
        )
        bottlenecks(page, chosen_weeks, all_stations, by_day)
        if len(late_parts):
            show_parts(late_parts)
        show_overtime(page, window)
    show_standards(page)
    with st.expander(t("capacity.how")):
        st.markdown(
            t(
                "capacity.definition",
                period=HISTORY_DAYS,
                days=RULE["least_days"],
                deviation=text.percent(RULE["least_deviation"]),
            )
        )
