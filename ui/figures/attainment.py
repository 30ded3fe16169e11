"""Plan against actual: where and when, by day, station or item, and why; exceptions and yields."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, INK, beside, layout

Say = Callable[..., str]
NO_FILL = "rgba(0,0,0,0)"
# the plan met is pale; what is missed grows through "at risk" to "late", never too dark for black figures
SCALE = [
    [0.0, "#C65300"],
    [0.4, "#C65300"],
    [0.6, "#D55E00"],
    [0.8, "#E69F00"],
    [0.92, "#f6dfb2"],
    [1.0, "#f3f7fa"],
]
MOST_STATIONS = 20
LABELLED_DAYS = 31  # in more columns than these only what stands out is written
STANDS_OUT = 80.0  # per cent
MOST_TICKS = 6
MOST_DATES = 14  # over a map; more would be turned on a narrow screen
MOST_LABELS = 12  # of more bars than these the lowest are labelled
ROW_PIXELS = 28
LONGEST_NAME = 10


def attainment_map(cells: pd.DataFrame, say: Say) -> go.Figure:
    """Station x day, attainment in per cent of the planned pieces (rows of attainment/map); one click picks a cell.

    Of many stations the first `MOST_STATIONS` are drawn, those that lost most.
    """
    stations = cells.drop_duplicates("station_no").head(MOST_STATIONS)
    cells = cells[cells["station_no"].isin(stations["station_no"])]
    percent = cells.pivot(index="station_no", columns="work_date", values="rate").reindex(stations["station_no"]) * 100
    days = [f"{day:%m-%d}" for day in percent.columns]
    few = len(days) <= LABELLED_DAYS
    figure = go.Figure()
    figure.add_heatmap(
        z=percent.to_numpy(),
        x=days,
        y=stations["station_name"],
        text=[
            ["" if pd.isna(rate) or not (few or rate < STANDS_OUT) else f"{rate:.0f}" for rate in row]
            for row in percent.to_numpy()
        ],
        texttemplate="%{text}",
        textfont={"color": INK["late"]},
        hoverinfo="skip",
        hoverongaps=False,
        colorscale=SCALE,
        zmin=0,
        zmax=100,
        xgap=2,
        ygap=2,
        colorbar={"title": {"text": "%"}, "thickness": 10, "tickvals": [0, 40, 60, 80, 100]},
    )
    # a heat map knows no selection: unseen marks over its cells take the click and frame what was picked
    figure.add_scatter(
        x=[f"{day:%m-%d}" for day in cells["work_date"]],
        y=cells["station_name"],
        mode="markers",
        marker={
            "symbol": "square-open",
            "size": 22,
            "opacity": 0,
            "color": COLOURS["capacity"],
            "line": {"width": 3, "color": COLOURS["capacity"]},
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 0}},
        customdata=list(
            zip(
                cells["station_no"],
                cells["work_date"].dt.strftime("%Y-%m-%d"),
                cells["planned_qty"],
                cells["attained_qty"],
                cells["short_hours"],
                cells["rate"] * 100,
                strict=True,
            )
        ),
        hovertemplate=say("attainment.map.hover") + "<extra></extra>",
        showlegend=False,
    )
    figure.update_layout(layout(say("attainment.map.title"), 104 + ROW_PIXELS * max(len(stations), 3)))
    figure.update_layout(
        margin={"t": 78, "l": beside(stations["station_name"]), "r": 84},
        dragmode=False,
        hovermode="closest",
        xaxis={
            "side": "top",
            "type": "category",
            "range": [-0.5, len(days) - 0.5],
            "showgrid": False,
            "title": None,
            **_every(days, MOST_DATES),
        },
        yaxis={
            "type": "category",
            "range": [len(stations) - 0.5, -0.5],
            "showgrid": False,
            "title": None,
            "automargin": True,
        },
    )
    return figure


def plan_bars(groups: pd.DataFrame, by: str, unit: str, say: Say) -> go.Figure:
    """Plan as outlines, what was attained of it solid, what was made beyond it hatched, with attainment in per cent.

    groups: rows of attainment/groups. by: day, station or item; items lie, since their names are long.
    """
    lying = by == "item"
    names = [_name(subject, name, by) for subject, name in zip(groups["subject"], groups["subject_name"], strict=True)]
    facts = list(
        zip(
            groups["subject"],
            groups["planned"],
            groups["attained"],
            groups["beyond"],
            groups["short"],
            groups["rate"] * 100,
            [by] * len(groups),
            strict=True,
        )
    )
    figure = go.Figure()

    def bars(name: str, amounts: pd.Series, base: pd.Series | None = None, **look: object) -> None:
        figure.add_bar(
            name=say(f"attainment.bars.{name}"),
            x=amounts if lying else names,
            y=names if lying else amounts,
            base=base,
            orientation="h" if lying else "v",
            customdata=facts,
            hovertemplate=say("attainment.bars.hover") + "<extra></extra>",
            unselected={"marker": {"opacity": 0.35}},
            **look,
        )

    bars("attained", groups["attained"], marker={"color": COLOURS["capacity"]})
    bars(
        "beyond",
        groups["beyond"],
        groups["attained"],
        marker={
            "color": COLOURS["unplanned"],
            "pattern": {"shape": "/", "bgcolor": NO_FILL, "fgcolor": COLOURS["frozen"], "size": 5},
        },
    )
    bars("planned", groups["planned"], marker={"color": NO_FILL, "line": {"color": COLOURS["frozen"], "width": 1.5}})
    tops = groups["planned"].where(groups["short"] > groups["beyond"], groups["attained"] + groups["beyond"])
    labelled = [True] * len(groups) if lying or len(groups) <= MOST_LABELS else _lowest(groups["rate"])
    figure.add_scatter(
        x=tops if lying else names,
        y=names if lying else tops,
        mode="text",
        text=[
            f"{rate * 100:.0f}" if told and not pd.isna(rate) else ""
            for rate, told in zip(groups["rate"], labelled, strict=True)
        ],
        textposition="middle right" if lying else "top center",
        cliponaxis=False,
        unselected={"textfont": {"color": COLOURS["frozen"]}},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(
        layout(
            say("attainment.bars.title", unit=unit),
            120 + 24 * max(len(groups), 8) if lying else 360,
        )
    )
    figure.update_layout(
        barmode="overlay",
        dragmode=False,
        margin={"l": beside(names) if lying else 48, "b": 70},
        legend={"traceorder": "reversed", "y": -0.08 if lying else -0.12, "yanchor": "top", "x": 0, "xanchor": "left"},
    )
    if lying:
        figure.update_xaxes(title=None, rangemode="tozero")
        figure.update_yaxes(type="category", autorange="reversed", automargin=True, title=None)
    else:
        figure.update_xaxes(
            type="category", title=None, tickangle=0, **_every(names, MOST_TICKS if by == "day" else 99)
        )
        figure.update_yaxes(title=None, rangemode="tozero")
    return figure


def plan_to_actual(steps: pd.DataFrame, unit: str, where: str, say: Say) -> go.Figure:
    """From the plan to what was made, one lying bar per step (rows of attainment/waterfall with their `label`).

    Where little of the plan was missed, the axis begins below what was attained, which it says: else the losses would
    be hair lines. where: what the steps are restricted to, in words ("" for everything).
    """
    amounts = dict(zip(steps["step"], steps["amount"], strict=True))
    begin = _axis_begin(amounts["planned"], amounts["attained"])
    ends, bases = [], []
    level = 0.0
    for step, amount in zip(steps["step"], steps["amount"], strict=True):
        total = step in ("planned", "attained", "actual")
        base = begin if total else level
        level = amount if total else level + amount
        bases.append(base)
        ends.append(level)
    lost = -steps.loc[steps["step"] == "lost", "amount"].sum()
    figure = go.Figure()
    figure.add_bar(
        orientation="h",
        y=list(range(len(steps))),  # by place: a category may be called as a step is
        base=bases,
        x=[end - base for end, base in zip(ends, bases, strict=True)],
        marker={
            "color": [_step_colour(step, why) for step, why in zip(steps["step"], steps["category"], strict=True)],
            "line": {
                "color": COLOURS["frozen"],
                "width": [1.5 if step in ("planned", "beyond") else 0 for step in steps["step"]],
            },
            "pattern": {
                "shape": ["/" if step == "beyond" else "" for step in steps["step"]],
                "fgcolor": COLOURS["frozen"],
                "bgcolor": NO_FILL,
                "size": 5,
            },
        },
        text=[
            _written(amount) + (f" ({-amount / lost:.0%})" if step == "lost" and lost else "")
            for step, amount in zip(steps["step"], steps["amount"], strict=True)
        ],
        textposition="outside",
        cliponaxis=False,
        customdata=list(zip(steps["category"], steps["amount"], steps["label"], strict=True)),
        hovertemplate="%{customdata[2]}: %{customdata[1]:,.1f}<extra></extra>",
        unselected={"marker": {"opacity": 0.35}},
        showlegend=False,
    )
    end = max(ends)
    figure.update_layout(
        layout(say("attainment.waterfall.title", unit=unit, where=where), 108 + ROW_PIXELS * len(steps))
    )
    figure.update_layout(dragmode=False, margin={"l": beside(steps["label"]), "r": 32, "b": 58})
    figure.update_xaxes(
        title=say("attainment.waterfall.cut", begin=f"{begin:,.0f}") if begin else None,
        range=[begin, end + 0.2 * (end - begin or 1)],
        nticks=6,
        tickformat=",",
    )
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(steps))),
        ticktext=steps["label"],
        range=[len(steps) - 0.5, -0.5],
        showgrid=False,
        automargin=True,
        title=None,
    )
    return figure


def pareto(categories: pd.DataFrame, unit: str, say: Say) -> go.Figure:
    """What exceptions lost by category, the greatest first, and the share of the loss up to there.

    categories: rows of attainment/pareto with their `label`.
    """
    figure = go.Figure()
    figure.add_bar(
        name=say("attainment.pareto.lost"),
        x=categories["label"],
        y=categories["lost"],
        marker={"color": COLOURS["late"]},
        text=[_written(lost) for lost in categories["lost"]],
        textposition="auto",
        insidetextfont={"color": INK["late"]},
        textangle=0,
        cliponaxis=False,
        customdata=list(
            zip(
                categories["category"],
                categories["exceptions"],
                categories["open"],
                categories["lost_hours"],
                categories["lost_qty"],
                strict=True,
            )
        ),
        hovertemplate=say("attainment.pareto.hover") + "<extra></extra>",
        unselected={"marker": {"opacity": 0.35}},
        showlegend=False,
    )
    figure.add_scatter(
        name=say("attainment.pareto.share"),
        x=categories["label"],
        y=categories["share_so_far"] * 100,
        yaxis="y2",
        mode="lines+markers",
        line={"color": COLOURS["frozen"], "width": 2},
        hovertemplate="%{y:.0f} %<extra>%{fullData.name}</extra>",
    )
    figure.update_layout(layout(say("attainment.pareto.title", unit=unit), 320))
    figure.update_layout(
        dragmode=False,
        yaxis={"title": None, "range": [0, 1.05 * (categories["lost"].sum() or 1)]},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "range": [0, 105],
            "tickvals": [0, 20, 40, 60, 80, 100],
            "ticktext": [f"{share} %" for share in range(0, 101, 20)],
            "showgrid": False,
            "automargin": True,
        },
        margin={"l": 48, "r": 54, "b": 30},
        showlegend=False,  # the title tells what the line is
    )
    figure.update_xaxes(type="category", title=None)
    return figure


def closing_days(bands: pd.DataFrame, say: Say) -> go.Figure:
    """How many days exceptions took to close, and how old the open ones are (rows of attainment/closing)."""
    figure = go.Figure()
    for name, colour, pattern in (("closed", COLOURS["on_time"], ""), ("open", COLOURS["at_risk"], "/")):
        figure.add_bar(
            name=say(f"attainment.closing.{name}"),
            x=bands["band"],
            y=bands[name],
            marker={
                "color": colour,
                "pattern": {"shape": pattern, "bgcolor": colour, "fgcolor": "#ffffff", "solidity": 0.25, "size": 6},
            },
            text=["" if not count else f"{count:,}" for count in bands[name]],
            textposition="outside",
            cliponaxis=False,
            hovertemplate=say("attainment.closing.hover") + "<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(layout(say("attainment.closing.title"), 320))
    figure.update_layout(
        margin={"l": 48, "b": 62}, barmode="group", legend={"y": -0.1, "yanchor": "top", "x": 0, "xanchor": "left"}
    )
    figure.update_xaxes(type="category", title=None)
    figure.update_yaxes(title=None, rangemode="tozero")
    return figure


def yields(rows: pd.DataFrame, per: str, say: Say) -> go.Figure:
    """First-pass yield beside its standard, per step or item: rows of attainment/yield_`per` with their `label`."""
    figure = go.Figure()
    for yielded, standard, label in zip(rows["yield_rate"], rows["standard_yield"], rows["label"], strict=True):
        figure.add_shape(
            type="line",
            x0=yielded * 100,
            x1=standard * 100,
            y0=label,
            y1=label,
            line={"color": COLOURS["late"] if yielded < standard else COLOURS["on_time"], "width": 3},
            layer="below",
        )
    facts = list(zip(rows["subject"], rows["scrap_qty"], rows["standard_yield"] * 100, rows["extra_qty"], strict=True))
    figure.add_scatter(
        name=say("attainment.yields.standard"),
        x=rows["standard_yield"] * 100,
        y=rows["label"],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 14, "color": COLOURS["frozen"], "line": {"width": 3}},
        customdata=facts,
        hovertemplate=say("attainment.yields.hover_standard") + "<extra></extra>",
        unselected={"marker": {"opacity": 1}},
    )
    figure.add_scatter(
        name=say("attainment.yields.yield"),
        x=rows["yield_rate"] * 100,
        y=rows["label"],
        mode="markers+text",
        marker={
            "size": 11,
            "color": [
                COLOURS["late"] if yielded < standard else COLOURS["on_time"]
                for yielded, standard in zip(rows["yield_rate"], rows["standard_yield"], strict=True)
            ],
        },
        text=[f"{yielded * 100:.1f}" for yielded in rows["yield_rate"]],
        textposition=[
            "middle left" if yielded < standard else "middle right"
            for yielded, standard in zip(rows["yield_rate"], rows["standard_yield"], strict=True)
        ],
        customdata=facts,
        hovertemplate=say("attainment.yields.hover") + "<extra></extra>",
        unselected={"marker": {"opacity": 0.45}},
    )
    lowest, highest = _span([*rows["yield_rate"] * 100, *rows["standard_yield"] * 100])
    figure.update_layout(layout(say(f"attainment.yields.chart_{per}"), 116 + ROW_PIXELS * max(len(rows), 3)))
    figure.update_layout(
        dragmode=False,
        margin={"l": beside(rows["label"]), "b": 66},
        legend={"y": -0.08, "yanchor": "top", "x": 0, "xanchor": "left"},
    )
    figure.update_xaxes(title=None, range=[lowest, highest])
    figure.update_yaxes(type="category", autorange="reversed", automargin=True, title=None)
    return figure


def _lowest(rates: pd.Series) -> list[bool]:
    """Which of `rates` are told: the lowest, but no two neighbours, whose figures would lie over each other."""
    told: set[int] = set()
    for place in rates.reset_index(drop=True).dropna().sort_values(kind="stable").index:
        if len(told) < MOST_LABELS // 2 and not told & {place - 1, place + 1}:
            told.add(place)
    return [place in told for place in range(len(rates))]


def _name(subject: str, name: str, by: str) -> str:
    if by == "day":
        return subject[5:]
    if by == "item":
        return f"{subject} {name if len(name) <= LONGEST_NAME else f'{name[:LONGEST_NAME]}…'}"
    return name


def _every(names: Sequence[str], most: int) -> dict[str, object]:
    """The ticks of an axis on which no more than `most` of `names` are written."""
    return {"tickmode": "array", "tickvals": list(names)[:: -(-len(names) // most)]} if names else {}


def _axis_begin(planned: float, attained: float) -> float:
    """0, or a round number below what was attained where the losses would be too small to see."""
    missed = planned - attained
    if missed <= 0 or missed > 0.35 * planned:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(missed))
    return max(0.0, math.floor((attained - missed) / unit) * unit)


def _step_colour(step: str, category: str) -> str:
    if step == "planned":
        return NO_FILL
    if step == "beyond" or category == "unexplained":
        return COLOURS["unplanned"]
    if step == "lost":
        return COLOURS["late"]
    return COLOURS["capacity"]


def _span(percents: Sequence[float]) -> tuple[float, float]:
    """From a little below the lowest to a little above the highest, so that labels fit."""
    lowest, highest = min(percents), max(percents)
    room = max(highest - lowest, 2.0)
    return lowest - 0.25 * room, highest + 0.15 * room


def _written(amount: float) -> str:
    """1,234, -56 or 0.7: as many digits as a label needs."""
    return f"{amount:,.0f}" if abs(amount) >= 100 or float(amount).is_integer() else f"{amount:,.1f}"
