"""What the pages on the schedule ask of a plan, against a factory small enough to check by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.store import Store
from tests.pages.planned_factory import AS_OF, FIRST_DAY, at, day, fill, plan


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, object]]]:
    """The store with its plan, and the parameters that every question of it takes."""
    with Store.open(Path(tmp_path_factory.mktemp("store")) / "paichan.duckdb") as store:
        fill(store)
        run_no = plan(store, frozen_days=3)
        yield (
            store,
            {
                "run_no": run_no,
                "as_of": AS_OF,
                "first_day": FIRST_DAY,
                "from_date": FIRST_DAY,
                "to_date": day(14),
                "search": "",
                "stations": [],
                "frozen_until": None,
            },
        )


def ask(asked: tuple[Store, dict[str, object]], name: str, **more: object) -> pd.DataFrame:
    store, parameters = asked
    return store.query(name, **{**parameters, **more})


def test_the_plan_knows_its_first_day_and_its_last_frozen_one(asked):
    """Three working days from Wednesday 11-25 end on Friday 11-27."""
    row = ask(asked, "schedule/plan").iloc[0]
    assert row["first_day"] == pd.Timestamp(FIRST_DAY)
    assert row["frozen_until"] == pd.Timestamp(day(3))
    assert pd.isna(row["bound"])


def test_hours_available_are_calendar_hours_times_units_times_efficiency(asked):
    days = ask(asked, "schedule/station_days").set_index(["station_no", "work_date"])
    plating = days.loc[("PLATE", pd.Timestamp(day(8)))]
    assert plating["available_hours"] == pytest.approx(8 * 2 * 0.9)
    assert plating["overtime_available_hours"] == pytest.approx(2 * 2 * 0.9)
    assert plating["load_rate"] == pytest.approx(16.2 / 14.4)
    assert (plating["regular_hours"], plating["overtime_hours"]) == (pytest.approx(14.4), pytest.approx(1.8))


def test_an_exception_replaces_the_hours_of_its_weekday(asked):
    days = ask(asked, "schedule/station_days").set_index(["station_no", "work_date"])
    assert days.loc[("CUT", pd.Timestamp(day(7))), "available_hours"] == 4


def test_a_day_off_has_no_hours_no_overtime_and_no_rate(asked):
    saturday = (
        ask(asked, "schedule/station_days").set_index(["station_no", "work_date"]).loc[("PLATE", pd.Timestamp(day(4)))]
    )
    assert (saturday["available_hours"], saturday["overtime_available_hours"]) == (0, 0)
    assert pd.isna(saturday["load_rate"])


def test_the_bottleneck_stands_first(asked):
    rows = ask(asked, "schedule/bottleneck")
    assert rows["station_no"].tolist() == ["CUT", "PLATE"]
    assert rows["load_rate"].tolist() == [pytest.approx(18 / 76), pytest.approx(22.6 / 136.8)]
    assert rows.set_index("station_no").loc["PLATE", "days_over"] == 1


def test_a_bar_has_the_state_of_the_latest_order_it_serves(asked):
    bars = ask(asked, "schedule/bars").drop_duplicates("order_ref").set_index("order_ref")
    assert bars["state"].to_dict() == {"PM-00001": "at_risk", "PM-00002": "on_time", "W-1": "late"}


def test_at_risk_is_a_finish_on_the_target_date_or_the_day_before(asked):
    """SO-2 is planned for 12-02 and wanted on 12-03; SO-3 has 18 days to spare."""
    states = ask(asked, "schedule/line_states").set_index("sales_order_no")["state"]
    assert states.to_dict() == {"SO-1": "late", "SO-2": "at_risk", "SO-3": "on_time"}


def test_work_of_firm_orders_inside_the_frozen_days_is_frozen(asked):
    bars = ask(asked, "schedule/bars", frozen_until=day(6))
    frozen = bars[bars["state"] == "frozen"]
    assert set(zip(frozen["order_ref"], frozen["work_date"], strict=True)) == {("W-1", pd.Timestamp(day(6)))}


def test_a_part_that_comes_only_on_the_day_marks_the_step_that_uses_it(asked):
    bars = ask(asked, "schedule/bars")
    waiting = bars[bars["waits_for_material"]]
    assert set(zip(waiting["order_ref"], waiting["step_no"], strict=True)) == {("W-1", 10), ("PM-00001", 20)}


@pytest.mark.parametrize("search", ["SO-1", "SO-1/1", "W-1"])
def test_a_searched_order_lights_up_its_lots(asked, search):
    bars = ask(asked, "schedule/bars", search=search)
    assert set(bars.loc[bars["lit"], "order_ref"]) == {"W-1"}


def test_bars_and_units_can_be_cut_to_stations(asked):
    assert set(ask(asked, "schedule/bars", stations=["CUT"])["station_no"]) == {"CUT"}
    units = ask(asked, "schedule/units", stations=["PLATE"])
    assert units["unit_no"].tolist() == [1, 2]
    assert len(ask(asked, "schedule/units")) == 3


def test_the_working_window_spans_all_stations_with_overtime(asked):
    window = ask(asked, "schedule/working_window").iloc[0]
    assert (window["opens"], window["closes"]) == (8, 18)
    assert [pd.Timestamp(when).date() for when in window["days_off"]] == [day(4), day(5), day(11), day(12)]


def test_dispatch_gives_whole_pieces_that_add_up_to_the_lot(asked):
    """66.6 of 100 are good at the end of the first day: 66 that day, 34 the next."""
    first = ask(asked, "schedule/dispatch", station_no="PLATE", work_date=day(8))
    second = ask(asked, "schedule/dispatch", station_no="PLATE", work_date=day(9))
    assert first.set_index("order_ref")["qty"].to_dict() == {"W-1": 66, "PM-00001": 50}
    assert second["qty"].tolist() == [34]
    assert first["team"].unique().tolist() == ["B组"]


def test_dispatch_is_in_sequence_on_each_unit(asked):
    rows = ask(asked, "schedule/dispatch", station_no="PLATE", work_date=day(8))
    assert rows[["unit_no", "sequence"]].to_numpy().tolist() == [[1, 1], [2, 1]]


def test_a_lot_knows_its_steps_and_its_neighbours(asked):
    steps = ask(asked, "schedule/lot_steps", order_ref="W-1")
    assert steps["step_no"].tolist() == [10, 20]
    assert steps["hours"].tolist() == [pytest.approx(10.0), pytest.approx(12.4)]
    assert steps["waited_hours"].iloc[1] == pytest.approx(22.0)
    around = ask(asked, "schedule/lot_neighbours", order_ref="W-1", step_no=10)
    assert around[["place", "order_ref"]].to_numpy().tolist() == [["before", "PM-00002"], ["this", "W-1"]]
    assert ask(asked, "schedule/lot", order_ref="W-1").iloc[0]["serves"] == "SO-1/1"


@pytest.mark.parametrize(
    ("order_ref", "step_no", "held_by", "by", "idle_hours"),
    [
        ("W-1", 10, "material", ("RAW", "PO-1/1"), 0),  # comes on the day it starts
        ("PM-00001", 20, "material", ("LABEL", "PB-00001"), 0),  # so does its label
        ("PM-00001", 10, "first_day", ("", ""), 0),
        ("W-1", 20, "room", ("10", ""), 2),  # step 10 is done at 10:00 of a day of four hours
        ("PM-00002", 20, "room", ("10", ""), 5),
    ],
)
def test_a_step_is_held_by_what_lets_go_last(asked, order_ref, step_no, held_by, by, idle_hours):
    row = ask(asked, "schedule/lot_reason", order_ref=order_ref, step_no=step_no).iloc[0]
    assert row["held_by"] == held_by
    assert (row["by_what"], row["by_ref"]) == by
    assert row["idle_hours"] == pytest.approx(idle_hours)


def test_a_step_waits_for_its_unit_and_for_the_step_before(tmp_path):
    """PM-00002 follows PM-00001 at once on CUT, and is plated first thing the next morning."""
    with Store.open(tmp_path / "paichan.duckdb") as store:
        fill(store)
        known = {"run_no": plan(store), "first_day": FIRST_DAY, "frozen_until": None, "order_ref": "PM-00002"}
        with store.write("test", "move PM-00002 forward") as writer:
            for step_no, number, start, finish in ((10, 1, "13:00", "16:00"), (20, 2, "08:00", "11:20")):
                writer.execute(
                    "UPDATE plan_schedule SET work_date = ?, start_time = ?, finish_time = ? "
                    "WHERE order_ref = 'PM-00002' AND step_no = ?",
                    [day(number), at(number, start), at(number, finish), step_no],
                )
        unit = store.query("schedule/lot_reason", **known, step_no=10).iloc[0]
        step = store.query("schedule/lot_reason", **known, step_no=20).iloc[0]
    assert (unit["held_by"], unit["by_ref"], unit["until"]) == ("unit", "PM-00001", pd.Timestamp(at(1, "13:00")))
    assert (step["held_by"], step["by_what"], step["until"]) == ("step", "10", pd.Timestamp(at(1, "16:00")))


def test_a_firm_order_in_the_frozen_days_stands_where_it_stood(asked):
    row = ask(asked, "schedule/lot_reason", order_ref="W-1", step_no=10, frozen_until=day(6)).iloc[0]
    assert row["held_by"] == "frozen"


def test_units_are_dealt_into_parts_that_a_chart_has_room_for(asked):
    """CUT 1 carries 4 stretches of work, PLATE 1 three, PLATE 2 one."""
    for most_bars, parts in ((100, [0, 0, 0]), (4, [0, 1, 1]), (3, [0, 1, 2])):
        units = ask(asked, "schedule/unit_parts", most_bars=most_bars)
        assert units["part"].tolist() == parts
    drawn = ask(asked, "schedule/drawn_units", most_bars=4, part=1)
    assert drawn[["station_no", "unit_no", "is_first"]].to_numpy().tolist() == [["PLATE", 1, True], ["PLATE", 2, False]]
    bars = ask(asked, "schedule/drawn_bars", most_bars=4, part=1)
    assert set(bars["station_no"]) == {"PLATE"}
    assert len(bars) == 4


def test_a_searched_lot_shows_the_units_on_its_way_where_not_all_fit(asked):
    units = ask(asked, "schedule/unit_parts", most_bars=4, search="SO-2")
    assert units[["station_no", "unit_no"]].to_numpy().tolist() == [["CUT", 1], ["PLATE", 2]]
    span = ask(asked, "schedule/way_span", search="SO-2").iloc[0]
    assert (span["first_day"].date(), span["last_day"].date()) == (day(1), day(8))


def test_a_store_without_a_plan_has_no_row(tmp_path):
    with Store.open(tmp_path / "empty.duckdb") as store:
        assert store.query("schedule/plan").empty
