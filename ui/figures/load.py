"""How full the stations are: a heat map of all, bars against capacity for one."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, INK, beside, layout

Say = Callable[..., str]

# up to 100 % the blue of capacity grows; above it the colours of "at risk" and "late" begin; black figures on all
FULL = "#4A9FD4"
SCALE = [
    [0.0, "#f3f7fa"],
    [0.45, "#b5d7ec"],
    [0.77, FULL],
    [0.7701, "#E69F00"],
    [0.88, "#D55E00"],
    [1.0, "#C65300"],
]
FULL_SCALE = 130.0  # per cent; 100 lies at 0.769 of it, 100.1 at 0.77


def load_heat(days: pd.DataFrame, say: Say) -> go.Figure:
    """Station x day, load in per cent of standard hours, written into each cell; days without hours stay empty."""
    stations = days.drop_duplicates("station_no")
    table = days.pivot(index="station_no", columns="work_date", values="load_rate").reindex(stations["station_no"])
    hours = days.pivot(index="station_no", columns="work_date", values="load_hours").reindex(stations["station_no"])
    available = days.pivot(index="station_no", columns="work_date", values="available_hours").reindex(
        stations["station_no"]
    )
    percent = table * 100
    figure = go.Figure()
    figure.add_heatmap(
        z=percent.to_numpy(),
        x=[f"{day:%m-%d}" for day in table.columns],
        y=stations["station_name"],
        text=[["" if pd.isna(value) else f"{value:.0f}" for value in row] for row in percent.to_numpy()],
        texttemplate="%{text}",
        textfont={"color": INK["late"]},
        customdata=[
            [[number, *pair] for pair in zip(used, free, strict=True)]
            for number, used, free in zip(
                stations["station_no"], hours.to_numpy().tolist(), available.to_numpy().tolist(), strict=True
            )
        ],
        hovertemplate=say("schedule.load.hover") + "<extra></extra>",
        hoverongaps=False,
        colorscale=SCALE,
        zmin=0,
        zmax=FULL_SCALE,
        xgap=2,
        ygap=2,
        colorbar={"title": {"text": "%"}, "thickness": 10, "tickvals": [0, 50, 100, 130]},
    )
    figure.update_layout(layout(title=say("schedule.load.heat_title"), height=110 + 30 * max(len(stations), 3)))
    figure.update_layout(
        # margins that are known spare the browser to draw the chart twice
        margin={"t": 72, "l": beside(stations["station_name"]), "r": 80},
        xaxis={
            "side": "top",
            "type": "category",
            "automargin": False,
            "showgrid": False,
            "title": None,
            "tickfont": {"size": 10},  # so that the days of half a page are not turned
        },
        yaxis={
            "autorange": "reversed",
            "type": "category",
            "automargin": False,
            "showgrid": False,
            "title": None,
        },
    )
    return figure


def load_bars(days: pd.DataFrame, say: Say) -> go.Figure:
    """One station's standard hours by day, regular and overtime, against what is available with and without it."""
    figure = go.Figure()
    figure.add_bar(
        name=say("schedule.load.regular"),
        x=days["work_date"],
        y=days["regular_hours"],
        marker={"color": COLOURS["capacity"]},
        hovertemplate="%{y:.1f} h",
    )
    figure.add_bar(
        name=say("schedule.load.overtime"),
        x=days["work_date"],
        y=days["overtime_hours"],
        marker={
            "color": COLOURS["at_risk"],
            "pattern": {"shape": "/", "bgcolor": COLOURS["at_risk"], "fgcolor": "#ffffff"},
        },
        hovertemplate="%{y:.1f} h",
    )
    figure.add_scatter(
        name=say("schedule.load.available"),
        x=days["work_date"],
        y=days["available_hours"],
        mode="lines",
        line={"color": COLOURS["late"], "width": 2, "shape": "hvh"},
        hovertemplate="%{y:.1f} h",
    )
    if (days["overtime_available_hours"] > 0).any():
        figure.add_scatter(
            name=say("schedule.load.with_overtime"),
            x=days["work_date"],
            y=days["available_hours"] + days["overtime_available_hours"],
            mode="lines",
            line={"color": COLOURS["late"], "width": 1.5, "dash": "dot", "shape": "hvh"},
            hovertemplate="%{y:.1f} h",
        )
    figure.update_layout(layout(title=say("schedule.load.bars_title"), height=320))
    figure.update_layout(
        barmode="stack",
        hovermode="x unified",
        xaxis={"tickformat": "%m-%d", "automargin": False, "title": None},
        yaxis={"title": None, "automargin": False, "rangemode": "tozero"},
        margin={"l": 48, "b": 60},
        legend={"y": 0, "yref": "container", "yanchor": "bottom", "x": 0, "xanchor": "left"},
    )
    return figure
