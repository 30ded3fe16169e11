"""Figures of orders: when they are due, how long they are overdue, and the way of one order through the factory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, INK, PATTERNS, beside, layout

Say = Callable[..., str]
STATES = ("on_time", "at_risk", "late", "unplanned")
ROW_PIXELS = 26
MOST_LABELS = 9  # of weeks, side by side on a narrow screen


def due_weeks(weeks: pd.DataFrame, say: Say) -> go.Figure:
    """Open lines by the week of their date and their state in the plan (rows of orders/backlog_weeks)."""
    figure = go.Figure()
    labels = [f"{week:%m-%d}" for week in weeks["week"]]
    for state in STATES:
        if state == "unplanned" and not weeks[state].any():
            continue
        figure.add_bar(
            name=say(f"orders.state.{state}"),
            x=labels,
            y=weeks[state],
            marker={
                "color": COLOURS[state],
                "pattern": {
                    "shape": PATTERNS[state],
                    "bgcolor": COLOURS[state],
                    "fgcolor": "rgba(255,255,255,0.6)",
                    "solidity": 0.25,
                    "size": 6,
                },
            },
            text=["" if not count else str(count) for count in weeks[state]],
            textposition="inside",
            textangle=0,
            insidetextfont={"color": INK[state]},
            hovertemplate="%{x}: %{y}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(**layout(say("orders.weeks"), 270), barmode="stack")
    figure.update_layout(uniformtext={"minsize": 10, "mode": "hide"})
    _fix_margins(figure)
    _legend_under_title(figure)
    every = 1 + len(labels) // MOST_LABELS
    figure.update_xaxes(type="category", tickangle=0, tickmode="array", tickvals=labels[::every])
    return figure


def overdue_ages(ages: pd.DataFrame, say: Say) -> go.Figure:
    """Overdue lines by how many days they have been overdue (rows of orders/backlog_ages)."""
    figure = go.Figure()
    figure.add_bar(
        x=[say("orders.age", days=age) for age in ages["age"]],
        y=ages["lines"],
        marker={"color": COLOURS["late"]},
        text=ages["lines"],
        textposition="auto",
        insidetextfont={"color": INK["late"]},
        customdata=ages["open_value"],
        hovertemplate="%{x}: %{y} · ¥%{customdata:,.0f}<extra></extra>",
    )
    figure.update_layout(**layout(say("orders.ages"), 270))
    _fix_margins(figure)
    figure.update_layout(margin={"t": 60})
    figure.update_xaxes(type="category", tickangle=0, tickfont={"size": 11})
    return figure


def order_way(steps: pd.DataFrame, arrivals: pd.DataFrame, target: dt.date, as_of: dt.date, say: Say) -> go.Figure:
    """The steps of an order from first to last, what they wait for, and the day it is wanted.

    steps: rows of orders/steps that are planned. arrivals: rows of orders/tree that have yet to come.
    """
    planned = steps.dropna(subset=["start_time"])
    lots = [*dict.fromkeys(planned["order_ref"])]
    rows = {ref: f"{ref} {name}" for ref, name in zip(planned["order_ref"], planned["item_name"], strict=True)}
    figure = go.Figure()
    late = planned["finish_time"] >= pd.Timestamp(target) + pd.Timedelta(days=1)
    for state, chosen in (("capacity", planned[~late]), ("late", planned[late])):
        if chosen.empty:
            continue
        figure.add_bar(
            name=say(f"orders.way.{state}"),
            orientation="h",
            y=[rows[ref] for ref in chosen["order_ref"]],
            base=chosen["start_time"],
            x=(chosen["finish_time"] - chosen["start_time"]) / pd.Timedelta(milliseconds=1),
            marker={"color": COLOURS[state], "line": {"width": 1, "color": "white"}},
            customdata=chosen[["station_name", "step_no", "qty", "hours"]],
            hovertemplate=say("orders.way.hover") + "<extra></extra>",
            text=chosen["station_name"],
            textposition="inside",
            textangle=0,
            insidetextanchor="middle",
            insidetextfont={"color": INK[state]},
            constraintext="inside",
        )
    waited = arrivals.drop_duplicates(["supply_ref", "item_no"])
    waited = waited[waited["lot"].isin(lots)]
    if len(waited):
        figure.add_scatter(
            name=say("orders.way.arrival"),
            mode="markers",
            x=waited["available_date"],
            y=[rows[ref] for ref in waited["lot"]],
            marker={"symbol": "diamond", "size": 11, "color": COLOURS["material"]},
            customdata=waited[["item_no", "supply_ref"]],
            hovertemplate="%{customdata[0]} %{customdata[1]}<br>%{x|%m-%d}<extra></extra>",
        )
    # the word of the earlier day stands before its line and that of the later one behind it, so that they never meet
    before, after = ("right", "left") if pd.Timestamp(as_of) <= pd.Timestamp(target) else ("left", "right")
    _mark(figure, pd.Timestamp(as_of) + pd.Timedelta(days=1), COLOURS["frozen"], say("orders.way.today"), before)
    _mark(figure, pd.Timestamp(target) + pd.Timedelta(days=1), COLOURS["on_time"], say("orders.way.target"), after)
    figure.update_layout(**layout(say("orders.way.title"), 158 + ROW_PIXELS * len(lots)), barmode="overlay")
    figure.update_xaxes(
        type="date",
        tickformatstops=[
            {"dtickrange": [None, 86_399_999], "value": "%m-%d %H:%M"},
            {"dtickrange": [86_400_000, None], "value": "%m-%d"},
        ],
    )
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=[rows[ref] for ref in reversed(lots)])
    figure.update_layout(uniformtext={"minsize": 9, "mode": "hide"})
    _fix_margins(figure, beside(rows.values()))
    _legend_under_title(figure)
    figure.update_layout(margin={"t": 78})
    return figure


def _legend_under_title(figure: go.Figure) -> None:
    """The legend in a line of its own: on a narrow screen it would lie over the title."""
    y = 1 - 30 / figure.layout.height
    figure.update_layout(
        margin={"t": 60},
        legend={"traceorder": "normal", "x": 0, "xanchor": "left", "y": y, "yref": "container", "yanchor": "top"},
    )


def _fix_margins(figure: go.Figure, left: int = 48) -> None:
    """Room for the labels of the axes, so that the browser need not look for it and draw everything twice."""
    figure.update_layout(margin={"l": left, "b": 30})
    figure.update_xaxes(automargin=False)
    figure.update_yaxes(automargin=False)


def _mark(figure: go.Figure, day: pd.Timestamp, colour: str, words: str, side: str) -> None:
    """A line across at the beginning of `day`, its word over it, with its left or its right end at the line."""
    figure.add_shape(
        type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line={"color": colour, "width": 2, "dash": "dot"}
    )
    figure.add_annotation(
        x=day,
        y=1,
        yref="paper",
        text=words,
        showarrow=False,
        yanchor="bottom",
        xanchor=side,
        font={"size": 11},
    )
