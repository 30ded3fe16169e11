"""Charts of delivery: a frame in, a figure out."""

from __future__ import annotations

import pandas as pd
import pytest

from locales import text
from ui.figures.delivery import (
    DIM,
    MOST_ROWS,
    customers,
    on_time_weeks,
    owed_ages,
    owed_weeks,
    products,
    stages,
    timing,
)
from ui.figures.theme import COLOURS


def say(key: str, **facts: object) -> str:
    return text("en", key, **facts)


def written(amount: float) -> str:
    return f"{amount:,.0f}"


def weeks(*rates: float | None) -> pd.DataFrame:
    until = pd.date_range("2026-11-09", periods=len(rates), freq="7D")
    return pd.DataFrame(
        {
            "since": until - pd.Timedelta(days=6),
            "until": until,
            "value": [float("nan") if rate is None else rate for rate in rates],
            "numerator": [0.0 if rate is None else 10 * rate for rate in rates],
            "denominator": [0.0 if rate is None else 10.0 for rate in rates],
            "on_time_lines": [0.0 if rate is None else 10 * rate for rate in rates],
            "due_lines": [0.0 if rate is None else 10.0 for rate in rates],
        }
    )


def groups(count: int, missed: float = 2.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "subject": [f"C{number:02}" for number in range(count)],
            "subject_name": [f"name of number {number:02}" for number in range(count)],
            "due_lines": 10.0,
            "missed_lines": missed,
            "due_qty": 100.0,
            "missed_qty": 20.0,
            "due": 10.0,
            "on_time": 10.0 - missed,
            "missed": missed,
            "missed_value": 50.0,
            "rate": 1 - missed / 10,
            "share_so_far": [(number + 1) / count for number in range(count)],
        }
    )


BANDS = pd.DataFrame(
    {
        "band": [">7 early", "1-7 early", "0", "1-3", "4-7", "8-14", ">14", "open", "unknown"],
        "timing": ["early", "early", "on_time", "late", "late", "late", "late", "open", "unknown"],
        "lines": [0, 5, 9, 3, 0, 0, 1, 2, 0],
        "qty": [0.0, 50.0, 90.0, 30.0, 0.0, 0.0, 10.0, 20.0, 0.0],
    }
)
OWED = pd.DataFrame(
    {
        "bucket": ["overdue", "2026-11-23", "2026-11-30", "2027-01-04", "later"],
        "on_time": [0.0, 5.0, 6.0, 7.0, 3.0],
        "at_risk": [0.0, 1.0, 0.0, 0.0, 0.0],
        "late": [4.0, 2.0, 0.0, 0.0, 0.0],
        "unplanned": 0.0,
        "amount": [4.0, 8.0, 6.0, 7.0, 3.0],
        "lines": [4, 8, 6, 7, 3],
        "soon": [False, True, True, False, False],
    }
)
STAGES = pd.DataFrame(
    {
        "value": ["reviewing", "producing"],
        "on_time": [0, 3],
        "at_risk": [0, 2],
        "late": [0, 1],
        "unplanned": [4, 0],
        "lines": [4, 6],
        "most_days": [9.0, float("nan")],
    }
)


def test_a_week_carries_its_first_day_and_shows_what_was_due():
    figure = on_time_weeks(weeks(0.9, 0.5, 0.8), 0.95, "", "title", say)
    line, target, on_time, missed, due = figure.data
    assert [point[0] for point in line.customdata] == ["2026-11-03", "2026-11-10", "2026-11-17"]
    assert list(line.text) == ["90.0", "50.0", "80.0"]
    assert list(line.textposition) == [
        "top center",
        "bottom center",
        "top center",
    ]  # the line does not cross its labels
    assert set(target.y) == {95}
    assert (list(on_time.y), list(missed.y), list(due.text)) == ([9, 5, 8], [1, 5, 2], ["10", "10", "10"])
    assert (on_time.marker.color, missed.marker.color) == (COLOURS["on_time"], COLOURS["late"])


def test_a_week_without_lines_is_a_gap_and_not_a_zero():
    line = on_time_weeks(weeks(0.9, None), None, "", "title", say).data[0]
    assert line.text[1] == ""
    assert pd.isna(line.y[1])


