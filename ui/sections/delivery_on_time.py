"""Did we deliver on time: week by week, by customer and product, and the lines that were missed."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from data import kpi
from data.kpi import KpiSettings
from ui import filters, guard, tables, text
from ui.figures.delivery import MOST_ROWS, customers, on_time_weeks, products, timing
from ui.sections.delivery import (
    CHART,
    DAY,
    KEYS,
    ROWS_HEIGHT,
    SHORT_TABLE,
    TO_ORDER,
    WEEKS,
    labels,
    plan_in_view,
    toggle,
    total,
)
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
PERIODS = ("30", "84")


@st.fragment
def on_time(page: guard.Page, settings: KpiSettings) -> None:
    """On time week by week, days off, by customer and product, and the lines that were missed."""
    with guard.told():
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


def clear(*names: str) -> None:
    """Take filters out of the URL."""
    for name in names:
        st.query_params.pop(name, None)
