"""Charts: a frame in, a figure out."""

from __future__ import annotations

import datetime as dt
import time

import pandas as pd
import pytest

from locales import text
from ui.figures.gantt import FADED, HALF_BAR, Window, gantt
from ui.figures.load import FULL, FULL_SCALE, SCALE, load_bars, load_heat
from ui.figures.materials import day_balance, mrp_record
from ui.figures.theme import COLOURS, ORDERS

FIRST = dt.date(2026, 11, 25)  # a Wednesday
OFF = (dt.date(2026, 11, 28), dt.date(2026, 11, 29))
WINDOW = Window(FIRST, dt.date(2026, 12, 2), FIRST, opens=8.0, closes=18.0, days_off=OFF)
UNITS = pd.DataFrame(
    {
        "station_no": ["CUT", "PLATE", "PLATE"],
        "station_name": ["冲压", "电镀", "电镀"],
        "unit_no": [1, 1, 2],
        "is_first": [True, True, False],
    }
)


def say(key: str, **facts: object) -> str:
    return text("en", key, **facts)


def bar(state: str, station_no: str = "CUT", unit_no: int = 1, order_ref: str = "W-1", **more: object) -> dict:
    usual = {
        "order_ref": order_ref,
        "step_no": 10,
        "station_no": station_no,
        "unit_no": unit_no,
        "work_date": pd.Timestamp(FIRST),
        "start_time": pd.Timestamp("2026-11-25 08:00"),
        "finish_time": pd.Timestamp("2026-11-25 11:30"),
        "item_no": "FG1",
        "item_name": "连接器",
        "qty": 35.0,
        "hours": 3.5,
        "serves": "SO-1/1",
        "order_no": "SO-1",
        "state": state,
        "material_date": pd.NaT,
        "waits_for_material": False,
        "lit": False,
    }
    return usual | more


def station_days(load: float = 8.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "station_no": ["CUT", "CUT", "PLATE", "PLATE"],
            "station_name": ["冲压", "冲压", "电镀", "电镀"],
            "work_date": pd.to_datetime(["2026-11-25", "2026-11-28"] * 2),
            "available_hours": [8.0, 0.0, 14.4, 0.0],
            "overtime_available_hours": [0.0, 0.0, 3.6, 0.0],
            "load_hours": [load, 0.0, 16.2, 0.0],
            "regular_hours": [load, 0.0, 14.4, 0.0],
            "overtime_hours": [0.0, 0.0, 1.8, 0.0],
            "load_rate": [load / 8.0, None, 1.125, None],
        }
    )


def drawn(rows: list[dict], searching: bool = False, window: Window = WINDOW, by_order: bool = False):
    return gantt(
        pd.DataFrame(rows), UNITS, station_days(), window, say, lambda day: f"{day:%m-%d}", searching, by_order
    )


def trace(figure, key: str):
    return next(found for found in figure.data if found.name == say(key))


def test_a_bar_begins_at_its_start_and_is_as_long_as_its_work():
    late = trace(drawn([bar("late", "PLATE", 2)]), "schedule.state.late")
    assert pd.Timestamp(late.base[0]) == pd.Timestamp("2026-11-25 08:00")
    assert late.x[0] == 3.5 * 3_600_000
    assert late.y[0] == 2  # the third row from the top
    assert list(late.customdata[0][:2]) == ["W-1", 10]


def test_each_state_has_a_colour_and_a_hatching_of_its_own():
    figure = drawn([bar(state) for state in ("on_time", "at_risk", "late", "frozen")])
    states = [trace(figure, f"schedule.state.{state}") for state in ("on_time", "at_risk", "late", "frozen")]
    assert [found.marker.color for found in states] == [
        COLOURS[state] for state in ("on_time", "at_risk", "late", "frozen")
    ]
    assert len({found.marker.pattern.shape for found in states}) == 4


def test_a_thousand_bars_are_a_handful_of_traces():
    """No shape and no trace per bar; drawn in well under a second."""
    rows = [bar("on_time", order_ref=f"PM-{number:05d}") for number in range(1000)]
    started = time.perf_counter()
    figure = drawn(rows)
    assert time.perf_counter() - started < 2
    assert len(figure.data) <= 7
    assert len(figure.layout.shapes) <= 10


def test_while_searching_the_rest_fades_and_the_way_is_drawn():
    rows = [
        bar("on_time", order_ref="A", lit=True),
        bar("on_time", "PLATE", order_ref="A", lit=True, step_no=20, start_time=pd.Timestamp("2026-11-26 08:00")),
        bar("on_time", order_ref="B"),
    ]
    rows[1]["finish_time"] = pd.Timestamp("2026-11-26 09:00")
    figure = drawn(rows, searching=True)
    assert list(trace(figure, "schedule.state.on_time").marker.opacity) == [1.0, 1.0, FADED]
    assert list(trace(figure, "schedule.gantt.way").y)[:4] == [0, 0, 1, 1]


def test_a_bar_that_waits_for_material_has_an_edge():
    figure = drawn([bar("late", waits_for_material=True, material_date=pd.Timestamp(FIRST)), bar("late")])
    edge = trace(figure, "schedule.gantt.material")
    assert [*edge.y] == [-HALF_BAR, HALF_BAR, None]
    assert edge.line.color == COLOURS["material"]
    assert edge.hovertext[0] == "11-25"


def test_station_days_over_capacity_are_shaded_on_all_units():
    """PLATE, in the second and third row, needs 16.2 of 14.4 hours; CUT is just full."""
    band = trace(drawn([bar("late")]), "schedule.gantt.overload")
    assert (list(band.y), list(band.width)) == ([1.5], [2])


