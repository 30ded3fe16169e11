"""A figure over time: the small line of a tile, and the same as a chart to be read closely."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import quote

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, beside, layout

Say = Callable[..., str]
Shown = Callable[[float], str]
WIDTH, HEIGHT, EDGE = 120.0, 30.0, 3.0
INK = COLOURS["frozen"]  # a grey that is seen on white and on black


def sparkline(values: list[float | None], target: float | None, reached: bool | None, alt: str, hover: str) -> str:
    """An HTML image of `values` from left to right, with a broken line at `target`; gaps stay open.

    The last value is a dot in the colour of "on time" where the target is reached, of "late" where it is not.
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    levels = [*known, target] if target is not None else known
    low, high = min(levels), max(levels)
    span = (high - low) or abs(high) or 1.0

    def x(position: int) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (position / (len(values) - 1) if len(values) > 1 else 1.0)

    def y(value: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / span

    lines: list[list[str]] = [[]]
    for position, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].append(f"{x(position):.1f},{y(value):.1f}")
    drawn = [
        f'<polyline points="{" ".join(points)}" stroke="{INK}" stroke-width="1.8" fill="none" {STEADY}/>'
        for points in lines
        if len(points) > 1
    ]
    if target is not None:
        level = f"{y(target):.1f}"
        drawn.append(
            f'<line x1="0" x2="{WIDTH:g}" y1="{level}" y2="{level}" stroke="{INK}" stroke-dasharray="3 3" {STEADY}/>'
        )
    if values[-1] is not None:
        colour = INK if reached is None else COLOURS["on_time" if reached else "late"]
        at = f"{x(len(values) - 1):.1f},{y(values[-1]):.1f}"
        # a line without length keeps its round ends where the picture is stretched; a circle would not
        drawn.append(f'<path d="M{at} l0.01,0" stroke="{colour}" stroke-width="7" stroke-linecap="round" {STEADY}/>')
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none">'
        f"{''.join(drawn)}</svg>"
    )
    return (
        f'<img src="data:image/svg+xml,{quote(picture)}" alt="{escape(alt)}" title="{escape(hover)}" '
        f'style="display:block;width:100%;height:{HEIGHT:g}px">'
    )


STEADY = 'vector-effect="non-scaling-stroke"'


def trend_chart(history: pd.DataFrame, title: str, target: float | None, shown: Shown, say: Say) -> go.Figure:
    """A figure (rows of data.kpi.trend, of which one has a value at least) as a line, its target as a broken line.

    shown: writes a value; on the axis stand the lowest and the highest, at the line the latest.
    """
    by_plan = bool(history["run_no"].notna().any())
    days = [
        f"{until:%m-%d}" if by_plan or since == until else f"{since:%m-%d} – {until:%m-%d}"
        for since, until in zip(history["since"], history["until"], strict=True)
    ]
    words = [shown(value) for value in history["value"]]
    figure = go.Figure()
    figure.add_scatter(
        x=[f"{until:%m-%d}" for until in history["until"]],
        y=history["value"],
        mode="lines+markers+text",
        line={"color": COLOURS["capacity"], "width": 2},
        marker={"size": 6},
        text=["" if position < len(words) - 1 else f" <b>{word}</b>" for position, word in enumerate(words)],
        textposition="middle right",
        cliponaxis=False,
        customdata=list(zip(days, words, history["run_no"].fillna(""), strict=True)),
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
        showlegend=False,
    )
    if target is not None:
        figure.add_hline(
            y=target,
            line={"color": INK, "width": 1.5, "dash": "dash"},
            annotation={"text": say("figures.target.goal", target=shown(target)), "font": {"size": 11}},
            annotation_position="top left",
        )
    ends = sorted({history["value"].min(), history["value"].max()})
    written = [shown(end) for end in ends]
    figure.update_layout(**layout(title, 190))
    # room that is known spares the browser to look for it and draw everything twice
    figure.update_layout(margin={"l": beside(written), "r": 64, "b": 28})
    figure.update_xaxes(type="category", showgrid=False, nticks=6, tickangle=0, automargin=False)
    figure.update_yaxes(tickvals=ends, ticktext=written, showgrid=False, zeroline=False, automargin=False)
    return figure
