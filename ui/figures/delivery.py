"""Figures of delivery: on time by week, who and what is missed, by how many days, what is owed, how far orders are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, PATTERNS, beside, layout

Say = Callable[..., str]
Written = Callable[[Any], str]
STATES = ("on_time", "at_risk", "late", "unplanned")
TIMINGS = {"early": "on_time", "on_time": "on_time", "late": "late", "open": "late", "unknown": "unplanned"}
MOST_ROWS = 12
LONGEST_NAME = 10
ROW_PIXELS = 26
DIM = 0.35
BAND = "rgba(127,127,127,0.14)"
UNDER_TITLE = {
    "margin": {"t": 72, "l": 48, "b": 30},
    "legend": {"x": 0, "xanchor": "left"},
    "legend_traceorder": "normal",
}


def on_time_weeks(weeks: pd.DataFrame, target: float | None, chosen: str, title: str, say: Say) -> go.Figure:
    """On-time delivery in per cent week by week, over the lines that were due, so that a small week is seen as one.

    weeks: rows of data.kpi.trend with `due_lines` and `on_time_lines`. target: a ratio. chosen: the first day of the
    week that is picked ("" for none).
    """
    names = [f"{until:%m-%d}" for until in weeks["until"]]
    percent = weeks["value"] * 100
    facts = list(
        zip(
            weeks["since"].dt.strftime("%Y-%m-%d"),
            weeks["since"].dt.strftime("%m-%d"),
            weeks["numerator"],
            weeks["denominator"],
            weeks["on_time_lines"],
            weeks["due_lines"],
            percent,
            strict=True,
        )
    )
    figure = go.Figure()
    figure.add_scatter(
        x=names,
        y=percent,
        mode="lines+markers+text",
        line={"color": COLOURS["capacity"], "width": 2.5},
        marker={"size": 9},
        text=["" if pd.isna(value) else f"{value:.1f}" for value in percent],
        textposition=_sides(percent),
        cliponaxis=False,
        customdata=facts,
        hovertemplate=say("delivery.weeks.hover") + "<extra></extra>",
        unselected={"marker": {"opacity": 1}},
        showlegend=False,
    )
    if target is not None:
        figure.add_scatter(
            name=say("delivery.weeks.target", target=f"{target * 100:g}"),
            x=names,
            y=[target * 100] * len(names),
            mode="lines",
            line={"color": COLOURS["frozen"], "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    missed = weeks["due_lines"] - weeks["on_time_lines"]
    for name, values, colour in (("on_time", weeks["on_time_lines"], "on_time"), ("missed", missed, "late")):
        figure.add_bar(
            name=say(f"delivery.weeks.{name}"),
            x=names,
            y=values,
            yaxis="y2",
            marker=_look(colour),
            customdata=facts,
            hovertemplate=say("delivery.weeks.hover") + "<extra></extra>",
            unselected={"marker": {"opacity": 1}},
        )
    figure.add_scatter(
        x=names,
        y=weeks["due_lines"],
        yaxis="y2",
        mode="text",
        text=[f"{count:,.0f}" for count in weeks["due_lines"]],
        textposition="top center",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    lowest = min([*percent.dropna(), *([target * 100] if target is not None else [])], default=0.0)
    floor = max(lowest - 8, 0.0)
    figure.update_layout(layout(title, 360))
    figure.update_layout(UNDER_TITLE)
    figure.update_layout(
        barmode="stack",
        dragmode=False,
        xaxis={"type": "category", "title": None, "anchor": "y2", "tickangle": 0},
        yaxis={
            "domain": [0.42, 1],
            "range": [floor, 100 + (100 - floor) * 0.16],
            "ticksuffix": "%",
            "nticks": 5,
            "title": None,
        },
        yaxis2={"domain": [0, 0.32], "range": [0, 1.35 * (weeks["due_lines"].max() or 1)], "nticks": 3, "title": None},
    )
    _mark(figure, [fact[0] for fact in facts], chosen)
    return figure


def timing(bands: pd.DataFrame, measure: str, title: str, say: Say) -> go.Figure:
    """How early or late order lines were complete (rows of delivery/timing), lines or pieces."""
    shown = bands[(bands["band"] != "unknown") | (bands["lines"] > 0)]
    amounts = shown["qty"] if measure == "quantity" else shown["lines"]
    figure = go.Figure()
    for name, timings in (
        ("in_time", ("early", "on_time")),
        ("late", ("late",)),
        ("open", ("open",)),
        ("unknown", ("unknown",)),
    ):
        part = shown["timing"].isin(timings)
        if not part.any():
            continue
        figure.add_bar(
            name=say(f"delivery.timing.{name}"),
            x=[say(f"delivery.timing.bands.{_key(band)}") for band in shown.loc[part, "band"]],
            y=amounts[part],
            marker=_look(TIMINGS[timings[0]], "/" if name == "open" else ""),
            text=[f"{amount:,.0f}" for amount in amounts[part]],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            customdata=list(zip(shown.loc[part, "lines"], shown.loc[part, "qty"], strict=True)),
            hovertemplate=say("delivery.timing.hover") + "<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(layout(title, 360))
    figure.update_layout(UNDER_TITLE, barmode="overlay")
    figure.update_xaxes(
        type="category",
        title=None,
        tickangle=0,
        categoryorder="array",
        categoryarray=[say(f"delivery.timing.bands.{_key(band)}") for band in shown["band"]],
    )
    figure.update_yaxes(title=None, range=[0, 1.15 * (amounts.max() or 1)])
    return figure


def customers(groups: pd.DataFrame, chosen: str, title: str, say: Say) -> go.Figure:
    """What each customer was due, on time and missed, the one that misses most on top (rows of delivery/groups)."""
    rows = groups.head(MOST_ROWS)
    names = _names(rows)
    figure = go.Figure()
    for name, colour in (("on_time", "on_time"), ("missed", "late")):
        figure.add_bar(
            name=say(f"delivery.groups.{name}"),
            orientation="h",
            y=names,
            x=rows[name],
            marker={**_look(colour), "opacity": _opacity(rows["subject"], chosen)},
            customdata=_facts(rows),
            hovertemplate=say("delivery.groups.hover") + "<extra></extra>",
            unselected={"marker": {"opacity": DIM}},
        )
    figure.add_scatter(
        x=rows["due"],
        y=names,
        mode="text",
        text=[f" {rate * 100:.1f} %" for rate in rows["rate"]],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    _lie(figure, names, title, 1.4 * (rows["due"].max() or 1))
    figure.update_layout(barmode="stack")
    return figure


def products(groups: pd.DataFrame, chosen: str, title: str, say: Say) -> go.Figure:
    """The items that miss most, with the share of all misses up to there (rows of delivery/groups that miss some)."""
    rows = groups[groups["missed"] > 0].head(MOST_ROWS)
    names = _names(rows)
    figure = go.Figure()
    figure.add_bar(
        orientation="h",
        y=names,
        x=rows["missed"],
        marker={**_look("late"), "opacity": _opacity(rows["subject"], chosen)},
        text=[
            say("delivery.groups.so_far", missed=f"{missed:,.0f}", share=f"{share * 100:.0f}")
            for missed, share in zip(rows["missed"], rows["share_so_far"], strict=True)
        ],
        textposition="outside",
        cliponaxis=False,
        customdata=_facts(rows),
        hovertemplate=say("delivery.groups.hover") + "<extra></extra>",
        selected={"marker": {"opacity": 1}},  # else Plotly fails on the click
        unselected={"marker": {"opacity": DIM}},
        showlegend=False,
    )
    _lie(figure, names, title, 2.2 * (rows["missed"].max() or 1))
    return figure


def owed_weeks(weeks: pd.DataFrame, chosen: str, title: str, say: Say, written: Written) -> go.Figure:
    """What is owed by due week and state in the plan; the next four weeks on a band (rows of delivery/owed_weeks)."""
    names = [_week(bucket, say) for bucket in weeks["bucket"]]
    figure = go.Figure()
    for state in STATES:
        if not weeks[state].any():
            continue
        figure.add_bar(
            name=say(f"delivery.state.{state}"),
            x=names,
            y=weeks[state],
            marker=_look(state, PATTERNS[state]),
            customdata=list(zip(weeks["bucket"], map(written, weeks[state]), weeks["lines"], strict=True)),
            hovertemplate=say("delivery.owed.hover") + "<extra>%{fullData.name}</extra>",
            unselected={"marker": {"opacity": 1}},
        )
    figure.add_scatter(
        x=names,
        y=weeks["amount"],
        mode="text",
        text=[written(amount) for amount in weeks["amount"]],
        textposition="top center",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    soon = [place for place, near in enumerate(weeks["soon"]) if near]
    figure.update_layout(layout(title, 340))
    figure.update_layout(UNDER_TITLE, barmode="stack", dragmode=False)
    figure.update_xaxes(type="category", title=None, tickangle=0)
    figure.update_yaxes(title=None, range=[0, 1.2 * (weeks["amount"].max() or 1)], tickformat="~s")
    if soon:
        figure.add_shape(
            type="rect",
            x0=soon[0] - 0.5,
            x1=soon[-1] + 0.5,
            yref="paper",
            y0=0,
            y1=1,
            fillcolor=BAND,
            line={"width": 0},
            layer="below",
        )
        figure.add_annotation(
            x=(soon[0] + soon[-1]) / 2,
            yref="paper",
            y=1,
            yanchor="top",
            text=say("delivery.owed.soon"),
            showarrow=False,
            font={"size": 11},
        )
    _mark(figure, list(weeks["bucket"]), chosen)
    return figure


def owed_ages(ages: Sequence[tuple[str, float]], title: str, say: Say, written: Written) -> go.Figure:
    """What is overdue by how long: band of days and amount, as data.kpi gives them."""
    figure = go.Figure()
    figure.add_bar(
        x=[say("delivery.owed.age", days=age) for age, _ in ages],
        y=[amount for _, amount in ages],
        marker=_look("late"),
        text=[written(amount) for _, amount in ages],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{x}: %{text}<extra></extra>",
    )
    figure.update_layout(layout(title, 340), margin={"l": 48, "b": 30})
    figure.update_xaxes(type="category", title=None)
    figure.update_yaxes(title=None, range=[0, 1.15 * (max(amount for _, amount in ages) or 1)], tickformat="~s")
    return figure


def stages(rows: pd.DataFrame, chosen: str, title: str, say: Say) -> go.Figure:
    """How many order lines stand at each stage, by their state in the plan.

    rows: those of delivery/tracking_counts whose choice is a stage.
    """
    names = [say(f"delivery.stage.{stage}") for stage in rows["value"]]
    figure = go.Figure()
    for state in STATES:
        if not rows[state].any():
            continue
        figure.add_bar(
            name=say(f"delivery.tracking.{state}"),
            orientation="h",
            y=names,
            x=rows[state],
            marker={**_look(state, PATTERNS[state]), "opacity": _opacity(rows["value"], chosen)},
            customdata=list(zip(rows["value"], rows["lines"], rows["most_days"].fillna(0), strict=True)),
            hovertemplate=say("delivery.tracking.hover") + "<extra>%{fullData.name}</extra>",
            unselected={"marker": {"opacity": DIM}},
        )
    figure.add_scatter(
        x=rows["lines"],
        y=names,
        mode="text",
        text=[f" {count:,}" for count in rows["lines"]],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    _lie(figure, names, title, 1.12 * (rows["lines"].max() or 1))
    figure.update_layout(barmode="stack")
    return figure


def _look(colour: str, pattern: str = "") -> dict[str, Any]:
    shape = {
        "shape": pattern,
        "bgcolor": COLOURS[colour],
        "fgcolor": "rgba(255,255,255,0.6)",
        "solidity": 0.25,
        "size": 6,
    }
    return {"color": COLOURS[colour], "pattern": shape}


def _opacity(subjects: pd.Series, chosen: str) -> list[float]:
    return [1.0 if chosen in ("", subject) else DIM for subject in subjects]


def _names(rows: pd.DataFrame) -> list[str]:
    return [
        f"{number} {name if len(name) <= LONGEST_NAME else f'{name[:LONGEST_NAME]}…'}"
        for number, name in zip(rows["subject"], rows["subject_name"].fillna(""), strict=True)
    ]


def _facts(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(
        zip(
            rows["subject"],
            rows["subject_name"].fillna(""),
            rows["due_lines"],
            rows["missed_lines"],
            rows["due_qty"],
            rows["missed_qty"],
            rows["rate"] * 100,
            rows["missed_value"],
            strict=True,
        )
    )


def _lie(figure: go.Figure, names: Sequence[str], title: str, widest: float) -> None:
    """Lay the rows out, the first on top."""
    figure.update_layout(layout(title, 104 + ROW_PIXELS * max(len(names), 4)))
    figure.update_layout(UNDER_TITLE, dragmode=False)
    figure.update_layout(margin={"l": beside(names), "b": 8})
    figure.update_xaxes(visible=False, range=[0, widest])
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=list(reversed(names)), automargin=True, title=None
    )


def _mark(figure: go.Figure, keys: Sequence[str], chosen: str) -> None:
    """Frame the column that was picked."""
    if chosen not in keys:
        return
    place = list(keys).index(chosen)
    figure.add_shape(
        type="rect",
        x0=place - 0.48,
        x1=place + 0.48,
        yref="paper",
        y0=0,
        y1=1,
        line={"color": COLOURS["frozen"], "width": 2},
    )


def _sides(values: pd.Series) -> list[str]:
    """Where labels of a line stand: under its low points, so that the line does not cross them."""
    before, after = values.shift(1), values.shift(-1)
    low = (before.isna() | (before > values)) & (after.isna() | (after >= values))
    return ["bottom center" if under else "top center" for under in low]


def _week(bucket: str, say: Say) -> str:
    return say(f"delivery.owed.{bucket}") if bucket in ("overdue", "later") else bucket[5:]


def _key(band: str) -> str:
    """A band's key in the catalogues, whose keys hold no signs."""
    return band.replace(">", "over_").replace("-", "_").replace(" ", "_")