def test_by_order_each_order_has_one_colour_and_its_number_and_the_hatching_still_tells_the_state():
    rows = [bar("late"), bar("on_time"), bar("late", order_no="SO-2"), bar("late", order_no="")]
    figure = drawn(rows, by_order=True)
    late, on_time = trace(figure, "schedule.state.late"), trace(figure, "schedule.state.on_time")
    assert list(late.text) == ["SO-1", "SO-2", ""]
    assert late.marker.color[0] == on_time.marker.color[0] != late.marker.color[1]
    assert late.marker.color[2] == COLOURS["unplanned"]
    assert not set(ORDERS) & set(COLOURS.values())
    assert (late.marker.pattern.shape, late.showlegend) == ("x", False)


def test_today_is_named_beside_its_day():
    names = [note.text for note in drawn([bar("late")]).layout.annotations]
    assert [say("schedule.gantt.today") in name for name in names] == [True, *[False] * (len(names) - 1)]


def test_the_browser_need_not_look_for_the_margins():
    """Else it draws the whole chart twice."""
    layout = drawn([bar("late")]).layout
    assert (layout.xaxis.automargin, layout.yaxis.automargin) == (False, False)
    assert layout.margin.l > 40  # "Plating 1" in Chinese letters


def test_nights_and_days_off_are_folded_away():
    """Three nights of 14 hours, and the weekend: from Friday 18:00 to Monday 08:00, 62 hours."""
    folds = {fold.dvalue / 3_600_000: list(fold["values"]) for fold in drawn([bar("late")]).layout.xaxis.rangebreaks}
    assert folds[62.0] == ["2026-11-27 18:00:00"]
    assert folds[14.0][0] == "2026-11-25 18:00:00"
    assert len(folds[14.0]) == 4


def test_a_factory_that_never_rests_has_no_folds():
    around_the_clock = Window(FIRST, dt.date(2026, 11, 27), FIRST, opens=0.0, closes=24.0)
    assert not drawn([bar("late")], window=around_the_clock).layout.xaxis.rangebreaks


def test_frozen_days_are_shaded():
    frozen = Window(FIRST, dt.date(2026, 12, 2), FIRST, 8.0, 18.0, OFF, frozen_until=dt.date(2026, 11, 26))
    assert sum(shape.type == "rect" for shape in drawn([bar("late")], window=frozen).layout.shapes) == 1
    assert not any(shape.type == "rect" for shape in drawn([bar("late")]).layout.shapes)


@pytest.mark.parametrize("figure", ["gantt", "heat", "bars", "days", "record"])
def test_each_title_names_a_unit(figure):
    figures = {
        "gantt": drawn([bar("late")]),
        "heat": load_heat(station_days(), say),
        "bars": load_bars(station_days(), say),
        "days": day_balance(item_days(), say, "kg"),
        "record": mrp_record(record(), say, "kg"),
    }
    assert "(" in figures[figure].layout.title.text


def test_the_heat_map_writes_the_load_into_each_cell_and_leaves_days_off_empty():
    heat = load_heat(station_days(), say).data[0]
    assert [list(row) for row in heat.text] == [["100", ""], ["112", ""]]
    assert list(heat.y) == ["冲压", "电镀"]


def test_a_full_day_is_still_blue_and_more_is_not():
    """The colour turns between 100 and 100.2 per cent."""
    turn = [position for position, colour in SCALE if colour in (FULL, COLOURS["at_risk"])]
    assert 100 / FULL_SCALE <= turn[0] < turn[1] <= 100.2 / FULL_SCALE


def test_load_bars_stand_against_capacity_with_and_without_overtime():
    plating = station_days()[2:]
    figure = load_bars(plating, say)
    assert list(trace(figure, "schedule.load.overtime").y) == [1.8, 0.0]
    assert list(trace(figure, "schedule.load.with_overtime").y) == [pytest.approx(18.0), 0.0]
    without = load_bars(station_days()[:2], say)
    assert say("schedule.load.with_overtime") not in [found.name for found in without.data]


def item_days() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "work_date": pd.date_range("2026-11-25", periods=3),
            "need": [100.0, 0.0, 0.0],
            "stock": [40.0, 0.0, 0.0],
            "inspection": [0.0, 0.0, 0.0],
            "firm": [0.0, 0.0, 200.0],
            "planned": [0.0, 50.0, 0.0],
            "balance": [-60.0, -10.0, 190.0],
        }
    )


def record() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "bucket": pd.to_datetime(["2026-11-23", "2026-11-30"]),
            "gross_requirements": [100.0, 0.0],
            "scheduled_receipts": [0.0, 200.0],
            "planned_receipts": [0.0, 0.0],
            "on_hand": [-60.0, 140.0],
            "planned_releases": [0.0, 0.0],
        }
    )


def test_need_hangs_below_the_line_and_flows_that_never_happen_are_left_out():
    figure = day_balance(item_days(), say, "kg")
    assert trace(figure, "materials.flow.need").y[0] == -100
    assert say("materials.flow.inspection") not in [found.name for found in figure.data]


def test_planned_supply_is_an_outline():
    planned = trace(day_balance(item_days(), say, "kg"), "materials.flow.planned")
    assert planned.marker.color == "rgba(0,0,0,0)"
    assert planned.marker.line.width == 2


def test_days_below_nothing_are_crossed_as_well_as_coloured():
    balance = trace(day_balance(item_days(), say, "kg"), "materials.flow.balance")
    assert list(balance.marker.symbol) == ["x", "x", "circle"]


def test_the_record_shows_the_projected_on_hand():
    figure = mrp_record(record(), say, "kg")
    assert list(trace(figure, "materials.record.on_hand").y) == [-60, 140]
    assert say("materials.record.planned_receipts") not in [found.name for found in figure.data]
