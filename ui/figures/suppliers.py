"""Figures of suppliers: on time and quality by month, and who holds up orders now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, PATTERNS, beside, layout

Say = Callable[..., str]
Money = Callable[[Any], str]
MOST_SUPPLIERS = 8
LONGEST_NAME = 8
ROW_PIXELS = 44
LEGEND_UNDER_TITLE = {
    "margin": {"t": 90, "l": 48, "b": 30},
    "legend": {"x": 0, "xanchor": "left"},
    "legend_traceorder": "normal",
}
LINES = (("on_time", "on_time", "circle", "lines"), ("quality", "capacity", "diamond", "arrivals"))


def trend(months: pd.DataFrame, title: str, say: Say) -> go.Figure:
    """On time and quality by month in per cent (rows of suppliers/trend); a month without rows is a gap."""
    labels = [f"{month:%Y-%m}" for month in months["month"]]
    figure = go.Figure()
    for column, colour, symbol, counted in LINES:
        percent = months[column] * 100
        last = percent.last_valid_index()
        figure.add_scatter(
            name=say(f"suppliers.trend.{column}"),
            x=labels,
            y=percent,
            mode="lines+markers+text",
            line={"color": COLOURS[colour], "width": 2.5},
            marker={"color": COLOURS[colour], "symbol": symbol, "size": 9},
            text=[f"{value:.1f}" if place == last else "" for place, value in percent.items()],
            textposition="top center" if column == "quality" else "bottom center",
            cliponaxis=False,
            customdata=list(months[counted]),
            hovertemplate=say(f"suppliers.trend.hover_{column}") + "<extra>%{fullData.name}</extra>",
        )
    lowest = float((months[["on_time", "quality"]].min().min()) * 100)
    floor = 0 if pd.isna(lowest) else max(lowest - 8, 0)
    figure.update_layout(**layout(title, 300))
    figure.update_layout(LEGEND_UNDER_TITLE)
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[floor, 100 + (100 - floor) * 0.12], ticksuffix="%")
    return figure


def holding_up(blocking: pd.DataFrame, say: Say, money: Money) -> go.Figure:
    """The value of order lines that wait for a supplier's late lines, those that will be late apart.

    blocking: rows of suppliers/blocking; the first `MOST_SUPPLIERS` are drawn.
    """
    rows = blocking.head(MOST_SUPPLIERS)
    names = [
        f"{number} {name if len(name) <= LONGEST_NAME else f'{name[:LONGEST_NAME]}…'}"
        for number, name in zip(rows["supplier_no"], rows["supplier_name"], strict=True)
    ]
    widest = float((rows["blocked_value"] + rows["waiting_value"]).max())
    figure = go.Figure()
    for part, state in (("blocked", "late"), ("waiting", "at_risk")):
        if not rows[f"{part}_orders"].any():
            continue
        figure.add_bar(
            name=say(f"suppliers.blocking.{part}"),
            orientation="h",
            y=names,
            x=rows[f"{part}_value"],
            marker={
                "color": COLOURS[state],
                "pattern": {
                    "shape": PATTERNS[state],
                    "bgcolor": COLOURS[state],
                    "fgcolor": "rgba(255,255,255,0.5)",
                    "solidity": 0.2,
                    "size": 6,
                },
            },
            customdata=list(
                zip(rows["supplier_name"], rows[f"{part}_orders"], map(money, rows[f"{part}_value"]), strict=True)
            ),
            hovertemplate=say("suppliers.blocking.hover") + "<extra>%{fullData.name}</extra>",
            unselected={"marker": {"opacity": 0.35}},
        )
    figure.add_scatter(
        x=rows["blocked_value"] + rows["waiting_value"],
        y=names,
        mode="text",
        text=[
            say("suppliers.blocking.label", lines=lines, value=money(value))
            for lines, value in zip(rows["blocked_orders"], rows["blocked_value"], strict=True)
        ],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(**layout(say("suppliers.blocking.chart"), max(300, 110 + ROW_PIXELS * len(rows))))
    figure.update_layout(LEGEND_UNDER_TITLE, barmode="stack", bargap=0.5, dragmode=False)
    figure.update_layout(margin={"l": beside(names), "b": 8})
    figure.update_xaxes(visible=False, range=[0, widest * 2.8 or 1])
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=list(reversed(names)), automargin=True)
    return figure
