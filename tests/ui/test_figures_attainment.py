"""Charts of attainment: a frame in, a figure out."""

from __future__ import annotations

import pandas as pd
import pytest

from locales import text
from ui.figures.attainment import (
    LABELLED_DAYS,
    MOST_STATIONS,
    attainment_map,
    closing_days,
    pareto,
    plan_bars,
    plan_to_actual,
    yields,
)
from ui.figures.theme import COLOURS


def say(key: str, **facts: object) -> str:
    return text("en", key, **facts)


def cells(rates: dict[tuple[str, str], float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "station_no": [station for station, _ in rates],
            "station_name": [f"name of {station}" for station, _ in rates],
            "work_date": pd.to_datetime([day for _, day in rates]),
            "planned_qty": 100.0,
            "attained_qty": [100 * rate for rate in rates.values()],
            "rate": list(rates.values()),
            "short_hours": 1.0,
        }
    )


def steps(*amounts: tuple[str, str, float]) -> pd.DataFrame:
    found = pd.DataFrame(amounts, columns=["step", "category", "amount"])
    return found.assign(label=found["category"].where(found["step"] == "lost", found["step"]))


NORMAL = steps(
    ("planned", "", 1000.0),
    ("lost", "machine", -60.0),
    ("lost", "unexplained", -20.0),
    ("attained", "", 920.0),
    ("beyond", "", 50.0),
    ("actual", "", 970.0),
)


def test_the_map_writes_each_rate_and_carries_station_and_day():
    figure = attainment_map(cells({("A", "2026-11-18"): 0.5, ("A", "2026-11-19"): 1.0, ("B", "2026-11-18"): 0.9}), say)
    heat, marks = figure.data
    assert [list(row) for row in heat.text] == [["50", "100"], ["90", ""]]  # B had no plan on the second day
    assert [tuple(point[:2]) for point in marks.customdata] == [
        ("A", "2026-11-18"),
        ("A", "2026-11-19"),
        ("B", "2026-11-18"),
    ]
    assert marks.marker.opacity == 0
    assert marks.selected.marker.opacity == 1
    assert "%" in figure.layout.title.text


def test_of_many_days_only_what_stands_out_is_written():
    days = pd.date_range("2026-09-01", periods=LABELLED_DAYS + 1)
    rates = {("A", f"{day:%Y-%m-%d}"): 0.95 for day in days} | {("A", "2026-09-03"): 0.4}
    written = attainment_map(cells(rates), say).data[0].text[0]
    assert [label for label in written if label] == ["40"]


def test_of_many_stations_the_first_are_drawn():
    rates = {(f"S{number:02}", "2026-11-18"): 0.9 for number in range(MOST_STATIONS + 5)}
    assert len(attainment_map(cells(rates), say).data[0].y) == MOST_STATIONS


@pytest.mark.parametrize("by", ["day", "station", "item"])
def test_what_was_made_of_the_plan_is_solid_the_plan_an_outline_and_the_rest_hatched(by):
    groups = pd.DataFrame(
        {
            "subject": ["2026-11-18", "2026-11-19"],
            "subject_name": ["one", "two"],
            "planned": [100.0, 80.0],
            "attained": [60.0, 80.0],
            "beyond": [10.0, 30.0],
            "short": [40.0, 0.0],
            "rate": [0.6, 1.0],
        }
    )
    figure = plan_bars(groups, by, "pieces", say)
    attained, beyond, planned, labels = figure.data
    assert attained.marker.color == COLOURS["capacity"]
    assert planned.marker.color == "rgba(0,0,0,0)"
    assert beyond.marker.pattern.shape == "/"
    assert list(beyond.base) == [60, 80]
    assert list(labels.text) == ["60", "100"]
    tops = labels.x if by == "item" else labels.y
    assert list(tops) == [100, 110]  # above whatever stands highest
    assert attained.customdata[0][0] == "2026-11-18"
    assert attained.customdata[0][-1] == by
    assert "pieces" in figure.layout.title.text


