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
    name: str | None = None,
    note: str = "",
    before: float | None = None,
    good: Good = "up",
) -> None:
    """One tile: the figure, its change since `before`, and on demand its formula, its parts and its rows.

    rows: asked for only when the reader opens them; columns: those of them that are listed. name: in place of the
    figure's own. note: a short remark under the value. good: which way the figure should go.
    """
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            name or t(f"figures.{figure.key}.name"),
            shown(figure.value, figure.unit),
            delta=_change(figure, before),
            delta_color="normal" if good == "up" else "inverse",
        )
        if note:
            st.caption(note)
        st.space("stretch")
        with st.popover(t("shell.how"), type="tertiary", key=f"tile_{figure.key}", on_change="rerun") as opened:
            if opened.open:
                explain(figure, rows(), columns)


def _change(figure: Figure, before: float | None) -> str | int | None:
    """The change since `before`: percentage points of a ratio, else a number; 0 where nothing moved."""
    if before is None or figure.value is None:
        return None
    change = round((figure.value - before) * (100 if figure.unit == "ratio" else 1), 1)
    if change == 0:
        return 0
    return f"{change:+.1f}" + (t("shell.points") if figure.unit == "ratio" else "")


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
