"""What needs me now: six figures, what to do by role, what changed since the plan before, what is due, the load."""

import dataclasses
import datetime as dt
from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from data import kpi
from ui import filters, first_use, guard, links, tables, text, tiles
from ui.figures.load import load_heat
from ui.figures.orders import due_weeks
from ui.planning import last_failure, plan_now
from ui.reasons import brief, to_do
from ui.text import t

TILES = (
    ("on_time_delivery_lines", ("sales_order_no", "line_no", "target_date", "qty", "shipped_by_date", "on_time_line")),
    ("backlog_lines", ("sales_order_no", "line_no", "customer_no", "item_no", "target_date", "qty", "value")),
    ("overdue_lines", ("sales_order_no", "line_no", "customer_no", "target_date", "days_overdue", "qty", "value")),
    ("plan_attainment", ("work_date", "station_no", "item_no", "step_no", "planned_qty", "actual_qty")),
    (
        "kit_rate_at_start",
        ("order_ref", "item_no", "qty", "start_date", "kit_date", "missing_at_start", "kitted_at_start"),
    ),
    ("load", ("station_no", "work_date", "needed_hours", "available_hours")),
)
VALUES = ("backlog_value", "overdue_value")
TRENDS = {"on_time_delivery_lines": "ratio", "plan_attainment": "ratio", "backlog_value": "money"}
DAY = dt.timedelta(days=1)
AHEAD = 10
MOST_CHANGES = 6
CHART_HEIGHT = 330
ALL = {"search": "", "customer": "", "week": "", "late_only": False}
CHART = {"displayModeBar": False}
# side by side only where there is room; links whose words are sentences go on in a second line rather than being cut
LOOK = """<style>
:is(.st-key-head, .st-key-tiles, .st-key-now, .st-key-ahead) [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
.st-key-head [data-testid="stColumn"] { min-width: 11rem; }
.st-key-head [data-testid="stColumn"]:first-child { min-width: 34rem; }
.st-key-tiles [data-testid="stColumn"] { min-width: 11rem; }
@media screen and (max-width: 1200px) { .st-key-tiles [data-testid="stColumn"] { min-width: 30%; } }
:is(.st-key-now, .st-key-ahead) [data-testid="stColumn"] { min-width: 24rem; }
:is(.st-key-act, .st-key-changes) [data-testid="stPageLink-NavLink"] { padding-block: 3px; }
:is(.st-key-act, .st-key-changes) [data-testid="stPageLink-NavLink"] p { white-space: normal; line-height: 1.4; }
</style>"""


def header(page: guard.Page) -> str:
    """Which day, which plan, how old the data is; whose view; and the button that makes the next plan."""
    with st.container(key="head"):
        told, look, action = st.columns([6, 2, 2], vertical_alignment="center")
    with told:
        about_plan(page.plan)
        times = page.ask("today/data_times").iloc[0]
        st.caption(
            t("today.data", orders=text.moment(times["orders_at"]), stock=text.moment(times["stock_at"]))
            + (t("today.stale") if page.plan.stale else "")
        )
    with look:
        view = filters.segments(
            "view", t("today.view"), ("planner", "manager"), lambda name: t(f"today.views.{name}"), "planner"
        )
    with action:
        plan_now(page)
    last_failure(page.store)
    return view


