"""What the sections of the page on delivery share."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data import kpi
from data.kpi import Figure, KpiSettings
from ui import guard, text
from ui.text import t

TO_ORDER = {"line": ("order", {"order": "sales_order_no", "line": "line_no"})}
KEYS = {"lines": "on_time_delivery_lines", "quantity": "on_time_delivery_quantity"}
WEEKS = 12
ROWS_HEIGHT = 320
SHORT_TABLE = 8  # rows that are shown in full
CHART = {"displayModeBar": False, "showTips": False}
DAY = dt.timedelta(days=1)


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


def counts(row: pd.Series, *names: str) -> dict[str, str]:
    """Numbers of a row as they are written."""
    return {name: text.quantity(row[name]) for name in names}
