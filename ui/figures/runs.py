"""Plans: how a search went, and which order lines moved from one plan to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from ui.figures.theme import COLOURS, beside, layout

Say = Callable[..., str]
SYMBOLS: Mapping[str, str] = {"on_time": "circle", "at_risk": "diamond", "late": "square", "unplanned": "triangle-up"}
GAP_FILL = "rgba(127,127,127,0.22)"
LINE = "rgba(127,127,127,0.55)"
ROW_PIXELS = 32
MOST_LINES = 15


def search_trail(
    steps: pd.DataFrame, rungs: Sequence[str], end: float, objective: float, gap: str, say: Say
) -> go.Figure:
    """Weighted lateness of the best plan so far and the proven bound over the seconds of the search, the gap shaded.

    steps: rows of runs/trail. rungs: the order in which rungs are numbered. end, objective: seconds and value of the
    plan that was kept. gap: in words, "" where no bound is known.
    """
    seconds = [*steps["seconds"], max(end, steps["seconds"].max())]
    values = [*steps["value"], objective]
    figure = go.Figure()
    proven = steps.dropna(subset=["bound"])
    if len(proven):
        bounds = [*proven["bound"], proven["bound"].iloc[-1]]
        since = [*proven["seconds"], seconds[-1]]
        from_bound = [(second, value) for second, value in zip(seconds, values, strict=True) if second >= since[0]]
        # the value from the first bound on, unseen, so that the shading between the two begins there
        figure.add_scatter(
            x=since,
            y=bounds,
            name=say("runs.search.bound"),
            mode="lines",
            line={"shape": "hv", "color": COLOURS["frozen"], "width": 2, "dash": "dash"},
            hovertemplate=say("runs.search.hover_bound") + "<extra></extra>",
        )
        figure.add_scatter(
            x=[second for second, _ in from_bound],
            y=[value for _, value in from_bound],
            mode="lines",
            line={"shape": "hv", "width": 0},
            fill="tonexty",
            fillcolor=GAP_FILL,
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=seconds,
        y=values,
        name=say("runs.search.value"),
        mode="lines",
        line={"shape": "hv", "color": COLOURS["late"], "width": 2.5},
        hoverinfo="skip",
    )
    marks = steps.drop_duplicates("rung", keep="last")
    numbers = [str(rungs.index(rung) + 1) if rung in rungs else "" for rung in marks["rung"]]
    figure.add_scatter(
        x=marks["seconds"],
        y=marks["value"],
        mode="markers+text",
        text=numbers,
        textposition=["top center" if place % 2 == 0 else "bottom center" for place in range(len(marks))],
        textfont={"size": 13},
        marker={
            "size": 10,
            "symbol": ["x" if failed else "circle" for failed in marks["failed"]],
            "color": [COLOURS["frozen"] if failed else COLOURS["late"] for failed in marks["failed"]],
        },
        customdata=list(
            zip(
                [say(f"today.rungs.{rung}") if rung in rungs else rung for rung in marks["rung"]],
                [say("runs.search.failed") if failed else "" for failed in marks["failed"]],
                strict=True,
            )
        ),
        hovertemplate=say("runs.search.hover") + "<extra></extra>",
        cliponaxis=False,
        showlegend=False,
    )
    _label(figure, values[-1], f"{say('runs.search.value')} {objective:,.0f}", "bottom")
    if len(proven):
        words = f"{say('runs.search.bound')} {bounds[-1]:,.0f}" + (f"<br>{gap}" if gap else "")
        _label(figure, bounds[-1], words, "top")
    figure.update_layout(layout(say("runs.search.title"), 290))
    figure.update_layout(showlegend=False, margin={"l": 54, "r": 104, "b": 60}, dragmode=False, hovermode="closest")
    figure.update_xaxes(title=say("runs.search.seconds"), rangemode="tozero", range=[0, seconds[-1]])
    figure.update_yaxes(title=None, rangemode="tozero", range=[0, 1.12 * (max(values) or 1)], tickformat=",")
    return figure


def moved_lines(lines: pd.DataFrame, say: Say) -> go.Figure:
    """From the day of the plan before to the day of this one, line by line, with the day wanted.

    lines: rows of runs/moved with their `label`, at most `MOST_LINES` of which are drawn, the first on top.
    """
    lines = lines.head(MOST_LINES)
    both = lines.dropna(subset=["counted_before", "counted_now"])
    figure = go.Figure()
    for label, before, now in zip(both["label"], both["counted_before"], both["counted_now"], strict=True):
        figure.add_shape(
            type="line", x0=before, x1=now, y0=label, y1=label, line={"color": LINE, "width": 3}, layer="below"
        )
    figure.add_scatter(
        name=say("runs.moved.target"),
        x=lines["target_date"],
        y=lines["label"],
        mode="markers",
        marker={"symbol": "line-ns", "size": 14, "line": {"width": 2.5, "color": COLOURS["on_time"]}},
        hovertemplate=say("runs.moved.hover_target") + "<extra></extra>",
    )
    before = lines.dropna(subset=["counted_before"])
    figure.add_scatter(
        name=say("runs.moved.before"),
        x=before["counted_before"],
        y=before["label"],
        mode="markers",
        marker={"symbol": "circle-open", "size": 10, "color": COLOURS["frozen"], "line": {"width": 2}},
        customdata=_facts(before, say),
        hovertemplate=say("runs.moved.hover") + "<extra></extra>",
    )
    for state, symbol in SYMBOLS.items():
        now = lines[lines["state_now"] == state]
        if now.empty:
            continue
        figure.add_scatter(
            name=say("runs.moved.now", state=say(f"orders.state.{state}")),
            x=now["counted_now"],
            y=now["label"],
            mode="markers+text",
            text=["" if pd.isna(days) else say("runs.moved.days", days=f"{days:+.0f}") for days in now["days_moved"]],
            textposition="top center",  # beside its mark it would lie over the day wanted
            textfont={"size": 11},
            marker={"symbol": symbol, "size": 11, "color": COLOURS[state]},
            customdata=_facts(now, say),
            hovertemplate=say("runs.moved.hover") + "<extra></extra>",
            cliponaxis=False,
        )
    figure.update_layout(layout(say("runs.moved.title", count=len(lines)), 118 + ROW_PIXELS * max(len(lines), 3)))
    figure.update_layout(
        dragmode=False,
        hovermode="closest",
        legend={"y": -0.06, "yanchor": "top", "x": 0, "xanchor": "left"},
        margin={"l": beside(lines["label"]), "r": 32},
    )
    figure.update_xaxes(type="date", tickformat="%m-%d", side="top", title=None)
    figure.update_yaxes(type="category", range=[len(lines) - 0.5, -0.5], automargin=True, title=None)
    return figure


def _facts(lines: pd.DataFrame, say: Say) -> list[tuple[str, ...]]:
    """What the hover says of each line: customer, item, day before and now, where nothing is planned in words."""

    def told(day: pd.Timestamp, counted: pd.Timestamp) -> str:
        if not pd.isna(day):
            return f"{day:%m-%d}"
        return "–" if pd.isna(counted) else say("runs.beyond")

    return [
        (
            str(row.customer_name),
            str(row.item_name),
            told(row.planned_before, row.counted_before),
            told(row.planned_now, row.counted_now),
            f"{row.target_date:%m-%d}",
        )
        for row in lines.itertuples()
    ]


def _label(figure: go.Figure, value: float, words: str, side: str) -> None:
    """The name and last value of a line at its right end."""
    figure.add_annotation(
        x=1, xref="paper", y=value, text=words, showarrow=False, xanchor="left", yanchor=side, xshift=6, align="left"
    )
