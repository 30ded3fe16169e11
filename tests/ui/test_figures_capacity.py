"""Charts of capacity: a frame in, a figure out."""

from __future__ import annotations

import pandas as pd
import pytest

from locales import text
from ui.figures.capacity import MOST_LABELS, MOST_STEPS, overtime_days, standards


def say(key: str, **facts: object) -> str:
    return text("en", key, **facts)


def number(value: float) -> str:
    return f"{value:.1f}"


def days(worth: list[float | None], allowed: float = 4.0) -> pd.DataFrame:
    """A row per day; the second day works no overtime."""
    return pd.DataFrame(
        {
            "work_date": pd.date_range("2026-11-24", periods=len(worth)),
            "overtime_hours": [0.0 if place == 1 else 3.0 for place in range(len(worth))],
            "overtime_available_hours": allowed,
            "worth": pd.Series(worth, dtype="float64"),
        }
    )


def steps(*rates: tuple[float, float, float, bool]) -> pd.DataFrame:
    """A row per (quarter, median, three quarters, off); every standard is 10."""
    return pd.DataFrame(
        [
            {
                "item_no": f"I-{place}",
                "item_name": "a rather long name of an item" if place == 0 else "name",
                "step_no": 10,
                "station_name": "Plating",
                "standard": 10.0,
                "low": low,
                "achieved": achieved,
                "high": high,
                "days": 12,
                "off": off,
            }
            for place, (low, achieved, high, off) in enumerate(rates)
        ]
    )


def test_overtime_stands_inside_what_is_allowed_with_the_worth_of_an_hour_above():
    figure = overtime_days(days([1.25, 0.0, None]), "Plating", say, number)
    allowed, planned, worth = figure.data
    assert (list(allowed.y), list(planned.y)) == ([4, 4, 4], [3, 0, 3])
    assert allowed.marker.color == "rgba(0,0,0,0)"
    assert list(worth.text) == ["1.2", "", ""]
    assert "Plating" in figure.layout.title.text
    assert figure.layout.title.subtitle.text
    assert planned.customdata[2][3] == say("capacity.overtime.unknown")


def test_without_a_worth_nothing_is_written_above_the_bars():
    figure = overtime_days(days([0.0, 0.0]), "Plating", say, number)
    assert len(figure.data) == 2
    assert figure.layout.title.subtitle.text is None


def test_of_many_days_only_the_dearest_is_labelled():
    worth = [1.0 + place / 100 for place in range(MOST_LABELS + 1)]
    labels = overtime_days(days(worth), "Plating", say, number).data[2].text
    assert [place for place, label in enumerate(labels) if label] == [MOST_LABELS]


def test_days_off_are_left_out():
    frame = days([0.0, 0.0, 0.0])
    frame.loc[1, "overtime_available_hours"] = 0.0
    assert list(overtime_days(frame, "Plating", say, number).data[0].x) == ["11-24", "11-26"]


def test_a_step_is_drawn_in_per_cent_of_its_standard_by_what_is_to_be_done():
    figure = standards(steps((7.5, 8.0, 8.5, True), (11.0, 12.0, 12.5, True), (9.0, 9.9, 10.4, False)), 0.1, say)
    below, above, fits = figure.data
    assert [trace.name for trace in figure.data] == [
        say(f"capacity.standards.{name}") for name in ("below", "above", "fits")
    ]
    assert (below.x[0], above.x[0], fits.x[0]) == pytest.approx((80, 120, 99))
    assert (below.error_x.arrayminus[0], below.error_x.array[0]) == pytest.approx((5, 5))
    assert below.text == ("80",)
    assert (
        len({trace.marker.color for trace in figure.data}) == len({trace.marker.symbol for trace in figure.data}) == 3
    )
    assert (figure.layout.shapes[0].x0, figure.layout.shapes[0].x1) == pytest.approx((90, 110))
    assert below.y[0].startswith("I-0 a rather long na…")


def test_a_step_far_from_its_standard_that_cannot_be_told_is_not_called_off():
    """Far off, but on few days: the chart says what the rule says."""
    (only,) = standards(steps((6.0, 7.0, 8.0, False)), 0.1, say).data
    assert only.name == say("capacity.standards.fits")


def test_the_first_steps_are_drawn_from_above_and_no_more_than_fit():
    figure = standards(steps(*[(9.0, 9.5, 10.0, False)] * (MOST_STEPS + 5)), 0.1, say)
    assert len(figure.data[0].y) == MOST_STEPS
    assert figure.layout.yaxis.categoryarray[-1].startswith("I-0 ")
