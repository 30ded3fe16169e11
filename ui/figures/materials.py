"""What comes and goes of one item: day by day, and as an MRP record."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, layout

Say = Callable[..., str]


def day_balance(days: pd.DataFrame, say: Say, uom: str) -> go.Figure:
    """Supply above the line, need below it, and the balance at the end of each day (rows of materials/item_days)."""
    figure = go.Figure()
    for column, colour, outline in (
        ("stock", COLOURS["on_time"], False),
        ("inspection", COLOURS["at_risk"], False),
        ("firm", COLOURS["capacity"], False),
        ("planned", COLOURS["capacity"], True),
    ):
        _flow(figure, say(f"materials.flow.{column}"), days["work_date"], days[column], colour, outline)
    _flow(figure, say("materials.flow.need"), days["work_date"], -days["need"], COLOURS["material"], False)
    _balance(figure, say("materials.flow.balance"), days["work_date"], days["balance"])
    _finish(figure, say("materials.balance.title", uom=uom))
    return figure


def mrp_record(buckets: pd.DataFrame, say: Say, uom: str) -> go.Figure:
    """Receipts above the line, requirements below it, and the projected on hand (rows of materials/mrp_record)."""
    figure = go.Figure()
    for column, sign, colour, outline in (
        ("scheduled_receipts", 1, COLOURS["capacity"], False),
        ("planned_receipts", 1, COLOURS["capacity"], True),
        ("gross_requirements", -1, COLOURS["material"], False),
    ):
        _flow(figure, say(f"materials.record.{column}"), buckets["bucket"], sign * buckets[column], colour, outline)
    _balance(figure, say("materials.record.on_hand"), buckets["bucket"], buckets["on_hand"])
    _finish(figure, say("materials.record.title", uom=uom))
    return figure


def _flow(figure: go.Figure, name: str, days: pd.Series, qty: pd.Series, colour: str, outline: bool) -> None:
    """Bars of one flow; what is only planned is an outline. A flow that never happens is left out."""
    if not (qty != 0).any():
        return
    figure.add_bar(
        name=name,
        x=days,
        y=qty.where(qty != 0),
        hovertemplate="%{y:,.6~g}",
        marker={
            "color": "rgba(0,0,0,0)" if outline else colour,
            "line": {"color": colour, "width": 2 if outline else 0},
        },
    )


def _balance(figure: go.Figure, name: str, days: pd.Series, qty: pd.Series) -> None:
    """The balance as a stepped line; days below nothing are marked by a cross as well."""
    figure.add_scatter(
        name=name,
        x=days,
        y=qty,
        mode="lines+markers",
        line={"color": COLOURS["frozen"], "width": 2, "shape": "hv"},
        marker={
            "color": [COLOURS["late"] if value < -1e-6 else COLOURS["frozen"] for value in qty],
            "symbol": ["x" if value < -1e-6 else "circle" for value in qty],
            "size": [9 if value < -1e-6 else 4 for value in qty],
        },
        hovertemplate="%{y:,.6~g}",
    )


def _finish(figure: go.Figure, title: str) -> None:
    figure.update_layout(layout(title=title, height=340))
    figure.update_layout(
        barmode="relative",
        hovermode="x unified",
        xaxis={"title": None, "type": "date", "tickformat": "%m-%d", "automargin": False},
        yaxis={"title": None, "zeroline": True, "zerolinewidth": 2, "automargin": False},
        margin={"l": 64, "b": 60},  # for the labels and the legend, which the browser need not measure
        legend={"y": 0, "yref": "container", "yanchor": "bottom", "x": 0, "xanchor": "left"},
    )
