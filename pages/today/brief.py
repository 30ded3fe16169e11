"""The morning brief: one sheet for the meeting, to print or to send as a file."""

import datetime as dt

import pandas as pd
import streamlit as st

from data import kpi
from ui import guard, text, tiles
from ui.figures.brief import Part, bar, columns, document, sheet
from ui.reasons import brief, mend
from ui.text import t

FIGURES = (
    "on_time_delivery_lines",
    "overdue_lines",
    "backlog_lines",
    "plan_attainment",
    "kit_rate_at_start",
    "load",
    "first_pass_yield",
    "supplier_on_time",
)
WORST = 5
CHASED = 5
STATIONS = 5
MISSES = 5
AHEAD = dt.timedelta(days=9)
# paper on the screen; of the page around it nothing is printed
FRAME = """<style>
.sheet { border: 1px solid #BBB; }
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stHeading"], .st-key-brief_file {
    display: none !important;
  }
  [data-testid="stMainBlockContainer"] { padding: 0 !important; max-width: none !important; }
}
</style>"""


def figures(page: guard.Page) -> Part:
    """The figures with their change, target and trend."""
    read = tiles.readings(page, FIGURES)
    names = page.ask("today/stations").set_index("station_no")["name"]
    rows = []
    for key, one in read.items():
        figure, target = one.figure, one.target
        name = t(f"brief.figures.{key}")
        if key == "load" and figure.cut:
            name = t("today.bottleneck", station=names[figure.cut["station_no"]])
        change = tiles.change(figure, one.before)
        values = [None if pd.isna(value) else float(value) for value in one.trend["value"]]
        rows.append(
            (
                name,
                tiles.shown(figure.value, figure.unit),
                text.NOTHING
                if change is None
                else t("brief.change", change=change or t("brief.same"), against=one.against),
                "" if target is None else tiles.shown(target, figure.unit),
                reached(figure, target),
                columns(values, target, tiles.trend_words(name, figure.unit, one.trend)),
            )
        )
    said = t("brief.figures.said", days=kpi.PERIOD_DAYS)
    return Part(t("brief.figures.title"), said, heads("figures", 6), rows, frozenset({1, 3}), frozenset({0, 2, 4}))


def reached(figure: kpi.Figure, target: float | None) -> str:
    """A sign and a word for whether a target is reached, and by how much it is missed."""
    if target is None or kpi.met(figure.key, figure.value, target) is None:
        return ""
    return f"{'✓' if kpi.met(figure.key, figure.value, target) else '✗'} {tiles.gap(figure, target)}"


def worst(page: guard.Page) -> Part:
    """The late lines that cost most: why, and what would mend it."""
    late = page.ask("today/late")
    rows = [
        (
            text.line(row.sales_order_no, row.line_no),
            f"{row.customer_name} · {row.item_name}",
            text.money(row.open_value),
            t(
                "brief.worst.moves",
                due=day(row.target_date),
                planned=day(row.planned_date),
                days=text.quantity(row.days_late),
            ),
            t("brief.worst.why", why=brief(row.detail), mend=mend(row.remedy)),
        )
        for row in late.head(WORST).itertuples()
    ]
    said = t("brief.worst.said", count=text.quantity(len(late)), value=text.money(late["open_value"].sum()))
    return Part(
        t("brief.worst.title"),
        said if rows else "",
        heads("worst", 5),
        rows,
        frozenset({2}),
        frozenset({0, 3}),
        frozenset({4}),
        t("brief.worst.none"),
    )


def chase(page: guard.Page) -> Part:
    """The parts to chase: how short, from whom, overdue how long."""
    short = page.ask("brief/chase", supplier_no="", item="", week="", blocks_only=False)
    rows = [
        (
            f"{row.item_no} {row.item_name}",
            f"{text.quantity(row.short_qty, 0)} {row.uom}",
            day(row.needed_on),
            row.supplier_name or row.supplier_no or text.NOTHING,
            t("brief.chase.to_order") if row.acts_on == "planned_buy" else row.acts_on_ref,
            overdue(row.days_overdue, row.available_date),
            t("brief.chase.hit", lines=text.quantity(row.orders_hit), late=text.quantity(row.late_orders)),
            text.money(row.value_hit),
        )
        for row in short.head(CHASED).itertuples()
    ]
    said = t("brief.chase.said", parts=text.counted("part", len(short)), blocking=int((short["late_orders"] > 0).sum()))
    return Part(
        t("brief.chase.title"),
        said if rows else "",
        heads("chase", 8),
        rows,
        frozenset({1, 7}),
        frozenset({2, 4, 5, 6}),
        empty=t("brief.chase.none"),
    )


