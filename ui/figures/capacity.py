"""What an hour is worth and how much overtime is left, day by day; standard capacity against what was achieved."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, beside, layout

Say = Callable[..., str]
Words = Callable[[float], str]
NO_FILL = "rgba(0,0,0,0)"
SMALL = {"font": {"size": 11}}
LEGEND = {"y": -0.12, "yanchor": "top", "x": 0, "xanchor": "left"}
MOST_STEPS = 15
LONGEST_NAME = 16
ROW_PIXELS = 26
WORTH_SOMETHING = 0.005  # weighted days late
MOST_LABELS = 14  # of more days only the dearest is labelled
MOST_TICKS = 7
# what was achieved against the standard: colour and shape of its mark
SIGNS = {
    "below": (COLOURS["late"], "triangle-left"),
    "above": (COLOURS["at_risk"], "triangle-right"),
    "fits": (COLOURS["capacity"], "circle"),
}


def overtime_days(days: pd.DataFrame, station: str, say: Say, number: Words) -> go.Figure:
    """One station's overtime by day, planned (solid) of what is allowed (outline), with what one more hour is worth.

    days: rows of capacity/days of the station.
    """
    works = days[(days["overtime_available_hours"] > 0) | (days["overtime_hours"] > 0)]
    names = [f"{day:%m-%d}" for day in works["work_date"]]
    facts = list(
        zip(
            works["work_date"].dt.strftime("%m-%d"),
            works["overtime_hours"],
            works["overtime_available_hours"],
            [say("capacity.overtime.unknown") if pd.isna(worth) else number(worth) for worth in works["worth"]],
            strict=True,
        )
    )
    figure = go.Figure()
    for name, column, fill, line, pattern in (
        ("allowed", "overtime_available_hours", NO_FILL, COLOURS["frozen"], ""),
        ("planned", "overtime_hours", COLOURS["at_risk"], COLOURS["at_risk"], "/"),
    ):
        figure.add_bar(
            name=say(f"capacity.overtime.{name}"),
            x=names,
            y=works[column],
            marker={
                "color": fill,
                "line": {"color": line, "width": 1.5},
                "pattern": {"shape": pattern, "bgcolor": fill, "fgcolor": "#ffffff", "size": 6},
            },
            customdata=facts,
            hovertemplate=say("capacity.overtime.hover") + "<extra></extra>",
        )
    worth = works["worth"].fillna(0.0)
    if (worth > WORTH_SOMETHING).any():
        labelled = worth.nlargest(MOST_LABELS if len(works) <= MOST_LABELS else 1).index
        figure.add_scatter(
            name=say("capacity.overtime.worth"),
            x=names,
            y=works[["overtime_hours", "overtime_available_hours"]].max(axis=1),
            mode="text",
            text=[
                number(value) if value > WORTH_SOMETHING and place in labelled else "" for place, value in worth.items()
            ],
            textposition="top center",
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_layout(layout(say("capacity.overtime.chart", station=station), 320), margin={"l": 40, "b": 66})
    if (worth > WORTH_SOMETHING).any():
        figure.update_layout(
            title={"subtitle": {"text": say("capacity.overtime.chart_worth"), **SMALL}},
            margin={"t": 72},
        )
    figure.update_layout(barmode="overlay", dragmode=False, legend=LEGEND)
    figure.update_xaxes(type="category", title=None, tickvals=names[:: -(-len(names) // MOST_TICKS) or 1], tickangle=0)
    figure.update_yaxes(title=None, rangemode="tozero")
    return figure


def standards(rows: pd.DataFrame, least_deviation: float, say: Say) -> go.Figure:
    """What was achieved in per cent of the standard, per item and step: the median and the middle half of the days.

    rows: of capacity/standards; the first `MOST_STEPS` are drawn. The band is what counts as true.
    """
    shown = rows.head(MOST_STEPS)
    labels = [
        f"{item} {name if len(name) <= LONGEST_NAME else f'{name[:LONGEST_NAME]}…'} · {station}"
        for item, name, station in zip(shown["item_no"], shown["item_name"], shown["station_name"], strict=True)
    ]
    kind = shown["achieved"].lt(shown["standard"]).map({True: "below", False: "above"}).where(shown["off"], "fits")
    percent = {name: shown[name] / shown["standard"] * 100 for name in ("low", "achieved", "high")}
    figure = go.Figure()
    figure.add_vrect(
        x0=100 * (1 - least_deviation),
        x1=100 * (1 + least_deviation),
        fillcolor=COLOURS["frozen"],
        opacity=0.12,
        line_width=0,
        layer="below",
    )
    figure.add_vline(x=100, line={"color": COLOURS["frozen"], "width": 1.5, "dash": "dot"})
    for name, (colour, symbol) in SIGNS.items():
        own = (kind == name).to_numpy()
        if not own.any():
            continue
        middle = percent["achieved"][own]
        figure.add_scatter(
            name=say(f"capacity.standards.{name}"),
            x=middle,
            y=[label for label, is_own in zip(labels, own, strict=True) if is_own],
            mode="markers+text",
            marker={"color": colour, "symbol": symbol, "size": 11},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (percent["high"][own] - middle).tolist(),
                "arrayminus": (middle - percent["low"][own]).tolist(),
                "color": colour,
                "thickness": 2,
                "width": 4,
            },
            text=[f"{value:.0f}" for value in middle],
            textposition="top center",
            cliponaxis=False,
            customdata=list(
                zip(
                    shown["item_no"][own],
                    shown["step_no"][own],
                    shown["standard"][own],
                    shown["achieved"][own],
                    shown["low"][own],
                    shown["high"][own],
                    shown["days"][own],
                    strict=True,
                )
            ),
            hovertemplate=say("capacity.standards.hover") + "<extra></extra>",
        )
    figure.update_layout(layout(say("capacity.standards.chart"), 140 + ROW_PIXELS * max(len(shown), 4)))
    figure.update_layout(
        title={"subtitle": {"text": say("capacity.standards.band", share=f"{least_deviation * 100:.0f}"), **SMALL}},
        margin={"t": 72, "l": beside(labels), "b": 30},
        dragmode=False,
        legend={**LEGEND, "y": -0.06},
    )
    lowest = min(percent["low"].min(), 100 * (1 - 1.5 * least_deviation))
    highest = max(percent["high"].max(), 100 * (1 + 1.5 * least_deviation))
    figure.update_xaxes(title=None, ticksuffix=" %", range=[lowest - 2, highest + 2])
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=list(reversed(labels)), automargin=True, title=None
    )
    return figure
