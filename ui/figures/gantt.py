"""The schedule as bars: units down the side, days across, one trace per state so that thousands of bars stay quick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, ORDERS, PATTERNS, beside, layout

STATES = ("on_time", "at_risk", "late", "frozen")
ROW_PIXELS = 22
HOUR = 3_600_000  # in milliseconds, the unit of a date axis
DAY = 24 * HOUR
LABELLED_DAYS = 16  # above it only Mondays are named
LABELLED_BARS = 200  # above it a bar bears its name only where that fits in: texts take the browser longest
PLOT_PIXELS = 1050
LETTER_PIXELS = 6
DAY_PIXELS = 62  # a day's name and its weekday, "today", hours
HEAD = 124  # pixels above the bars: title, legend, days, hours
FADED = 0.12
HALF_BAR = 0.4  # of a row

Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Window:
    """The stretch of time in view, and the hours and days in it that nobody works (they are folded away).

    opens, closes: hours after midnight; closes may pass 24. days_off: days without any hours.
    """

    from_date: dt.date
    to_date: dt.date
    first_day: dt.date
    opens: float | None = None
    closes: float | None = None
    days_off: tuple[dt.date, ...] = ()
    frozen_until: dt.date | None = None


def gantt(
    bars: pd.DataFrame,
    units: pd.DataFrame,
    overloads: pd.DataFrame,
    window: Window,
    say: Say,
    name_day: Callable[[dt.date], str],
    searching: bool = False,
    by_order: bool = False,
) -> go.Figure:
    """The Gantt chart of `bars` (rows of schedule/bars) on `units` (rows of schedule/drawn_units).

    `overloads`: station days (rows of schedule/station_days) to shade. `name_day` writes a day as the reader does.
    While `searching`, bars that are lit stand out, are joined into their way, and the rest fades. `by_order`: bars have
    the colour and the number of the most urgent order they serve in place of their state's colour and their lot; the
    hatching still tells the state. Each bar's customdata begins with order_ref and step_no.
    """
    rows = {(unit.station_no, unit.unit_no): number for number, unit in enumerate(units.itertuples())}
    figure = go.Figure()
    _overload(figure, overloads, window, rows, say)
    names = _names(bars, window, "order_no" if by_order else "order_ref")
    for state in STATES:
        chosen = (bars["state"] == state).to_numpy()
        _bars(figure, bars[chosen], names[chosen], state, rows, say, searching, by_order)
    if searching:
        _way(figure, bars[bars["lit"]], rows, say)
    _material(figure, bars, rows, say, searching)
    _days(figure, window, name_day, say)
    _today(figure, window, len(rows), say)
    height = HEAD + 8 + ROW_PIXELS * max(len(rows), 4)
    labels = [_unit_label(unit) for unit in units.itertuples()]
    figure.update_layout(layout(title=say("schedule.gantt.title"), height=height))
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        dragmode="zoom",
        hoverlabel={"align": "left"},
        xaxis={
            "type": "date",
            "range": [_opening(window, window.from_date), _closing(window)],
            "rangebreaks": _breaks(window),
            "side": "top",
            "automargin": False,  # to find its margins, the browser would draw everything twice
            "title": None,
            "showgrid": False,
            "nticks": 12,
            "tickangle": 0,
            "tickfont": {"size": 10},
            # days are named above; the hours stand between them and the bars, once there is room
            "tickformatstops": [
                {"dtickrange": [None, DAY / 4], "value": "%H:%M"},
                {"dtickrange": [DAY / 4, None], "value": " "},
            ],
        },
        yaxis={
            "tickmode": "array",
            "tickvals": list(range(len(rows))),
            "ticktext": labels,
            "range": [max(len(rows), 1) - 0.5, -0.5],
            "automargin": False,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
            "title": None,
        },
        margin={"t": HEAD, "b": 8, "l": beside(labels)},
        legend={"x": 0, "xanchor": "left", "y": 1 - 34 / height, "yref": "container", "yanchor": "top"},
    )
    if len(bars) <= LABELLED_BARS:
        figure.update_layout(uniformtext={"minsize": 9, "mode": "hide"})
    return figure


def _unit_label(unit: object) -> str:
    """The station's name at its first unit, the unit's number at each."""
    return f"{unit.station_name}  {unit.unit_no}" if unit.is_first else str(unit.unit_no)  # type: ignore[attr-defined]


def _rows_of(frame: pd.DataFrame, rows: dict[tuple[str, int], int]) -> list[int | None]:
    return [rows.get(key) for key in zip(frame["station_no"], frame["unit_no"], strict=True)]


def _names(bars: pd.DataFrame, window: Window, column: str) -> pd.Series:
    """The lot or order of each bar; of many bars only of those that are long enough to bear it."""
    if len(bars) <= LABELLED_BARS:
        return bars[column]
    days = (window.to_date - window.from_date).days + 1 - len(window.days_off)
    hours = max(days, 1) * ((window.closes or 24.0) - (window.opens or 0.0))
    pixels = (bars["finish_time"] - bars["start_time"]) / pd.Timedelta(hours=hours) * PLOT_PIXELS
    return bars[column].where(pixels >= LETTER_PIXELS * bars[column].str.len(), "")


def _bars(
    figure: go.Figure,
    bars: pd.DataFrame,
    names: pd.Series,
    state: str,
    rows: dict[tuple[str, int], int],
    say: Say,
    searching: bool,
    by_order: bool,
) -> None:
    """The bars of one state, with its hatching, and its colour or that of their orders."""
    colours = [order_colour(order) for order in bars["order_no"]] if by_order else COLOURS[state]
    figure.add_bar(
        name=say(f"schedule.state.{state}"),
        orientation="h",
        base=bars["start_time"],
        x=(bars["finish_time"] - bars["start_time"]) / pd.Timedelta(milliseconds=1),
        y=_rows_of(bars, rows),
        width=2 * HALF_BAR,
        text=names,
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        textfont={"color": "#111111", "size": 10},
        customdata=_facts(bars),
        hovertemplate=say("schedule.gantt.hover") + f"<extra>{say(f'schedule.state.{state}')}</extra>",
        marker={
            "color": colours,
            "opacity": [1.0 if lit else FADED for lit in bars["lit"]] if searching else 1.0,
            "pattern": {
                "shape": PATTERNS[state],
                "fillmode": "overlay",
                "fgcolor": "rgba(255,255,255,0.55)",
                "size": 6,
                "solidity": 0.2,
            },
            "line": {"width": 0.5, "color": "rgba(255,255,255,0.8)"},
        },
        showlegend=not by_order,
    )


def _facts(bars: pd.DataFrame) -> np.ndarray:
    """What a bar tells when it is pointed at; the first two identify it."""
    rows = [
        [
            bar.order_ref,
            bar.step_no,
            bar.item_no,
            bar.item_name,
            f"{bar.qty:,.0f}",
            f"{bar.hours:.1f}",
            bar.serves or "–",
            f"{bar.start_time:%m-%d %H:%M}",
            f"{bar.finish_time:%m-%d %H:%M}",
        ]
        for bar in bars.itertuples()
    ]
    return np.array(rows, dtype=object)  # nested lists are checked cell by cell


def _way(figure: go.Figure, lit: pd.DataFrame, rows: dict[tuple[str, int], int], say: Say) -> None:
    """A line through the lit bars of each lot, step by step."""
    xs: list[object] = []
    ys: list[object] = []
    for _, lot in lit.sort_values(["step_no", "start_time"]).groupby("order_ref", sort=False):
        for (start, finish), row in zip(
            lot[["start_time", "finish_time"]].itertuples(index=False), _rows_of(lot, rows), strict=True
        ):
            xs += [start, finish]
            ys += [row, row]
        xs.append(None)
        ys.append(None)
    figure.add_scatter(
        name=say("schedule.gantt.way"),
        x=xs,
        y=ys,
        mode="lines",
        line={"color": COLOURS["capacity"], "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )


def _material(
    figure: go.Figure, bars: pd.DataFrame, rows: dict[tuple[str, int], int], say: Say, searching: bool
) -> None:
    """An edge before each bar whose material has still to come; while `searching` only before those that are lit.

    All edges are one line with gaps, since a browser draws that as a single thing.
    """
    waiting = bars[bars["waits_for_material"] & bars["lit"]] if searching else bars[bars["waits_for_material"]]
    ys: list[float | None] = []
    for row in _rows_of(waiting, rows):
        ys += [None, None, None] if row is None else [row - HALF_BAR, row + HALF_BAR, None]
    figure.add_scatter(
        name=say("schedule.gantt.material"),
        x=waiting["start_time"].repeat(3),
        y=ys,
        mode="lines",
        line={"width": 2.5, "color": COLOURS["material"]},
        customdata=waiting[["order_ref", "step_no"]].to_numpy(dtype=object).repeat(3, axis=0),
        hovertext=[f"{date:%m-%d}" for date in waiting["material_date"].repeat(3)],
        hovertemplate=say("schedule.gantt.material_hover") + "<extra></extra>",
    )


def _overload(
    figure: go.Figure, days: pd.DataFrame, window: Window, rows: dict[tuple[str, int], int], say: Say
) -> None:
    """A band behind the station days on which more is planned than standard hours allow."""
    over = days[days["load_hours"] > days["available_hours"] + 0.005]
    reach: dict[str, list[int]] = {}
    for (station_no, _), row in rows.items():
        reach.setdefault(station_no, []).append(row)
    bands = [(day.work_date.date(), reach[day.station_no]) for day in over.itertuples() if day.station_no in reach]
    figure.add_bar(
        name=say("schedule.gantt.overload"),
        orientation="h",
        base=[_opening(window, day) for day, _ in bands],
        x=[((window.closes or 24.0) - (window.opens or 0.0)) * HOUR] * len(bands),
        y=[(units[0] + units[-1]) / 2 for _, units in bands],  # a station's units stand together
        width=[len(units) for _, units in bands],
        marker={"color": "rgba(0,114,178,0.18)", "line": {"width": 0}},  # the colour of capacity
        hoverinfo="skip",
        showlegend=bool(bands),
    )


def _days(figure: go.Figure, window: Window, name_day: Callable[[dt.date], str], say: Say) -> None:
    """A line where each working day begins, and its name on top; today is told as well."""
    today = f"<br><span style='color:{COLOURS['late']}'>{say('schedule.gantt.today')}</span>"
    days = [
        window.from_date + dt.timedelta(days=offset)
        for offset in range((window.to_date - window.from_date).days + 1)
        if window.from_date + dt.timedelta(days=offset) not in window.days_off
    ]
    every_day = len(days) <= LABELLED_DAYS
    lines = [
        {
            "type": "line",
            "x0": _opening(window, day),
            "x1": _opening(window, day),
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "line": {"color": "rgba(127,127,127,0.35)", "width": 1},
            "layer": "below",
        }
        for day in days
    ]
    names = [
        {
            "x": _opening(window, day),
            "y": 1,
            "yref": "paper",
            "yshift": DAY_PIXELS,  # over the hours
            "xanchor": "left",
            "yanchor": "top",
            "align": "left",
            "text": name_day(day) + (today if day == window.first_day else ""),
            "showarrow": False,
            "font": {"size": 11},
        }
        for day in days
        if every_day or day.weekday() == 0
    ]
    figure.update_layout(shapes=lines, annotations=names)  # one by one, each would be checked again with the next


def _today(figure: go.Figure, window: Window, count: int, say: Say) -> None:
    """Today's line, and the frozen days shaded."""
    if window.frozen_until is not None and window.frozen_until >= window.from_date:
        figure.add_vrect(
            x0=_opening(window, window.first_day),
            x1=_midnight(window.frozen_until) + dt.timedelta(hours=window.closes or 24.0),
            fillcolor=COLOURS["frozen"],
            opacity=0.14,
            line_width=0,
            layer="below",
            annotation_text=say("schedule.gantt.frozen_days"),
            annotation_position="bottom right",
        )
    if window.from_date <= window.first_day <= window.to_date:
        start = _opening(window, window.first_day)
        figure.add_shape(
            type="line", x0=start, x1=start, y0=-0.5, y1=count - 0.5, line={"color": COLOURS["late"], "width": 2}
        )


