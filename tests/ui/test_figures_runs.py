"""Charts of plans: how a search went, and which order lines moved."""

from __future__ import annotations

import pandas as pd
import pytest

from locales import text
from ui.figures.runs import MOST_LINES, moved_lines, search_trail
from ui.figures.theme import COLOURS

RUNGS = ("dispatch", "bound", "guided", "improve", "pull")
TRAIL = pd.DataFrame(
    {
        "step": [1, 2, 3, 4],
        "rung": ["dispatch", "dispatch", "bound", "guided"],
        "seconds": [0.1, 0.5, 1.0, 1.5],
        "value": [40.0, 25.0, 25.0, 25.0],
        "bound": [None, None, 20.0, 20.0],
        "failed": ["", "", "", "ValueError: no times"],
    }
)


def say(key: str, **facts: object) -> str:
    return text("en", key, **facts)


def line(number: int, before: str | None, now: str | None, **more: object) -> dict:
    """A row of runs/lines_moved."""
    days = pd.NA if before is None or now is None else (pd.Timestamp(now) - pd.Timestamp(before)).days
    usual = {
        "label": f"SO-{number}/1",
        "customer_name": "华兴电子",
        "item_name": "连接器",
        "target_date": pd.Timestamp("2026-12-01"),
        "planned_before": pd.Timestamp(before),
        "planned_now": pd.Timestamp(now),
        "counted_before": pd.Timestamp(before),
        "counted_now": pd.Timestamp(now),
        "days_moved": days,
        "state_now": "late" if now else pd.NA,
        "earlier": bool(days is not pd.NA and days < 0),
    }
    return usual | more


def traces(figure) -> dict[str, object]:
    return {trace.name: trace for trace in figure.data if trace.name}


def test_value_and_bound_are_steps_to_the_end_of_the_run():
    figure = search_trail(TRAIL, RUNGS, 3.0, 24.0, "Gap 16.7 %", say)
    value, bound = traces(figure)[say("runs.search.value")], traces(figure)[say("runs.search.bound")]
    assert list(value.x) == [0.1, 0.5, 1.0, 1.5, 3.0]
    assert list(value.y) == [40, 25, 25, 25, 24]
    assert list(bound.x) == [1.0, 1.5, 3.0]
    assert list(bound.y) == [20, 20, 20]
    assert value.line.shape == bound.line.shape == "hv"


def test_the_gap_is_shaded_from_the_first_bound_on_and_told_in_words():
    figure = search_trail(TRAIL, RUNGS, 3.0, 24.0, "Gap 16.7 %", say)
    shaded = [trace for trace in figure.data if trace.fill == "tonexty"]
    assert [list(trace.x) for trace in shaded] == [[1.0, 1.5, 3.0]]
    assert figure.data[figure.data.index(shaded[0]) - 1].name == say("runs.search.bound")
    words = " ".join(note.text for note in figure.layout.annotations)
    assert "24" in words
    assert "20" in words
    assert "Gap 16.7 %" in words


def test_each_rung_is_marked_by_its_number_and_a_failed_one_by_a_cross():
    figure = search_trail(TRAIL, RUNGS, 3.0, 24.0, "", say)
    marks = next(trace for trace in figure.data if trace.mode == "markers+text")
    assert list(marks.text) == ["1", "2", "3"]
    assert list(marks.x) == [0.5, 1.0, 1.5]
    assert list(marks.marker.symbol) == ["circle", "circle", "x"]
    assert marks.customdata[2][0] == say("today.rungs.guided")
    assert marks.customdata[2][1]


def test_without_a_bound_there_is_neither_its_line_nor_shading():
    figure = search_trail(TRAIL.assign(bound=None), RUNGS, 3.0, 24.0, "", say)
    assert say("runs.search.bound") not in traces(figure)
    assert not any(trace.fill for trace in figure.data)


def test_a_search_of_one_step_is_still_a_line():
    figure = search_trail(TRAIL.head(1), RUNGS, 0.2, 0.0, "", say)
    assert list(traces(figure)[say("runs.search.value")].x) == [0.1, 0.2]
    assert figure.layout.yaxis.range[1] > 0


def test_an_unknown_rung_of_another_version_keeps_its_name():
    figure = search_trail(TRAIL.assign(rung="annealing"), RUNGS, 3.0, 24.0, "", say)
    marks = next(trace for trace in figure.data if trace.mode == "markers+text")
    assert (marks.text[0], marks.customdata[0][0]) == ("", "annealing")


def test_a_moved_line_goes_from_its_day_before_to_its_day_now():
    figure = moved_lines(pd.DataFrame([line(1, "2026-11-30", "2026-12-05"), line(2, "2026-12-04", "2026-12-02")]), say)
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [
        (pd.Timestamp("2026-11-30"), pd.Timestamp("2026-12-05")),
        (pd.Timestamp("2026-12-04"), pd.Timestamp("2026-12-02")),
    ]
    now = traces(figure)[say("runs.moved.now", state=say("orders.state.late"))]
    assert list(now.text) == ["+5 d", "-2 d"]
    assert now.textposition == "top center"
    assert now.marker.color == COLOURS["late"]


def test_the_state_of_a_line_is_told_by_colour_and_shape():
    rows = [
        line(number, "2026-11-30", "2026-12-05", state_now=state) for number, state in ((1, "late"), (2, "on_time"))
    ]
    found = traces(moved_lines(pd.DataFrame(rows), say))
    marks = [found[say("runs.moved.now", state=say(f"orders.state.{state}"))].marker for state in ("late", "on_time")]
    assert [mark.color for mark in marks] == [COLOURS["late"], COLOURS["on_time"]]
    assert len({mark.symbol for mark in marks}) == 2


@pytest.mark.parametrize(("before", "now"), [(None, "2026-12-05"), ("2026-11-30", None)])
def test_a_line_in_one_plan_only_has_one_mark_and_no_way(before, now):
    rows = pd.DataFrame([line(1, "2026-11-30", "2026-12-05"), line(2, before, now)])
    figure = moved_lines(rows.astype({"days_moved": "Int64"}), say)
    assert len(figure.layout.shapes) == 1
    marks = [trace for name, trace in traces(figure).items() if name != say("runs.moved.target")]
    assert sum(list(trace.y).count("SO-2/1") for trace in marks) == 1


def test_what_is_not_delivered_inside_the_horizon_is_told_in_words():
    beyond = line(1, "2026-11-30", "2027-01-24", planned_now=pd.NaT)
    now = traces(moved_lines(pd.DataFrame([beyond]), say))[say("runs.moved.now", state=say("orders.state.late"))]
    assert now.customdata[0][3] == say("runs.beyond")


def test_of_many_lines_the_first_are_drawn_from_the_top():
    rows = pd.DataFrame([line(number, "2026-11-30", "2026-12-05") for number in range(40)])
    figure = moved_lines(rows, say)
    target = traces(figure)[say("runs.moved.target")]
    assert list(target.y) == [f"SO-{number}/1" for number in range(MOST_LINES)]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