def overdue(days: float, available: object) -> str:
    """How long a supply is overdue, else when it comes."""
    if days:
        return t("brief.chase.overdue", days=text.quantity(days))
    return t("brief.chase.comes", day=day(available))


def stations(page: guard.Page) -> Part:
    """The stations that are asked for more than they have."""
    first = page.plan.first_day
    found = page.ask("schedule/bottleneck", from_date=first, to_date=first + AHEAD)
    over = found[found["days_over"] > 0]
    rows = [
        (
            row.station_name,
            bar(float(row.load_rate or 0), text.percent(row.load_rate)),
            text.percent(row.load_rate),
            text.quantity(row.load_hours, 1),
            text.quantity(row.available_hours, 1),
            text.quantity(row.days_over),
            f"{day(row.peak_date)} {text.percent(row.peak_rate, 0)}",
            text.quantity(row.overtime_left, 1),
        )
        for row in over.head(STATIONS).itertuples()
    ]
    said = t("brief.stations.said", count=len(over), since=day(first), until=day(first + AHEAD))
    return Part(
        t("brief.stations.title"),
        said if rows else "",
        heads("stations", 8),
        rows,
        frozenset({2, 3, 4, 5, 6, 7}),
        frozenset({0}),
        empty=t("brief.stations.none", since=day(first), until=day(first + AHEAD)),
    )


def misses(page: guard.Page) -> Part:
    """What was not made on the last day with output, and why."""
    found = page.ask("today/last_day")["last_day"].iloc[0]
    if pd.isna(found):
        return Part(t("brief.misses.title"), empty=t("brief.misses.no_dispatch"))
    last = found.date()
    short = page.ask("brief/misses", since=last, until=last)
    attained = next(figure for figure in page.figures(("plan_attainment",), last, last) if not figure.cut)
    rows = [
        (
            row.station_name,
            f"{row.item_no} {row.item_name}",
            text.quantity(row.planned_qty, 0),
            text.quantity(row.actual_qty, 0),
            text.quantity(row.short_qty, 0),
            text.quantity(row.short_hours, 1),
            cause(row.category),
            row.reason or text.NOTHING,
            row.department or text.NOTHING,
        )
        for row in short.head(MISSES).itertuples()
    ]
    said = t(
        "brief.misses.said",
        day=text.date(last),
        rate=text.percent(attained.value),
        hours=text.quantity(short["short_hours"].sum(), 1),
        places=text.quantity(len(short)),
    )
    return Part(
        t("brief.misses.title"),
        said,
        heads("misses", 9),
        rows,
        frozenset({2, 3, 4, 5}),
        frozenset({0, 6, 8}),
        empty=t("brief.misses.none"),
    )


def cause(category: str) -> str:
    """The word for a category of exceptions."""
    if category == "unexplained":
        return t("brief.misses.unexplained")
    return text.choice("exception_report", "category", category)


def heads(part: str, count: int) -> tuple[str, ...]:
    """The headers of a part's columns."""
    return tuple(t(f"brief.{part}.head_{number}") for number in range(1, count + 1))


def day(value: object) -> str:
    """11-24."""
    return text.NOTHING if text.missing(value) else f"{pd.Timestamp(value):%m-%d}"


page = guard.page("brief")
with guard.told():
    plan = page.plan
    parts = [figures(page), worst(page), chase(page), stations(page), misses(page)]
    title = t("brief.title", as_of=text.date(plan.as_of, 0))
    lead = [
        t("brief.lead", orders=text.quantity(plan.orders), late=text.quantity(plan.late)),
        t(
            "brief.plan",
            run_no=plan.run_no,
            made=text.moment(plan.created_at),
            checked=t("today.verified") if plan.verified else t("brief.unverified"),
            gap="" if plan.gap is None else t("today.gap", gap=text.percent(plan.gap, 0)),
        )
        + (t("brief.stale") if plan.stale else ""),
    ]
    foot, language = t("brief.foot"), text.language()  # known here only: the file is made outside of the session
    with st.container(key="brief_file", horizontal=True, vertical_alignment="center"):
        st.download_button(
            t("brief.download"),
            data=lambda: document(language, title, lead, parts, foot),
            file_name=f"brief_{plan.as_of.isoformat()}.html",
            mime="text/html",
            key="brief_html",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(t("brief.print_hint"), width="content")
    st.html(FRAME + sheet(title, lead, parts, foot, inline=False))
