"""What the sections of the page on attainment share."""

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from ui import text
from ui.text import t

TO_ITEM = {"item_no": ("mrp", {"item": "item_no"})}
TO_STATION = {"station_name": ("load", {"station": "station_no"})}
TO_ORDER = {"sales_order_no": ("order", {"order": "sales_order_no", "line": "line_no"})}
CHART = {"displayModeBar": False, "showTips": False}


def labels(columns: Sequence[str]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"attainment.columns.{name}") for name in columns}


def cause(category: str) -> str:
    """The word for a category of exceptions, as the table declares it, or for what none explains."""
    if category == "unexplained":
        return t("attainment.unexplained")
    return text.choice("exception_report", "category", category) if category else ""


def hours(*columns: str) -> dict[str, object]:
    """Columns of hours with one decimal."""
    return {name: st.column_config.NumberColumn(t(f"attainment.columns.{name}"), format="%.1f") for name in columns}


def whole(*columns: str) -> dict[str, object]:
    """Columns of pieces that are worked out, without decimals."""
    return {name: st.column_config.NumberColumn(t(f"attainment.columns.{name}"), format="%.0f") for name in columns}


def wide(name: str) -> dict[str, object]:
    """A column of words that differ in length from row to row, wide enough for the longest."""
    return {name: st.column_config.TextColumn(t(f"attainment.columns.{name}"), width=100)}


def everywhere(period: Mapping[str, dt.date]) -> dict[str, object]:
    """What the questions on output are asked with where the reader has chosen nothing."""
    return {**period, "measure": "hours", "station": "", "day": "", "item": ""}


def click(chart: str) -> list[object]:
    """What the point selected in `chart` carries; nothing where none is."""
    selected = st.session_state.get(chart) or {}
    points = selected.get("selection", {}).get("points", [])
    return list(points[0].get("customdata") or []) if points else []


def follow(chart: str, chosen: Mapping[str, str]) -> None:
    """Let the URL follow what was clicked in `chart` since it was last looked at.

    A new choice is put there, one that was taken back is taken out; what the filters were set to since then stays.
    """
    memory = f"{chart}_followed"
    before = st.session_state.get(memory, {})
    if chart not in st.session_state:  # the chart is drawn anew: nobody took anything back
        before = {}
    if chosen and chosen != before:
        st.query_params.update(chosen)
    elif before and not chosen:
        for name, value in before.items():
            if st.query_params.get(name) == value:
                del st.query_params[name]
    st.session_state[memory] = dict(chosen)


def drawn(chart: str, *looks: object) -> None:
    """Forget the choice in `chart` where it looks different from before: the browser draws it without one."""
    if st.session_state.get(f"{chart}_looks") != looks:
        st.session_state[f"{chart}_looks"] = looks
        st.session_state[f"{chart}_followed"] = {}
