"""Figures of stock: what is missing week by week, which lots can start, how long stock lasts and how old it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, INK, PATTERNS, beside, layout

Say = Callable[..., str]
Money = Callable[[Any], str]
COVERS = ("under_7", "under_30", "under_90", "over_90", "none")
# classes of age, with the days that a layer of it has lain at least
AGES = {"to_7": 0, "to_30": 8, "to_60": 31, "to_90": 61, "to_180": 91, "over_180": 181, "unknown": 181}
# soon gone, enough, plenty, too much, for nobody
COVER_COLOURS = {
    "under_7": "at_risk",
    "under_30": "on_time",
    "under_90": "capacity",
    "over_90": "frozen",
    "none": "unplanned",
}
READINESS = {"in_hand": "on_time", "arriving": "capacity", "missing": "material"}
ROW_PIXELS = 34
MOST_TICKS = 6
LABELLED_SHARE = 0.2  # narrower parts of a bar than this have no room for their value
LEGEND_UNDER_TITLE = {
    "margin": {"t": 90, "b": 30},
    "legend": {"x": 0, "xanchor": "left"},
    "legend_traceorder": "normal",
}


def missing_weeks(weeks: pd.DataFrame, title: str, say: Say, money: Money) -> go.Figure:
    """What is missing in each week in money, what makes an order late apart (stock/waiting_weeks of one measure)."""
    labels = [f"{week:%m-%d}" for week in weeks["week"]]
    total = weeks["late_value"] + weeks["safe_value"]
    figure = go.Figure()
    for part, state in (("late", "late"), ("safe", "at_risk")):
        if not weeks[f"{part}_count"].any():
            continue
        figure.add_bar(
            name=say(f"stock.missing.{part}"),
            x=labels,
            y=weeks[f"{part}_value"],
            marker=_marker(state),
            customdata=_facts(
                weeks["week"].dt.strftime("%Y-%m-%d"),
                [money(value) for value in weeks[f"{part}_value"]],
                weeks[f"{part}_count"],
            ),
            hovertemplate="%{x}: %{customdata[1]} · %{customdata[2]}<extra>%{fullData.name}</extra>",
            unselected={"marker": {"opacity": 0.35}},
        )
    _totals(figure, labels, total, [money(value) for value in total])
    figure.update_layout(**layout(title, 318), barmode="stack", dragmode=False)
    figure.update_layout(LEGEND_UNDER_TITLE)
    figure.update_xaxes(type="category")
    figure.update_yaxes(visible=False, range=[0, float(total.max()) * 1.15 or 1])
    return figure


def kit_days(days: pd.DataFrame, say: Say) -> go.Figure:
    """Lots by start day: material in hand, there by that day, still missing (rows of stock/kit_days)."""
    labels = [f"{day:%m-%d}" for day in days["start_date"]]
    total = days[[*READINESS]].sum(axis=1)
    figure = go.Figure()
    for part, state in READINESS.items():
        figure.add_bar(
            name=say(f"stock.kits.{part}"),
            x=labels,
            y=days[part],
            marker=_marker(state),
            customdata=_facts(days["start_date"].dt.strftime("%Y-%m-%d"), total),
            hovertemplate="%{x}: %{y} / %{customdata[1]}<extra>%{fullData.name}</extra>",
            unselected={"marker": {"opacity": 0.35}},
        )
    figure.update_layout(**layout(say("stock.kits.chart"), 318), barmode="stack", dragmode=False)
    figure.update_layout(LEGEND_UNDER_TITLE)
    figure.update_layout(margin={"l": 44})
    every = 1 + len(labels) // MOST_TICKS
    figure.update_xaxes(type="category", tickangle=0, tickmode="array", tickvals=labels[::every])
    return figure


def cover_classes(classes: pd.DataFrame, words: Callable[[str], str], say: Say, money: Money) -> go.Figure:
    """The value of stock by category, split by how many days it lasts (rows of stock/cover_classes)."""
    categories = list(dict.fromkeys(classes["category"]))
    labels = {category: words(category) for category in categories}
    widest = float(classes["category_value"].max())
    figure = go.Figure()
    for cover in COVERS:
        part = classes[classes["cover"] == cover]
        if not (part["value"] > 0).any():
            continue
        figure.add_bar(
            name=say(f"stock.cover.{cover}"),
            orientation="h",
            y=[labels[category] for category in part["category"]],
            x=part["value"],
            marker=_marker(COVER_COLOURS[cover]),
            text=[money(value) if value > widest * LABELLED_SHARE else "" for value in part["value"]],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            constraintext="inside",
            insidetextfont={"color": INK[COVER_COLOURS[cover]]},
            customdata=_facts(
                part["category"], part["cover"], [money(value) for value in part["value"]], part["items"]
            ),
            hovertemplate=say("stock.cover.hover") + "<extra>%{fullData.name}</extra>",
            unselected={"marker": {"opacity": 0.35}},
        )
    whole = classes.drop_duplicates("category")
    _totals(
        figure,
        whole["category_value"],
        [labels[category] for category in whole["category"]],
        [money(value) for value in whole["category_value"]],
        "middle right",
    )
    height = 114 + ROW_PIXELS * max(len(categories), 3)
    figure.update_layout(**layout(say("stock.cover.chart"), height), barmode="stack", dragmode=False)
    figure.update_layout(LEGEND_UNDER_TITLE)
    figure.update_layout(
        uniformtext={"minsize": 11, "mode": "hide"},
        margin={"l": beside(labels.values()), "b": 8},
    )
    figure.update_xaxes(visible=False, range=[0, widest * 1.2 or 1])
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=[labels[category] for category in reversed(categories)]
    )
    return figure


def age_classes(ages: pd.DataFrame, slow_days: int, say: Say, money: Money) -> go.Figure:
    """The value of stock by days since its receipt (rows of stock/ages); what has lain for `slow_days` is marked."""
    known = ages.set_index("age").reindex(list(AGES))
    if pd.isna(known.loc["unknown", "value"]):
        known = known.drop(index="unknown")
    known = known.fillna(0)
    figure = go.Figure()
    figure.add_bar(
        x=[say(f"stock.age.{age}") for age in known.index],
        y=known["value"],
        marker={"color": [COLOURS["at_risk" if AGES[age] >= slow_days else "capacity"] for age in known.index]},
        text=[money(value) if value else "" for value in known["value"]],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        customdata=_facts(known.index, [money(value) for value in known["value"]], known["items"]),
        hovertemplate=say("stock.age.hover") + "<extra></extra>",
        unselected={"marker": {"opacity": 0.35}},
    )
    figure.update_layout(**layout(say("stock.age.chart"), 334), dragmode=False)
    figure.update_layout(margin={"b": 30})
    figure.update_xaxes(type="category")
    figure.update_yaxes(visible=False, range=[0, float(known["value"].max()) * 1.15 or 1])
    return figure


def _marker(state: str) -> dict[str, Any]:
    """A colour with its pattern."""
    return {
        "color": COLOURS[state],
        "pattern": {
            "shape": PATTERNS[state],
            "bgcolor": COLOURS[state],
            "fgcolor": "rgba(255,255,255,0.5)",
            "solidity": 0.2,
            "size": 6,
        },
    }


def _totals(figure: go.Figure, x: Any, y: Any, words: Sequence[str], place: str = "top center") -> None:
    """The total of each stack written beside its end."""
    figure.add_scatter(
        x=x,
        y=y,
        mode="text",
        text=words,
        textposition=place,
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
        unselected={"textfont": {"color": COLOURS["frozen"]}},
    )


def _facts(*columns: Any) -> list[tuple[Any, ...]]:
    """Facts of each bar: what a click carries first, then what hovering tells."""
    return list(zip(*columns, strict=True))
