"""Do we deliver on time and is it getting better, what is at risk, and how far each order is."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from data import kpi
from data.kpi import Figure, KpiSettings
from ui import filters, guard, links, reasons, tables, text, tiles
from ui.figures.delivery import MOST_ROWS, customers, on_time_weeks, owed_ages, owed_weeks, products, stages, timing
from ui.text import t

MISSED = (
    "line",
    "customer_name",
    "item_name",
    "days_late",
    "completed_on",
    "planned_date",
    "missed_value",
    "qty",
    "shipped_by_date",
    "promised_date",
    "due_date",
    "status",
    "item_no",
)
RISK = (
    "line",
    "customer_name",
    "state",
    "days_late",
    "why",
    "remedy",
    "item_name",
    "target_date",
    "planned_date",
    "open_qty",
    "open_value",
    "item_no",
)
TRACKING = (
    "line",
    "customer_name",
    "item_name",
    "stage",
    "since",
    "days_here",
    "owner",
    "next",
    "state",
    "target_date",
    "planned_date",
    "qty",
    "shipped_qty",
    "item_no",
    "customer_order_no",
)
# what the next step of a line depends on
NEXT = (
    "stage",
    "owner",
    "blocked_kind",
    "part_no",
    "supply_ref",
    "available_date",
    "station_name",
    "work_order_no",
)
TO_ORDER = {"line": ("order", {"order": "sales_order_no", "line": "line_no"})}
KEYS = {"lines": "on_time_delivery_lines", "quantity": "on_time_delivery_quantity"}
OWED = {"lines": "backlog_lines", "pieces": "backlog_quantity", "value": "backlog_value"}
PERIODS = ("30", "84")
WEEKS = 12
NARROWS = {"customer": "follow", "owner": "owner"}  # what narrows the chart of stages, and its name in the URL
FOLLOWED_DAYS = 60  # after it left
ROWS_HEIGHT = 320
SHORT_TABLE = 8  # rows that are shown in full
CHART = {"displayModeBar": False, "showTips": False}
DAY = dt.timedelta(days=1)
# charts stand side by side only where there is room
LOOK = """<style>
:is(.st-key-on_time_charts, .st-key-owed_charts, .st-key-stage_chart) [data-testid="stHorizontalBlock"] {
  flex-wrap: wrap;
}
:is(.st-key-on_time_charts, .st-key-owed_charts) [data-testid="stColumn"] { min-width: 24rem; }
.st-key-stage_chart [data-testid="stColumn"] { min-width: 13rem; }
</style>"""


def labels(columns: Sequence[str]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"delivery.columns.{name}") for name in columns}


def plan_in_view(page: guard.Page) -> dict[str, object]:
    """What questions about a plan are asked with; there may be none."""
    if page.plan_or_none is None:
        return {"run_no": "", "first_day": page.today + DAY}
    return {}


def toggle(chart: str, name: str) -> None:
    """Put what was clicked in `chart` into the URL as `name`, or take it out where it was clicked again."""
    points = st.session_state[chart]["selection"]["points"]
    if not points:
        return
    value = str(points[0]["customdata"][0])
    if st.query_params.get(name) == value:
        del st.query_params[name]
    else:
        st.query_params[name] = value


def clear(*names: str) -> None:
    """Take filters out of the URL."""
    for name in names:
        st.query_params.pop(name, None)


def total(
    page: guard.Page, key: str, since: dt.date, until: dt.date, settings: KpiSettings, customer: str = ""
) -> Figure:
    """One figure of the period under `settings`, of all customers or of one."""

    def make() -> Figure:
        cut = {"customer_no": customer} if customer else None
        found = kpi.figures(
            page.store, page.today, since, until, settings, keys=(key,), cuts=tuple((name,) for name in cut or ())
        )
        return next((figure for figure in found if figure.cut == cut), Figure(key, None, 0.0, 0.0, "ratio", cut))

    about = {"since": since, "until": until, "by_due_date": settings.by_due_date, "customer": customer}
    return page.kept(f"delivery_{key}", make, about)


def lead(page: guard.Page, settings: KpiSettings) -> None:
    """On-time delivery of the last days and its change, who and what costs most, and what comes."""
    days = kpi.PERIOD_DAYS
    since, until = page.today - dt.timedelta(days=days - 1), page.today
    key = KEYS["lines"]
    now = total(page, key, since, until, settings)
    before = total(page, key, since - dt.timedelta(days=days), until - dt.timedelta(days=days), settings)
    if now.value is None:
        st.subheader(t("delivery.lead_none", days=days), anchor=False)
    else:
        change = (
            ""
            if before.value is None
            else t("delivery.change", days=days, points=f"{round((now.value - before.value) * 100, 1):+.1f}")
        )
        st.subheader(t("delivery.lead", days=days, rate=text.percent(now.value), change=change), anchor=False)
        target = settings.target(key)
        due, on_time = now.denominator or 0.0, now.numerator or 0.0
        said = [
            t(
                "delivery.lead_parts",
                due=text.quantity(due),
                on_time=text.quantity(on_time),
                missed=text.quantity(due - on_time),
                goal=t("delivery.no_goal") if target is None else tiles.distance(now, target),
            ),
            worst(page, {"since": since, "until": until, "by_due_date": settings.by_due_date})
            if due > on_time
            else t("delivery.lead_all_met"),
        ]
        st.markdown("  \n".join(said))
    if page.plan_or_none is None:
        st.markdown(t("delivery.no_plan"))
        links.link("today", t("shell.empty.plan"))
        return
    coming = page.ask("delivery/soon_totals", weeks=WEEKS, by_due_date=settings.by_due_date).iloc[0]
    st.markdown(
        t(
            "delivery.lead_soon" if coming["late"] else "delivery.lead_soon_good",
            **counts(coming, "lines", "late", "at_risk", "overdue"),
            late_value=text.money(coming["late_value"]),
        )
        + f" [{t('delivery.see_risk')}](#risk)"
    )


def worst(page: guard.Page, period: Mapping[str, object]) -> str:
    """The customer and the product that cost most in the period."""
    groups = page.ask("delivery/groups", **period, measure="value", customer="", item="")
    facts = {}
    for row in groups[groups["place"] == 1].to_dict("records"):
        by = row["cut"]
        facts |= {
            by: f"{row['subject']} {row['subject_name']}",
            f"{by}_lines": text.quantity(row["missed_lines"]),
            f"{by}_value": text.money(row["missed_value"]),
            f"{by}_share": text.percent(row["share_so_far"], 0),
        }
    return t("delivery.lead_worst", **facts)


def counts(row: pd.Series, *names: str) -> dict[str, str]:
    """Numbers of a row as they are written."""
    return {name: text.quantity(row[name]) for name in names}


@st.fragment
def on_time(page: guard.Page, settings: KpiSettings) -> None:
    """On time week by week, days off, by customer and product, and the lines that were missed."""
    with guard.told():
        st.subheader(t("delivery.on_time.title"), anchor=False)
        by_measure, by_date, by_period = st.columns([1, 1.4, 1.4])
        with by_measure:
            measure = filters.segments(
                "measure",
                t("delivery.filter.measure"),
                tuple(KEYS),
                lambda name: t(f"delivery.measure.{name}"),
                "lines",
            )
        standard = "wished" if settings.by_due_date else "promised"
        with by_date:
            date = filters.segments(
                "date",
                t("delivery.filter.date"),
                ("promised", "wished"),
                lambda name: t(f"delivery.date.{name}"),
                standard,
            )
        with by_period:
            days = filters.segments(
                "period", t("delivery.filter.period"), PERIODS, lambda name: t(f"delivery.period.{name}"), PERIODS[0]
            )
        judged = dataclasses.replace(settings, by_due_date=date == "wished")
        charts = st.container(key="on_time_charts")
        weeks, customer, item, week = narrowed(page, judged, measure, int(days))
        since, until = page.today - dt.timedelta(days=int(days) - 1), page.today
        period = t(f"delivery.period.{days}")
        if week:
            since = dt.date.fromisoformat(week)
            until = since + 6 * DAY
            period = t("delivery.period.week", since=f"{since:%m-%d}", until=f"{until:%m-%d}")
        asked = {
            "since": since,
            "until": until,
            "by_due_date": judged.by_due_date,
            "measure": measure,
            "customer": customer,
            "item": item,
        }
        with charts:
            dates_caption(page, judged, measure, asked)
            left, right = st.columns([3, 2], gap="medium")
            with left:
                show_weeks(page, weeks, judged, measure, week, customer)
            with right:
                show_timing(page, asked, period)
            groups = page.ask("delivery/groups", **asked)
            left, right = st.columns(2, gap="medium")
            with left:
                show_customers(groups[groups["cut"] == "customer"], asked, period)
            with right:
                show_products(groups[groups["cut"] == "item"], asked, period)
            st.caption(t("delivery.on_time.pick"))
        show_missed(page, asked, period)


def narrowed(page: guard.Page, judged: KpiSettings, measure: str, days: int) -> tuple[pd.DataFrame, str, str, str]:
    """The twelve weeks, and the customer, product and week that the lines are narrowed to."""
    choices = page.ask("delivery/choices", since=page.today - dt.timedelta(days=7 * WEEKS - 1), until=page.today)
    names = {
        by: {row.value: f"{row.value} {row.label}" for row in rows.itertuples()}
        for by, rows in choices.groupby("choice")
    }
    by_customer, by_item, by_week = st.columns(3)
    chosen = {}
    for place, by in ((by_customer, "customer"), (by_item, "item")):
        with place:
            chosen[by] = filters.select(
                by,
                t(f"delivery.filter.{by}"),
                ["", *names.get(by, {})],
                lambda subject, by=by: names.get(by, {}).get(subject, t("shell.all")),
            )
    weeks = trend(page, judged, measure, chosen["customer"])
    starts = {f"{since:%Y-%m-%d}": until for since, until in zip(weeks["since"], weeks["until"], strict=True)}
    with by_week:
        week = filters.select(
            "week",
            t("delivery.filter.week"),
            ["", *reversed(starts)],
            lambda start: text.date(starts[start]) if start else t(f"delivery.period.{days}"),
        )
    return weeks, chosen["customer"], chosen["item"], week


def trend(page: guard.Page, judged: KpiSettings, measure: str, customer: str) -> pd.DataFrame:
    """On-time delivery of the last weeks, with the lines that were due in each."""

    def make() -> pd.DataFrame:
        cut = {"customer_no": customer} if customer else None
        found = {
            key: kpi.trend(page.store, key, page.today, WEEKS, 7, judged, cut) for key in {KEYS[measure], KEYS["lines"]}
        }
        lines = found[KEYS["lines"]]
        return found[KEYS[measure]].assign(due_lines=lines["denominator"], on_time_lines=lines["numerator"])

    return page.kept(
        "delivery_weeks", make, {"measure": measure, "by_due_date": judged.by_due_date, "customer": customer}
    )


def dates_caption(page: guard.Page, judged: KpiSettings, measure: str, asked: Mapping[str, object]) -> None:
    """What promised and wished date give, and why they differ."""
    since, until, customer = asked["since"], asked["until"], str(asked["customer"])
    values = {
        name: total(
            page, KEYS[measure], since, until, dataclasses.replace(judged, by_due_date=name == "wished"), customer
        ).value
        for name in ("promised", "wished")
    }
    row = page.ask("delivery/dates", **{**asked, "by_due_date": False}).iloc[0]
    st.caption(
        t(
            "delivery.dates.same" if values["promised"] == values["wished"] else "delivery.dates.differ",
            promised=text.percent(values["promised"]),
            wished=text.percent(values["wished"]),
            lines=text.quantity(row["lines"]),
            later=text.quantity(row["promised_later"]),
            earlier=text.quantity(row["promised_earlier"]),
            **({} if values["promised"] == values["wished"] else {"days": text.quantity(row["days_later"])}),
        )
    )


def show_weeks(
    page: guard.Page, weeks: pd.DataFrame, judged: KpiSettings, measure: str, week: str, customer: str
) -> None:
    """On-time delivery by week over the lines that were due."""
    known = weeks.dropna(subset=["value"])
    if known.empty:
        guard.nothing(t("delivery.weeks.none"))
        return
    low, high, last = known.loc[known["value"].idxmin()], known.loc[known["value"].idxmax()], known.iloc[-1]
    title = t("delivery.weeks.title", unit=t(f"delivery.per.{measure}"), who=f" · {customer}" if customer else "")
    st.plotly_chart(
        on_time_weeks(weeks, judged.target(KEYS[measure]), week, title, t),
        key="delivery_weeks",
        on_select=partial(toggle, "delivery_weeks", "week"),
        selection_mode="points",
        config=CHART,
        alt=t(
            "delivery.weeks.alt",
            last=text.percent(last["value"]),
            last_lines=text.quantity(last["due_lines"]),
            low=text.percent(low["value"]),
            low_day=text.date(low["until"]),
            low_lines=text.quantity(low["due_lines"]),
            high=text.percent(high["value"]),
            high_day=text.date(high["until"]),
        ),
    )


def show_timing(page: guard.Page, asked: Mapping[str, object], period: str) -> None:
    """How many days before or after its date each line was complete."""
    bands = page.ask("delivery/timing", **asked)
    measure = str(asked["measure"])
    lines = bands.groupby("timing")["lines"].sum()
    st.plotly_chart(
        timing(bands, measure, t("delivery.timing.title", unit=t(f"delivery.unit.{measure}")), t),
        key="delivery_timing",
        config=CHART,
        alt=t(
            "delivery.timing.alt",
            period=period,
            early=text.quantity(lines["early"]),
            on_day=text.quantity(lines["on_time"]),
            late=text.quantity(lines["late"]),
            open=text.quantity(lines["open"]),
        ),
    )


def show_customers(groups: pd.DataFrame, asked: Mapping[str, object], period: str) -> None:
    """What customers were due, on time and missed."""
    if groups.empty:
        guard.nothing(t("delivery.groups.none_missed", period=period))
        return
    unit = t(f"delivery.unit.{asked['measure']}")
    st.plotly_chart(
        customers(groups, str(asked["customer"]), t("delivery.groups.customers", unit=unit), t),
        key="delivery_customers",
        on_select=partial(toggle, "delivery_customers", "customer"),
        selection_mode="points",
        config=CHART,
        alt=t("delivery.groups.customers_alt", period=period, unit=unit, **first(groups), rate=rate(groups)),
    )


def show_products(groups: pd.DataFrame, asked: Mapping[str, object], period: str) -> None:
    """The products that miss most."""
    if groups.empty or not groups["missed"].iloc[0]:
        guard.nothing(t("delivery.groups.none_missed", period=period))
        return
    unit, subjects = t(f"delivery.unit.{asked['measure']}"), int(groups["subjects"].iloc[0])
    shown = min(subjects, MOST_ROWS)
    st.plotly_chart(
        products(groups, str(asked["item"]), t("delivery.groups.products", unit=unit, all=text.quantity(subjects)), t),
        key="delivery_products",
        on_select=partial(toggle, "delivery_products", "item"),
        selection_mode="points",
        config=CHART,
        alt=t(
            "delivery.groups.products_alt",
            period=period,
            unit=unit,
            **first(groups),
            shown=text.quantity(shown),
            share=text.percent(groups["share_so_far"].iloc[shown - 1], 0),
        ),
    )


def first(groups: pd.DataFrame) -> dict[str, str]:
    """The name of the first of the groups and what it missed."""
    row = groups.iloc[0]
    return {"name": f"{row['subject']} {row['subject_name']}", "missed": text.quantity(row["missed"])}


def rate(groups: pd.DataFrame) -> str:
    """On-time delivery of the first of the groups."""
    return text.percent(groups["rate"].iloc[0])


def show_missed(page: guard.Page, asked: Mapping[str, object], period: str) -> None:
    """The lines that were not complete by their date."""
    about = " · ".join(part for part in (period, str(asked["customer"]), str(asked["item"])) if part)
    st.markdown(f"**{t('delivery.missed.title', period=about)}**")
    rows = page.ask("delivery/missed", **asked, **plan_in_view(page)).copy()
    if rows.empty:
        guard.nothing(t("delivery.missed.none"))
        # a link from a page to itself leaves the address as it was, so this is a button
        if any(asked[name] for name in ("customer", "item")) or "week" in st.query_params:
            st.button(t("delivery.clear"), key="delivery_clear", on_click=clear, args=("customer", "item", "week"))
        return
    st.caption(t("delivery.missed.caption"))
    rows["status"] = [text.choice("sales_order", "status", value) for value in rows["status"]]
    columns = [name for name in MISSED if not rows[name].isna().all()]
    tables.table(
        rows,
        "delivery_missed",
        columns,
        alt=t("delivery.missed.alt"),
        labels=labels(columns),
        looks={"missed_value": "money"},
        targets=TO_ORDER,
        pinned=("line",),
        height=ROWS_HEIGHT if len(rows) > SHORT_TABLE else "auto",
    )


@st.fragment
def owed(page: guard.Page, settings: KpiSettings) -> None:
    """What is owed by due week and age, and the lines at risk of the next four weeks with their causes."""
    with guard.told():
        st.subheader(t("delivery.owed.title"), anchor="risk")
        about = {"weeks": WEEKS, "by_due_date": settings.by_due_date}
        coming = page.ask("delivery/soon_totals", **about).iloc[0]
        st.markdown(
            t(
                "delivery.owed.lead",
                **counts(coming, "lines", "late", "at_risk", "on_time", "overdue"),
                **{name: text.money(coming[name]) for name in ("late_value", "at_risk_value", "overdue_value")},
            )
        )
        by_measure, by_state, by_due = st.columns([1.2, 2.2, 1], vertical_alignment="bottom")
        with by_measure:
            measure = filters.segments(
                "owed",
                t("delivery.filter.owed"),
                tuple(OWED),
                lambda name: t(f"delivery.owed.measures.{name}"),
                "lines",
            )
        with by_state:
            state = filters.segments(
                "state",
                t("delivery.filter.state"),
                ("risk", "late", "at_risk", "on_time", "all"),
                lambda name: t(f"delivery.risk.states.{name}"),
                "risk",
            )
        weeks = page.ask("delivery/owed_weeks", **about, measure=measure)
        if weeks.empty:
            guard.nothing(t("delivery.owed.none"))
            return
        with by_due:
            due = filters.select("due", t("delivery.filter.due"), ["", *weeks["bucket"]], week_name)
        with st.container(key="owed_charts"):
            left, right = st.columns([3, 2], gap="medium")
        with left:
            show_owed_weeks(weeks, measure, due, coming)
        with right:
            show_owed_ages(page, measure)
        show_risk(page, {**about, "due": due, "state": "" if state == "all" else state})


def week_name(bucket: str) -> str:
    """A due week as it is written."""
    if not bucket:
        return t("delivery.risk.soon")
    return t(f"delivery.owed.{bucket}") if bucket in ("overdue", "later") else text.date(bucket)


def written(value: float, measure: str) -> str:
    """An amount of the backlog in its measure."""
    return text.money(round(value)) if measure == "value" else text.quantity(value, 0)


def show_owed_weeks(weeks: pd.DataFrame, measure: str, due: str, coming: pd.Series) -> None:
    """What is owed by due week and state in the plan."""
    title = t("delivery.owed.weeks", unit=t(f"delivery.owed.units.{measure}"))
    st.plotly_chart(
        owed_weeks(weeks, due, title, t, partial(written, measure=measure)),
        key="delivery_owed",
        on_select=partial(toggle, "delivery_owed", "due"),
        selection_mode="points",
        config=CHART,
        alt=t("delivery.owed.weeks_alt", **counts(coming, "lines", "late", "at_risk", "overdue")),
    )


def show_owed_ages(page: guard.Page, measure: str) -> None:
    """How long what is overdue has been so."""
    found = page.figures((OWED[measure],), cuts=(("age",),))
    ages = [(str(figure.cut["age"]), figure.value or 0.0) for figure in found if figure.cut]
    overdue = [(age, amount) for age, amount in ages if age != kpi.AGES[0]]
    if not any(amount for _, amount in overdue):
        guard.nothing(t("delivery.owed.none_overdue"))
        return
    age, most = max(overdue, key=lambda band: band[1])
    st.plotly_chart(
        owed_ages(
            overdue,
            t("delivery.owed.ages", unit=t(f"delivery.owed.units.{measure}")),
            t,
            partial(written, measure=measure),
        ),
        key="delivery_ages",
        config=CHART,
        alt=t("delivery.owed.ages_alt", age=age, amount=written(most, measure)),
    )


def show_risk(page: guard.Page, asked: Mapping[str, object]) -> None:
    """The lines to act on, why, and what would mend it."""
    st.markdown(f"**{t('delivery.risk.title', due=week_name(str(asked['due'])))}**")
    rows = page.frame("delivery_risk", lambda: risks(page.ask("delivery/soon", **asked)), asked)
    if rows.empty:
        guard.nothing(t("delivery.risk.none"))
    else:
        st.caption(t("delivery.risk.caption"))
        tables.table(
            rows,
            "delivery_risk",
            RISK,
            alt=t("delivery.risk.alt"),
            labels=labels(RISK),
            looks={"open_value": "money"},
            targets=TO_ORDER,
            pinned=("line",),
            height=ROWS_HEIGHT if len(rows) > SHORT_TABLE else "auto",
        )
    links.link("backlog", t("delivery.owed.all_lines"))


def risks(rows: pd.DataFrame) -> pd.DataFrame:
    """Lines to act on with what is written of them."""
    why = [
        reasons.brief(detail) if state != "at_risk" else at_risk(left)
        for detail, state, left in zip(rows["detail"], rows["state"], rows["days_left"], strict=True)
    ]
    return rows.assign(
        why=pd.Series(why, rows.index, dtype="str"),
        remedy=tables.worded(rows["remedy"], lambda remedy: reasons.mend(remedy) if remedy else ""),
        state=tables.worded(rows["state"], lambda state: t(f"delivery.state.{state}")),
    )


def at_risk(days_left: int) -> str:
    """Why a line that is on time by the plan is at risk."""
    return t("delivery.risk.left", days=text.quantity(days_left)) if days_left else t("delivery.risk.same_day")


@st.fragment
def tracking(page: guard.Page) -> None:
    """How far each order line is, since when, and who does the next step."""
    with guard.told():
        st.subheader(t("delivery.tracking.title"), anchor=False)
        about = {"days": FOLLOWED_DAYS, **plan_in_view(page)}
        # the controls stand beside the chart, and what they are set to narrows what they are drawn from
        wanted = {name: st.query_params.get(key, "") for name, key in NARROWS.items()}
        counted = page.ask("delivery/tracking_counts", **about, **wanted)
        if counted.empty:
            guard.nothing(t("delivery.tracking.none"))
            return
        owners = counted[counted["choice"] == "owner"]
        st.markdown(
            t(
                "delivery.tracking.lead",
                lines=text.quantity(owners["all_lines"].sum()),
                owner=t(f"delivery.roles.{owners['value'].iloc[0]}"),
                owner_lines=text.quantity(owners["all_lines"].iloc[0]),
            )
        )
        with st.container(key="stage_chart"):
            chart, controls = st.columns([3, 1], gap="medium")
        with controls:
            asked = {
                "customer": choose(counted, "customer", "follow"),
                "stage": choose(counted, "stage", "stage"),
                "owner": choose(counted, "owner", "owner"),
            }
        counted = page.ask("delivery/tracking_counts", **about, **{name: asked[name] for name in NARROWS})
        with chart:
            show_stages(counted[(counted["choice"] == "stage") & (counted["lines"] > 0)], asked["stage"])
        st.caption(t("delivery.tracking.caption", days=FOLLOWED_DAYS))
        show_tracking(page, {**about, **asked})


def choose(choices: pd.DataFrame, choice: str, name: str) -> str:
    """The customer, stage or owner that was chosen, under `name` in the URL."""
    rows = choices[choices["choice"] == choice]
    spoken = {"stage": "delivery.stage", "owner": "delivery.roles"}
    shown = {
        row.value: t(
            "delivery.filter.choice",
            label=t(f"{spoken[choice]}.{row.value}") if choice in spoken else row.label,
            lines=text.quantity(row.all_lines),
        )
        for row in rows.itertuples()
    }
    return filters.select(
        name, t(f"delivery.filter.{choice}"), ["", *shown], lambda value: shown.get(value, t("shell.all"))
    )


def show_stages(rows: pd.DataFrame, stage: str) -> None:
    """How many lines stand at each stage."""
    if rows.empty:
        return
    most = rows.loc[rows["lines"].idxmax()]
    st.plotly_chart(
        stages(rows, stage, t("delivery.tracking.chart"), t),
        key="delivery_stages",
        on_select=partial(toggle, "delivery_stages", "stage"),
        selection_mode="points",
        config=CHART,
        alt=t(
            "delivery.tracking.chart_alt", stage=t(f"delivery.stage.{most['value']}"), **counts(most, "lines", "late")
        ),
    )


def show_tracking(page: guard.Page, asked: Mapping[str, object]) -> None:
    """The order tracking table."""
    rows = page.frame("delivery_tracking", lambda: tracked(page.ask("delivery/tracking_rows", **asked)), asked)
    if rows.empty:
        guard.nothing(t("delivery.tracking.none"))
        return
    tables.table(
        rows,
        "delivery_tracking",
        TRACKING,
        alt=t("delivery.tracking.alt"),
        labels=labels(TRACKING),
        targets=TO_ORDER,
        pinned=("line",),
    )


def tracked(rows: pd.DataFrame) -> pd.DataFrame:
    """Followed lines with what is written of them."""
    places = pd.Series(zip(rows["stage"], rows["station_name"], strict=True), rows.index, dtype=object)
    return rows.assign(
        next=next_steps(rows),
        stage=tables.worded(places, stage_at),
        owner=tables.worded(rows["owner"], lambda owner: t(f"delivery.roles.{owner}")),
        state=tables.worded(rows["state"], lambda state: t(f"delivery.state.{state}") if state else ""),
    ).drop(columns=[name for name in NEXT if name not in TRACKING])


def stage_at(place: tuple[str, str]) -> str:
    """A stage, with the station where there is one."""
    stage, station = place
    name = t(f"delivery.stage.{stage}")
    return t("delivery.tracking.at", stage=name, station=station) if station else name


def next_steps(rows: pd.DataFrame) -> pd.Series:
    """What is to be done next with each of the lines; those that wait for the same have the same words."""
    alike = rows.groupby([*NEXT], dropna=False, sort=False).ngroup()
    different = rows.loc[~alike.duplicated(), [*NEXT]].to_dict("records")
    return pd.Series([next_step(row) for row in different], dtype="str").take(alike).set_axis(rows.index)


def next_step(row: Mapping[str, object]) -> str:
    """What is to be done next with a line, in a few words."""
    stage, owner = str(row["stage"]), str(row["owner"])
    if row["blocked_kind"]:
        kind = "approved" if row["blocked_kind"] == "planned_buy" and owner == "purchasing" else row["blocked_kind"]
        return t(
            f"delivery.next.{kind}",
            part_no=row["part_no"],
            supply_ref=row["supply_ref"],
            date=text.date(row["available_date"]),
        )
    if stage == "confirmed":
        return t("delivery.next.own_parts")
    if stage == "released":
        step = {"warehouse": "issue", "production": "start"}.get(owner, "own_parts")
        return t(f"delivery.next.{step}", work_order_no=row["work_order_no"])
    if stage == "producing" and not row["station_name"]:
        return t("delivery.next.unknown_station")
    return t(f"delivery.next.{stage}", station=row["station_name"], work_order_no=row["work_order_no"])


page = guard.page("delivery", needs="data")
with guard.told():
    if not page.store.count("sales_order"):
        guard.empty("delivery", t("orders.no_orders"), "imports", t("shell.empty.load"))
    st.html(LOOK)
    settings = kpi.stored_settings(page.store)
    lead(page, settings)
    on_time(page, settings)
    if page.plan_or_none is not None:
        owed(page, settings)
    tracking(page)
    with st.expander(t("delivery.how")):
        st.markdown(t("delivery.definition"))