def about_plan(plan: guard.Plan) -> None:
    """The plan in view in a line; its number leads to all plans."""
    words = t(
        "today.head_plan",
        checked=t("today.verified" if plan.verified else "today.unverified"),
        gap="" if plan.gap is None else t("today.gap", gap=text.percent(plan.gap, 0)),
        made=text.moment(plan.created_at),
        seconds=text.quantity(plan.seconds, 1),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(t("today.head", as_of=text.date(plan.as_of)), width="content")
        links.link("runs", t("today.plans", run_no=plan.run_no))
        st.markdown(words, width="content")


def figures(page: guard.Page) -> None:
    """Six tiles, each with what it was before, how it developed and what it should be."""
    read = tiles.readings(page, tuple(key for key, _ in TILES))
    values = {figure.key: round(figure.value or 0) for figure in page.figures(VALUES) if not figure.cut}
    settings = kpi.stored_settings(page.store)
    bottleneck = (read["load"].figure.cut or {}).get("station_no")
    names = page.ask("today/stations").set_index("station_no")["name"]
    notes = {
        "on_time_delivery_lines": t("today.period", days=kpi.PERIOD_DAYS),
        "backlog_lines": text.money(values["backlog_value"]),
        "overdue_lines": text.money(values["overdue_value"]),
        "plan_attainment": t("today.period", days=kpi.PERIOD_DAYS),
        "kit_rate_at_start": t("today.kit_days", days=settings.kit_days),
        "load": t("today.next_days", days=settings.ahead_days),
    }
    definitions = switches(page, settings)
    with st.container(key="tiles"):
        places = st.columns(len(TILES))
    for place, (key, columns) in zip(places, TILES, strict=True):
        one = read[key]
        with place:
            tiles.tile(
                one.figure,
                lambda key=key, cut=one.figure.cut: kpi.rows(page.store, key, page.today, cut=cut),
                columns,
                name=t("today.bottleneck", station=names[bottleneck])
                if key == "load" and bottleneck
                else t(f"today.tile.{key}"),
                note=notes[key],
                before=one.before,
                against=one.against,
                trend=one.trend,
                target=one.target,
                definitions=None if key == "load" else definitions,
            )


def switches(page: guard.Page, settings: kpi.KpiSettings) -> tiles.Definitions:
    """Any figure by another definition."""

    def by(by_due_date: bool) -> kpi.KpiSettings:
        return dataclasses.replace(settings, by_due_date=by_due_date)

    return tiles.Definitions(
        lambda key, by_due_date: next(
            figure
            for figure in kpi.figures(page.store, page.today, settings=by(by_due_date), keys=(key,), cuts=())
            if not figure.cut
        ),
        lambda key, by_due_date: kpi.rows(page.store, key, page.today, settings=by(by_due_date)),
        settings.by_due_date,
    )


def tasks(page: guard.Page) -> None:
    """What to do today, by role, each with what hangs on it and the page where it is done."""
    st.subheader(t("today.act"), anchor=False)
    last_day = page.ask("today/last_day")["last_day"].iloc[0]
    last_day = page.today if pd.isna(last_day) else last_day.date()
    kit_days = kpi.stored_settings(page.store).kit_days
    rows = page.ask("today/tasks", last_day=last_day, since=last_day, until=last_day, kit_days=kit_days)
    with st.container(border=True, gap="xxsmall", height="stretch", key="act"):
        if rows.empty:
            st.markdown(t("today.nothing_to_do"))
        for row in rows.to_dict("records"):
            target, wanted = dealt_with(row)
            words = t(
                f"today.tasks.{row['task']}",
                things=text.quantity(row["things"]),
                lines=text.counted("line", row["lines"]),
                value=text.money(row["value"]),
                amount=text.quantity(row["amount"], 1),
                subject=row["subject"],
                name=row["name"],
                ref=row["ref"],
                day=day(row["day"]),
                days=kit_days,
            )
            links.link(target, f":gray-badge[{t('today.roles.' + row['role'])}] {words}", **wanted)


def day(value: object) -> str:
    """11-24: a day where there is little room; nothing where there is none."""
    return "" if text.missing(value) else f"{pd.Timestamp(value):%m-%d}"


def dealt_with(task: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The page where a task is done, and the filters it opens with."""
    subject = task["subject"]
    match task["task"]:
        case "tell" | "promise":
            return "backlog", {"late": 1}
        case "capacity":
            return "load", {"station": subject}
        case "start_short":
            return "kits", {}
        case "pick":
            return "kits", {"status": "full"}
        case "overdue":
            return "suppliers", {"supplier": subject, "lines": "overdue"}
        case "chase" | "order_now":
            return "shortages", {"q": subject} if task["subjects"] == 1 else {"blocks": 1}
        case "start":
            return "gantt", {"q": task["ref"]}
        case "missed":
            return "attainment", {"day": f"{task['day']:%Y-%m-%d}", "category": "unexplained"}
        case "explain" | "close":
            return "attainment", {
                "view": "exceptions",
                "open": 1,
                "why": "quality" if task["role"] == "quality" else "",
            }
    return "mrp", {"item": subject}  # parts that nothing supplies, or that have arrived


def changes(page: guard.Page) -> None:
    """What moved since the plan before, and why: lines that became late first."""
    st.subheader(t("today.changes.title"), anchor=False)
    with st.container(border=True, gap="xxsmall", height="stretch", key="changes"):
        plans = page.ask("runs/before")
        if plans.empty:
            st.markdown(t("today.changes.first_plan"))
            return
        before = {"run_no": plans["run_no"].iloc[0], "as_of": text.date(plans["as_of_date"].iloc[0])}
        rows = page.ask("today/changes", before=before["run_no"])
        if rows.empty:
            st.markdown(t("today.changes.none", **before))
            return
        counts = rows.drop_duplicates("kind").set_index("kind")["of_kind"]
        parts = [t(f"today.changes.{kind}", count=text.quantity(count)) for kind, count in counts.items()]
        st.markdown(f":small[{t('today.changes.totals', parts=t('today.changes.separator').join(parts), **before)}]")
        for row in rows[rows["kind"] != "left"].head(MOST_CHANGES).to_dict("records"):
            links.link("order", moved(row), order=row["sales_order_no"], line=row["line_no"])
        links.link("runs", t("today.changes.all"))


def moved(row: Mapping[str, object]) -> str:
    """What became of one order line, and why."""
    late = row["late_now"]
    return t(
        f"today.changes.line_{row['kind']}",
        line=text.line(row["sales_order_no"], row["line_no"]),
        before=day(row["planned_before"]) or t("today.changes.beyond"),
        now=day(row["planned_now"]) or t("today.changes.beyond"),
        late=text.quantity(late),
        days=text.quantity(abs(float(row["days_moved"] or 0))),
        why=brief(str(row["why"])) or t("today.changes.unknown"),
        still=t("today.changes.still", late=text.quantity(late)) if late else t("today.changes.in_time"),
    )


def outlook(page: guard.Page) -> None:
    """Open lines by the week they are due and how full the stations are in the next days."""
    with st.container(key="ahead"):
        left, right = st.columns(2, gap="medium")
    with left:
        weeks = drawn_weeks(tiles.version(page), text.language(), page)
        st.plotly_chart(weeks, key="due_weeks", config=CHART, alt=t("orders.weeks"))
        late = page.ask("orders/backlog_totals", **ALL).iloc[0]
        words = t(
            "today.late",
            orders=text.quantity(late["lines"]),
            count=text.quantity(late["late_lines"]),
            value=text.money(late["late_value"]),
        )
        links.link(
            "backlog", words if late["late_lines"] else t("today.none_late"), late=1 if late["late_lines"] else ""
        )
    with right:
        days = page.ask("schedule/station_days", **next_days(page))
        if days.empty:
            guard.nothing(t("schedule.dispatch.no_stations"))
            return
        load = drawn_load(tiles.version(page), text.language(), page)
        st.plotly_chart(load, key="load_heat", config=CHART, alt=t("schedule.load.heat_title"))
        over = days[days["load_rate"] > 1]
        links.link("load", t("today.over", days=text.quantity(len(over)), stations=over["station_no"].nunique()))


def next_days(page: guard.Page) -> dict[str, dt.date]:
    """The days that the load is shown for."""
    return {"from_date": page.plan.first_day, "to_date": page.plan.first_day + (AHEAD - 1) * DAY}


# charts are kept: to put one together takes longer than to send it
@st.cache_resource(max_entries=8, show_spinner=False)
def drawn_weeks(version: tuple[str, str], language: str, _page: guard.Page) -> go.Figure:
    """Open lines by the week they are due."""
    return due_weeks(_page.ask("orders/backlog_weeks", **ALL), t).update_layout(height=CHART_HEIGHT)


@st.cache_resource(max_entries=8, show_spinner=False)
def drawn_load(version: tuple[str, str], language: str, _page: guard.Page) -> go.Figure:
    """The load of each station on each of the next days."""
    heat = load_heat(_page.ask("schedule/station_days", **next_days(_page)), t)
    return heat.update_layout(height=CHART_HEIGHT)


def trends(page: guard.Page) -> None:
    """The figures that tell whether the factory gets better, week by week."""
    st.subheader(t("today.manager.trends"), anchor=False)
    settings = kpi.stored_settings(page.store)
    for place, (key, unit) in zip(st.columns(len(TRENDS)), TRENDS.items(), strict=True):
        with place:
            tiles.over_time(key, unit, t(f"today.trend.{key}"), page.trend(key), settings.target(key))


def risks(page: guard.Page) -> None:
    """What late lines wait for, the costliest first, each with the page where it is dealt with."""
    st.subheader(t("today.manager.risks"), anchor=False)
    causes = page.ask("today/act").head(6)
    with st.container(border=True, gap="xxsmall", height="stretch", key="act"):
        if causes.empty:
            st.markdown(t("today.nothing_to_do"))
        for row in causes.to_dict("records"):
            words, target = to_do(row)
            links.link(target.page, words, **target.filters)


def worst_lines(page: guard.Page) -> None:
    """The late lines that cost most, and why."""
    late = page.ask("today/late")
    if late.empty:
        return
    title = t("today.manager.worst")
    st.subheader(title, anchor=False)
    worst = late.head(10)
    tables.table(
        worst.assign(
            line=worst["sales_order_no"] + "/" + worst["line_no"].astype(str),
            why=[brief(detail) for detail in worst["detail"]],
        ),
        "late_lines",
        ("line", "customer_name", "item_name", "target_date", "planned_date", "days_late", "open_value", "why"),
        alt=title,
        labels={name: t(f"orders.columns.{name}") for name in ("why", "days_late", "open_value")},
        targets={"line": ("order", {"order": "sales_order_no", "line": "line_no"})},
        download=False,
    )


page = guard.page("today", needs="nothing")
with guard.told():
    if page.plan_or_none is None:
        first_use.steps(page)
        st.stop()
    st.html(LOOK)
    view = header(page)
    figures(page)
    if view == "manager":
        trends(page)
    with st.container(key="now"):
        first, second = st.columns([6, 5], gap="medium")
    with first:
        if view == "manager":
            risks(page)
        else:
            tasks(page)
    with second:
        changes(page)
    outlook(page)
    if view == "manager":
        worst_lines(page)