def test_of_many_days_the_lowest_are_labelled():
    days = 25
    groups = pd.DataFrame(
        {
            "subject": [f"2026-10-{day + 1:02}" for day in range(days)],
            "subject_name": "",
            "planned": 100.0,
            "attained": [90.0 - day for day in range(days)],
            "beyond": 0.0,
            "short": [10.0 + day for day in range(days)],
            "rate": [0.9 - day / 100 for day in range(days)],
        }
    )
    labels = [label for label in plan_bars(groups, "day", "pieces", say).data[-1].text if label]
    assert labels == ["76", "74", "72", "70", "68", "66"]


def test_each_loss_hangs_from_the_one_before_and_the_last_ends_at_what_was_attained():
    bar = plan_to_actual(NORMAL, "pieces", "", say).data[0]
    ends = [base + length for base, length in zip(bar.base, bar.x, strict=True)]
    assert ends == [1000, 940, 920, 920, 970, 970]
    assert list(bar.base)[1:3] == [1000, 940]
    assert bar.base[4] == 920
    assert bar.text[1] == "-60 (75%)"


def test_losses_that_would_be_hair_lines_are_drawn_large_and_the_axis_says_so():
    figure = plan_to_actual(NORMAL, "pieces", "", say)
    begin = figure.layout.xaxis.range[0]
    assert 0 < begin < 920
    assert figure.data[0].base[0] == begin
    assert figure.layout.xaxis.title.text == say("attainment.waterfall.cut", begin=f"{begin:,.0f}")


def test_a_great_loss_is_drawn_from_nothing():
    half = steps(("planned", "", 100.0), ("lost", "machine", -50.0), ("attained", "", 50.0), ("beyond", "", 0.0))
    figure = plan_to_actual(half, "pieces", "", say)
    assert figure.layout.xaxis.range[0] == 0
    assert figure.layout.xaxis.title.text is None


def test_a_plan_that_was_met_has_no_loss_to_share():
    met = steps(("planned", "", 10.0), ("attained", "", 10.0), ("beyond", "", 0.0), ("actual", "", 10.0))
    assert list(plan_to_actual(met, "pieces", "", say).data[0].text) == ["10", "10", "0", "10"]


def test_what_nobody_explains_is_grey_and_what_is_explained_is_not():
    colours = plan_to_actual(NORMAL, "pieces", "", say).data[0].marker.color
    assert colours[1] == COLOURS["late"]
    assert colours[2] == COLOURS["unplanned"]


def test_the_pareto_line_ends_at_all_of_it():
    categories = pd.DataFrame(
        {
            "category": ["machine", "material"],
            "label": ["machine", "material"],
            "lost": [30.0, 10.0],
            "exceptions": [3, 1],
            "open": [1, 0],
            "lost_hours": [30.0, 10.0],
            "lost_qty": [5.0, 7.0],
            "share_so_far": [0.75, 1.0],
        }
    )
    bars, line = pareto(categories, "Hours", say).data
    assert list(bars.y) == [30, 10]
    assert list(line.y) == [75, 100]
    assert bars.customdata[0][0] == "machine"


def test_closed_and_open_exceptions_stand_side_by_side():
    bands = pd.DataFrame({"band": ["0", "1"], "closed": [4, 2], "open": [0, 3]})
    closed, still_open = closing_days(bands, say).data
    assert (list(closed.y), list(still_open.y)) == ([4, 2], [0, 3])
    assert closed.marker.color != still_open.marker.color
    assert still_open.marker.pattern.shape == "/"


@pytest.mark.parametrize("per", ["steps", "items"])
def test_a_yield_below_its_standard_is_marked(per):
    rows = pd.DataFrame(
        {
            "subject": ["A/10", "B/10"],
            "label": ["A cut", "B cut"],
            "yield_rate": [0.9, 0.99],
            "standard_yield": [0.95, 0.97],
            "scrap_qty": [10.0, 1.0],
            "extra_qty": [5.0, -2.0],
        }
    )
    figure = yields(rows, per, say)
    assert list(figure.data[1].marker.color) == [COLOURS["late"], COLOURS["on_time"]]
    low, high = figure.layout.xaxis.range
    assert low < 90 < 99 < high
    assert figure.layout.title.text == say(f"attainment.yields.chart_{per}")