def order_colour(order_no: str) -> str:
    """The colour of an order: the same wherever it is drawn, and not that of most other orders."""
    return ORDERS[crc32(order_no.encode()) % len(ORDERS)] if order_no else COLOURS["unplanned"]


def _breaks(window: Window) -> list[dict[str, object]]:
    """The stretches to fold away: days on which nobody works, and the hours of the night if all stations rest.

    Each stretch is named by its start. A pattern by the hour would be shorter, but plotly.js then takes the length of a
    bar for a moment in 1970, finds it in a fold and draws nothing.
    """
    if window.opens is None or window.closes is None:
        return []
    stretches: dict[float, list[str]] = {}
    end = _opening(window, window.from_date)
    for offset in range((window.to_date - window.from_date).days + 1):
        day = window.from_date + dt.timedelta(days=offset)
        if day in window.days_off:
            continue
        start = _opening(window, day)
        if start > end:
            stretches.setdefault((start - end).total_seconds() * 1000, []).append(end.isoformat(" "))
        end = _midnight(day) + dt.timedelta(hours=window.closes)
    return [{"values": starts, "dvalue": length} for length, starts in stretches.items()]


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def _opening(window: Window, day: dt.date) -> dt.datetime:
    """When work begins on a day."""
    return _midnight(day) + dt.timedelta(hours=window.opens or 0.0)


def _closing(window: Window) -> dt.datetime:
    """When work ends on the last day in view that has any."""
    days = [window.to_date - dt.timedelta(days=back) for back in range((window.to_date - window.from_date).days + 1)]
    last = next((day for day in days if day not in window.days_off), window.to_date)
    return _midnight(last) + dt.timedelta(hours=window.closes if window.closes is not None else 24.0)
