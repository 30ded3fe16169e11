"""Tiles: what a figure, its trend and its target say to a reader, by sign and word."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pandas as pd
import pytest

from data.kpi import Figure
from locales import text
from ui import tiles
from ui.figures.theme import COLOURS
from ui.figures.tiles import sparkline, trend_chart

WEEKS = pd.date_range("2026-11-01", periods=4, freq="7D")


def figure(key: str = "plan_attainment", value: float | None = 0.92, unit: str = "ratio") -> Figure:
    return Figure(key, value, None, None, unit)


def trend(values: list[float | None], run_nos: list[str | None] | None = None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "since": WEEKS[: len(values)] - pd.Timedelta(days=6),
            "until": WEEKS[: len(values)],
            "run_no": run_nos or [None] * len(values),
            "value": pd.Series(values, dtype=float),
        }
    )


def say(key: str, **facts: object) -> str:
    return text("zh", key, **facts)


@pytest.mark.parametrize(
    ("key", "value", "unit", "target", "sign", "word"),
    [
        ("plan_attainment", 0.96, "ratio", 0.95, "✓", "met"),
        ("plan_attainment", 0.92, "ratio", 0.95, "✗", "missed"),
        ("overdue_lines", 0.0, "lines", 0.0, "✓", "met"),
        ("overdue_lines", 4.0, "lines", 0.0, "✗", "missed"),
    ],
)
def test_a_target_says_by_sign_and_word_whether_it_is_reached(key, value, unit, target, sign, word):
    told = tiles.goal(figure(key, value, unit), target)
    assert sign in told
    assert say(f"figures.target.{word}") in told


def test_a_missed_target_says_by_how_much():
    assert "3.0" in tiles.distance(figure(value=0.92), 0.95)
    assert say("figures.target.over", gap="4") in tiles.distance(figure("overdue_lines", 4.0, "lines"), 0.0)
    assert say("figures.target.reached") in tiles.distance(figure(value=0.97), 0.95)


def test_a_figure_without_a_value_neither_reaches_nor_misses_its_target():
    told = tiles.goal(figure(value=None), 0.95)
    assert "✓" not in told
    assert "✗" not in told


@pytest.mark.parametrize(
    ("value", "before", "unit", "change"),
    [
        (0.924, 0.936, "ratio", "-1.2 个百分点"),
        (992.0, 729.0, "lines", "+263"),
        (25.6, 25.1, "days", "+0.5"),
        (4.0, 4.0, "lines", 0),
        (4.0, None, "lines", None),
        (4.0, float("nan"), "lines", None),
    ],
)
def test_a_change_is_in_points_or_in_the_unit(value, before, unit, change):
    assert tiles.change(figure(value=value, unit=unit), before) == change


def drawn(values: list[float | None], target: float | None = None, reached: bool | None = None) -> str:
    return unquote(sparkline(values, target, reached, "alt <b>", "one\ntwo"))


def test_a_sparkline_needs_no_network_and_says_what_it_shows():
    picture = drawn([1.0, 2.0, 3.0])
    assert re.search(r'src="data:image/svg\+xml,', picture)
    assert "alt &lt;b&gt;" in picture
    assert len(re.findall("<polyline", picture)) == 1


def test_a_sparkline_is_open_where_a_value_is_missing():
    assert len(re.findall("<polyline", drawn([1.0, 2.0, None, 3.0, 2.0]))) == 2
    assert sparkline([None, None], 0.9, None, "", "") == ""


def test_a_sparkline_ends_in_the_colour_of_what_was_reached():
    assert COLOURS["on_time"] in drawn([1.0, 2.0], 1.5, reached=True)
    assert COLOURS["late"] in drawn([1.0, 1.2], 1.5, reached=False)
    assert COLOURS["late"] not in drawn([1.0, 2.0])


def test_a_single_value_or_a_level_line_can_be_drawn():
    assert "<path" in drawn([5.0])
    assert "nan" not in drawn([0.0, 0.0], 0.0, reached=True)


def test_a_trend_says_its_span_and_its_ends():
    assert tiles.span(trend([0.9, 0.8, 0.95, 0.92])) == say("figures.trend.weeks", count=4, days=7)
    assert tiles.span(trend([0.9, 0.8], ["P-1", "P-2"])) == say("figures.trend.plans", count=2)
    words = tiles.trend_words("达成率", "ratio", trend([0.9, None, 0.95, 0.8]))
    assert "80 %" in words
    assert "95 %（11-15）" in words


def test_a_trend_chart_names_its_unit_writes_its_ends_and_its_target():
    chart = trend_chart(trend([0.9, 0.8, 0.95, 0.92]), "达成率（%）", 0.95, lambda value: f"{value:.0%}", say)
    assert chart.layout.title.text == "达成率（%）"
    assert list(chart.layout.yaxis.ticktext) == ["80%", "95%"]
    assert chart.data[0].text[-1].strip() == "<b>92%</b>"
    assert chart.layout.shapes[0].y0 == 0.95
    assert say("figures.target.goal", target="95%") in chart.layout.annotations[0].text


def test_a_figure_of_plans_names_the_plan_at_each_point():
    chart = trend_chart(trend([0.4, 0.36], ["P-1", "P-2"]), "齐套率（%）", None, str, say)
    assert [point[2] for point in chart.data[0].customdata] == ["P-1", "P-2"]
    assert not chart.layout.shapes