def test_the_week_that_is_picked_is_framed():
    assert not on_time_weeks(weeks(0.9, 0.5), 0.95, "", "title", say).layout.shapes
    frame = on_time_weeks(weeks(0.9, 0.5), 0.95, "2026-11-10", "title", say).layout.shapes[0]
    assert (frame.x0 + frame.x1) / 2 == pytest.approx(1)


def test_days_off_have_their_bands_in_order_and_their_colours():
    figure = timing(BANDS, "lines", "title", say)
    assert [trace.name for trace in figure.data] == ["in time", "late", "not complete"]
    assert [list(trace.y) for trace in figure.data] == [[0, 5, 9], [3, 0, 0, 1], [2]]
    assert [trace.marker.color for trace in figure.data] == [COLOURS[name] for name in ("on_time", "late", "late")]
    assert list(figure.layout.xaxis.categoryarray) == ["≤−8", "−7…−1", "0", "1–3", "4–7", "8–14", ">14", "open"]
    assert list(timing(BANDS, "quantity", "title", say).data[0].y) == [0, 50, 90]


def test_what_left_before_the_records_is_shown_where_there_is_any():
    bands = BANDS.assign(lines=[*BANDS["lines"][:-1], 7])
    assert timing(bands, "lines", "title", say).data[-1].name == "before the records"


def test_customers_and_products_are_clicked_by_their_number():
    for figure in (customers(groups(3), "", "title", say), products(groups(3), "", "title", say)):
        assert [point[0] for point in figure.data[0].customdata] == ["C00", "C01", "C02"]
        assert figure.layout.yaxis.categoryarray[-1].startswith("C00")  # the first on top
    bar = products(groups(3), "", "title", say).data[0]
    assert list(bar.text) == ["2, 33 % so far", "2, 67 % so far", "2, 100 % so far"]
    assert bar.selected.marker.opacity == 1  # without it Plotly fails on the click


def test_of_many_the_first_are_drawn_and_those_without_a_miss_are_no_products():
    assert len(customers(groups(MOST_ROWS + 5), "", "title", say).data[0].y) == MOST_ROWS
    assert len(products(groups(MOST_ROWS + 5), "", "title", say).data[0].y) == MOST_ROWS
    assert len(products(groups(3, missed=0.0), "", "title", say).data[0].y) == 0
    assert len(customers(groups(3, missed=0.0), "", "title", say).data[0].y) == 3


def test_the_one_that_is_picked_stands_out():
    assert list(customers(groups(3), "C01", "title", say).data[0].marker.opacity) == [DIM, 1, DIM]
    assert list(customers(groups(3), "", "title", say).data[0].marker.opacity) == [1, 1, 1]


def test_the_next_four_weeks_stand_on_a_band():
    figure = owed_weeks(OWED, "", "title", say, written)
    assert [trace.name for trace in figure.data if trace.name] == ["on time", "at risk", "late"]
    assert list(figure.data[0].x) == ["overdue", "11-23", "11-30", "01-04", "later"]
    band = figure.layout.shapes[0]
    assert (band.x0, band.x1) == (0.5, 2.5)
    assert [point[0] for point in figure.data[0].customdata] == list(OWED["bucket"])
    assert len(owed_weeks(OWED, "later", "title", say, written).layout.shapes) == 2
    assert not owed_weeks(OWED.assign(soon=False), "", "title", say, written).layout.shapes


def test_ages_are_written_in_their_measure():
    bar = owed_ages([("1-7", 4.0), (">30", 0.0)], "title", say, lambda amount: f"¥{amount:.0f}").data[0]
    assert list(bar.text) == ["¥4", "¥0"]
    assert list(bar.x) == ["1-7 days", ">30 days"]


def test_stages_are_stacked_by_what_the_plan_says():
    figure = stages(STAGES, "producing", "title", say)
    bars = {trace.name: trace for trace in figure.data if trace.name}
    assert list(bars) == ["on time", "at risk", "late", "not in the plan"]
    assert [list(trace.x) for trace in bars.values()] == [[0, 3], [0, 2], [0, 1], [4, 0]]
    assert [point[0] for point in bars["late"].customdata] == ["reviewing", "producing"]
    assert list(bars["late"].marker.opacity) == [DIM, 1]
    assert list(figure.data[-1].text) == [" 4", " 6"]
