"""A figure on a page: its value, what it is made of, and the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from data.kpi import Figure
from ui import tables, text
from ui.text import t

Good = Literal["up", "down"]


def shown(value: float | None, unit: str) -> str:
    """A figure's value in its unit."""
    if value is None:
        return text.NOTHING
    if unit == "ratio":
        return text.percent(value)
    return text.money(value) if unit == "money" else text.quantity(value, 1)


def tile(
    figure: Figure,
    rows: Callable[[], pd.DataFrame],
    columns: Sequence[str],
    *,
    note: str = "",
    before: float | None = None,
    good: Good = "up",
) -> None:
    """One tile: the figure, its change since `before`, and on demand its formula, its parts and its rows.

    rows: asked for only when the reader opens them; columns: those of them that are listed. note: a short remark
    under the value. good: which way the figure should go.
    """
    delta = None if before is None or figure.value is None else figure.value - before
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            t(f"figures.{figure.key}.name"),
            shown(figure.value, figure.unit),
            delta=None if delta is None else round(delta, 4),
            delta_color="normal" if good == "up" else "inverse",
            format=None,
            label_visibility="visible",
        )
        if note:
            st.caption(note)
        st.space("stretch")
        with st.popover(
            t("shell.how"), type="tertiary", key=f"tile_{figure.key}", on_change="rerun", width="content"
        ) as opened:
            if opened.open:
                explain(figure, rows(), columns)


def explain(figure: Figure, rows: pd.DataFrame, columns: Sequence[str]) -> None:
    """A figure's formula, its numerator and denominator, and its rows."""
    st.markdown(t(f"figures.{figure.key}.formula"))
    if figure.denominator is None:
        st.markdown(f"**{shown(figure.value, figure.unit)}**")
    else:
        st.markdown(
            f"{text.quantity(figure.numerator, 1)} ÷ {text.quantity(figure.denominator, 1)} = "
            f"**{shown(figure.value, figure.unit)}**"
        )
    if rows.empty:
        st.caption(t("shell.no_rows"))
        return
    tables.table(rows, f"rows_{figure.key}", columns, alt=t(f"figures.{figure.key}.name"), height=300)
