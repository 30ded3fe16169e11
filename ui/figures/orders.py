"""Figures of orders."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS

Say = Callable[..., str]


def due_weeks(weeks: pd.DataFrame, say: Say) -> go.Figure:
    """Open lines by the week of their date, on time and late by the plan (rows of orders/backlog_weeks)."""
    figure = go.Figure()
    for name in ("on_time", "late"):
        figure.add_bar(
            name=say(f"orders.state.{name}"),
            x=weeks["week"],
            y=weeks[name],
            marker_color=COLOURS[name],
            text=weeks[name],
        )
    figure.update_layout(
        barmode="stack",
        height=260,
        title=say("orders.weeks"),
        margin={"l": 40, "r": 10, "t": 50, "b": 30},
        legend={"orientation": "h", "y": 1.15, "x": 1, "xanchor": "right"},
    )
    return figure
