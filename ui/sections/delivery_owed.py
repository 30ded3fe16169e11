"""What is owed by due week and age, and the lines at risk with their causes."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from data import kpi
from data.kpi import KpiSettings
from ui import filters, guard, links, reasons, tables, text
from ui.figures.delivery import owed_ages, owed_weeks
from ui.sections.delivery import CHART, ROWS_HEIGHT, SHORT_TABLE, TO_ORDER, WEEKS, counts, labels, toggle
from ui.text import t

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
DUE_WIDTH = 280
OWED = {"lines": "backlog_lines", "pieces": "backlog_quantity", "value": "backlog_value"}


@st.fragment
def owed(page: guard.Page, settings: KpiSettings) -> None:
    """What is owed by due week and age, and the lines at risk of the next four weeks with their causes."""
    with guard.told():
        about = {"weeks": WEEKS, "by_due_date": settings.by_due_date}
        coming = page.ask("delivery/soon_totals", **about).iloc[0]
        st.markdown(
            t(
                "delivery.owed.lead",
                **counts(coming, "lines", "late", "at_risk", "on_time", "overdue"),
                **{name: text.money(coming[name]) for name in ("late_value", "at_risk_value", "overdue_value")},
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            measure = filters.segments(
                "owed",
                t("delivery.filter.owed"),
                tuple(OWED),
                lambda name: t(f"delivery.owed.measures.{name}"),
                "lines",
            )
            state = filters.segments(
                "state",
                t("delivery.filter.state"),
                ("risk", "late", "at_risk", "on_time", "all"),
                lambda name: t(f"delivery.risk.states.{name}"),
                "risk",
            )
            by_due = st.container(width=DUE_WIDTH)
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
