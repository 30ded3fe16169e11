"""What a schedule does, one behaviour at a time."""

from __future__ import annotations

import datetime as dt

import pytest

from planning.model import Settings
from tests.planning.schedule.shops import (
    AS_OF,
    at,
    calendar,
    clock,
    day,
    line_takes,
    lot,
    runs,
    schedule,
    station,
    step,
    takes,
)

EIGHT_A_DAY = [step("A")]


def test_the_next_step_waits_for_the_whole_step_before() -> None:
    plan = schedule([step("A", 10, "S"), step("A", 20, "T")], [lot("L1", "A", 4, due=1)])
    assert runs(plan) == {("L1", 10): ("S/1", "1 08:00", "1 12:00"), ("L1", 20): ("T/1", "1 12:00", "1 16:00")}


def test_drying_goes_on_over_the_weekend() -> None:
    """A step done on Friday at 16:00 with a wait of 20 hours is followed on Monday at 08:00."""
    plan = schedule([step("A", 10, "S", wait_hours=20), step("A", 20, "T")], [lot("L1", "A", 40, due=20)])
    assert runs(plan)["L1", 10] == ("S/1", "1 08:00", "5 16:00")
    assert runs(plan)["L1", 20][1] == "8 08:00"


def test_drying_that_ends_within_hours_holds_the_next_step_up() -> None:
    plan = schedule([step("A", 10, "S", wait_hours=18), step("A", 20, "T")], [lot("L1", "A", 8, due=20)])
    assert runs(plan)["L1", 20][1] == "2 10:00"


def test_the_last_steps_drying_holds_nothing_up() -> None:
    """wait_hours lie between a step and the next; what a lot finishes is there at once."""
    plan = schedule([step("A", wait_hours=200)], [lot("L1", "A", 8, due=1)])
    assert plan.objective == 0


def test_a_step_runs_on_over_night_and_weekend() -> None:
    """Twelve hours from Friday at 08:00: eight on Friday, four on Monday."""
    plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 12, due=20)], [takes("L1", "", available=5)])
    assert [(clock(row.start_time), clock(row.finish_time), row.qty) for row in plan.rows.itertuples()] == [
        ("5 08:00", "5 16:00", 8.0),
        ("8 08:00", "8 12:00", 4.0),
    ]


class TestOverlap:
    """With a transfer quantity the next step starts when the first transfer lot is out."""

    def test_a_step_as_fast_follows_after_the_first_transfer_lot(self) -> None:
        routing = [step("A", 10, "S", transfer_qty=2), step("A", 20, "T")]
        plan = schedule(routing, [lot("L1", "A", 8, due=20)])
        assert runs(plan)["L1", 20] == ("T/1", "1 10:00", "2 10:00")

    def test_a_faster_step_starts_so_that_it_never_runs_out_of_pieces(self) -> None:
        """The last two of eight pieces come at 16:00, when the others have taken an hour and a half."""
        routing = [step("A", 10, "S", transfer_qty=2), step("A", 20, "T", units_per_hour=4)]
        plan = schedule(routing, [lot("L1", "A", 8, due=20)])
        assert runs(plan)["L1", 20] == ("T/1", "1 14:30", "2 08:30")

    def test_drying_applies_to_each_transfer_lot(self) -> None:
        routing = [step("A", 10, "S", transfer_qty=2, wait_hours=1), step("A", 20, "T")]
        plan = schedule(routing, [lot("L1", "A", 8, due=20)])
        assert runs(plan)["L1", 20][1] == "1 11:00"

    def test_the_next_station_works_while_the_first_one_sleeps(self) -> None:
        """T works around the clock: what it starts must not outrun what S has made when it closes at 16:00.

        S hands over pieces 9 and 10 on day 2 at 10:00; T needs two hours for the eight pieces ahead of them.
        """
        routing = [step("A", 10, "S", transfer_qty=2), step("A", 20, "T", units_per_hour=4)]
        plan = schedule(
            routing,
            [lot("L1", "A", 10, due=20)],
            station=[station("S"), station("T", calendar_no="N")],
            calendar=[*calendar("C"), *calendar("N", hours=24.0, start=0, weekend=24.0)],
        )
        assert runs(plan)["L1", 20] == ("T/1", "2 08:00", "2 10:30")

    def test_a_transfer_quantity_of_the_whole_lot_is_no_overlap(self) -> None:
        plan = schedule([step("A", 10, "S", transfer_qty=8), step("A", 20, "T")], [lot("L1", "A", 8, due=20)])
        assert runs(plan)["L1", 20][1] == "2 08:00"


class TestChangeover:
    """The lot before on the unit decides how long a changeover takes."""

    routing = (step("A", setup_hours=1), step("B", setup_hours=1), step("C", setup_hours=1))
    family = ({"item_no": "A", "setup_family": "F"}, {"item_no": "B", "setup_family": "F"})

    def test_the_first_lot_on_a_unit_needs_its_whole_changeover(self) -> None:
        plan = schedule([*self.routing], [lot("L1", "A", 2, due=1)])
        assert runs(plan)["L1", 10] == ("S/1", "1 08:00", "1 11:00")
        assert plan.rows["hours"].sum() == 3.0

    def test_lots_of_one_family_need_none_between_them(self) -> None:
        lots = [lot("L1", "A", 2, due=1), lot("L2", "B", 2, due=2)]
        plan = schedule([*self.routing], lots, item=[*self.family])
        assert runs(plan)["L2", 10] == ("S/1", "1 11:00", "1 13:00")

    def test_lots_of_one_item_need_none_between_them(self) -> None:
        plan = schedule([*self.routing], [lot("L1", "C", 2, due=1), lot("L2", "C", 2, due=2)])
        assert runs(plan)["L2", 10] == ("S/1", "1 11:00", "1 13:00")

    def test_items_without_a_family_are_not_alike(self) -> None:
        plan = schedule([*self.routing], [lot("L1", "A", 2, due=1), lot("L2", "C", 2, due=2)])
        assert runs(plan)["L2", 10] == ("S/1", "1 11:00", "1 14:00")

    def test_a_declared_changeover_counts_before_every_other_rule(self) -> None:
        """From F to F two hours are declared, though one family needs none otherwise."""
        lots = [lot("L1", "A", 2, due=1), lot("L2", "B", 2, due=2)]
        declared = [{"station_no": "S", "from_family": "F", "to_family": "F", "hours": 2.0}]
        plan = schedule([*self.routing], lots, item=[*self.family], changeover=declared)
        assert runs(plan)["L2", 10] == ("S/1", "1 11:00", "1 15:00")

    def test_lots_of_a_family_follow_each_other_where_no_line_suffers(self) -> None:
        """Taken by their days, A C A C would change over four times."""
        lots = [lot("L1", "A", 1, due=5), lot("L2", "C", 1, due=6), lot("L3", "A", 1, due=7), lot("L4", "C", 1, due=8)]
        plan = schedule([*self.routing], lots)
        order = plan.rows.sort_values("start_time")["item_no"].tolist()
        assert order in (["A", "A", "C", "C"], ["C", "C", "A", "A"])
        assert plan.objective == 0


def test_each_unit_of_a_station_takes_a_lot() -> None:
    plan = schedule(
        EIGHT_A_DAY,
        [lot("L1", "A", 8, due=1), lot("L2", "A", 8, due=1), lot("L3", "A", 8, due=2)],
        station=[station("S", parallel_units=2)],
    )
    assert [runs(plan)[ref, 10] for ref in ("L1", "L2", "L3")] == [
        ("S/1", "1 08:00", "1 16:00"),
        ("S/2", "1 08:00", "1 16:00"),
        ("S/1", "2 08:00", "2 16:00"),
    ]


class TestAlternatives:
    """A step goes to the station that is likely to be done with it first."""

    def test_the_preferred_of_two_free_stations_is_taken(self) -> None:
        plan = schedule([step("A", 10, "T", alt_rank=1), step("A", 10, "S", alt_rank=2)], [lot("L1", "A", 4, due=1)])
        assert runs(plan)["L1", 10][0] == "T/1"

    def test_the_faster_of_two_free_stations_is_taken(self) -> None:
        routing = [step("A", 10, "S", alt_rank=1), step("A", 10, "T", units_per_hour=2, alt_rank=2)]
        plan = schedule(routing, [lot("L1", "A", 4, due=1)])
        assert runs(plan)["L1", 10] == ("T/1", "1 08:00", "1 10:00")

    def test_the_other_is_taken_while_the_preferred_one_is_busy(self) -> None:
        routing = [step("A", 10, "S", alt_rank=1), step("A", 10, "T", alt_rank=2)]
        plan = schedule(routing, [lot("L1", "A", 8, due=1), lot("L2", "A", 8, due=1)])
        assert {runs(plan)[ref, 10][0] for ref in ("L1", "L2")} == {"S/1", "T/1"}
        assert plan.objective == 0

    def test_a_slow_station_is_not_taken_where_waiting_is_quicker(self) -> None:
        """S is free again at 12:00 and takes four hours, T would take forty."""
        routing = [step("A", 10, "S", alt_rank=1), step("A", 10, "T", units_per_hour=0.1, alt_rank=2)]
        plan = schedule(routing, [lot("L1", "A", 4, due=1), lot("L2", "A", 4, due=1)])
        assert {runs(plan)[ref, 10][0] for ref in ("L1", "L2")} == {"S/1"}

    def test_ways_that_differ_in_drying_and_transfer_are_taken_at_their_most_careful(self) -> None:
        """Whichever station does the first step, the second waits for the whole lot and three hours more."""
        ways = [step("A", 10, "S", alt_rank=1, transfer_qty=1), step("A", 10, "T", alt_rank=2, wait_hours=3)]
        plan = schedule([*ways, step("A", 20, "U")], [lot("L1", "A", 2, due=1)])
        assert runs(plan)["L1", 20][1] == "1 13:00"


class TestOvertime:
    """Overtime is worked where it makes a line less late, and nowhere else."""

    stations = (station("S", overtime_hours=2.0),)

    def test_it_is_worked_where_a_line_would_be_late_without(self) -> None:
        plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 10, due=1)], station=[*self.stations])
        assert plan.objective == 0
        assert plan.overtime_hours == 2.0
        assert plan.rows[["hours", "overtime_hours"]].to_numpy().tolist() == [[10.0, 2.0]]

    def test_it_is_not_worked_where_there_is_time(self) -> None:
        plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 10, due=2)], station=[*self.stations])
        assert (plan.objective, plan.overtime_hours) == (0, 0)
        assert runs(plan)["L1", 10] == ("S/1", "1 08:00", "2 10:00")

    def test_it_is_not_worked_where_it_is_not_allowed(self) -> None:
        plan = schedule(
            EIGHT_A_DAY,
            [lot("L1", "A", 10, due=1, weight=4)],
            station=[*self.stations],
            settings=Settings(horizon_days=60, overtime=False),
        )
        assert (plan.objective, plan.overtime_hours) == (4, 0)

    def test_it_counts_in_standard_hours(self) -> None:
        """At half the efficiency two clock hours of overtime are one standard hour."""
        stations = [station("S", overtime_hours=2.0, efficiency=0.5)]
        plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 5, due=1)], station=stations)
        assert (plan.objective, plan.overtime_hours) == (0, 1.0)


class TestMaterial:
    """A step starts when everything that it uses is there, on a day's first minute or when a lot is finished."""

    def test_a_step_waits_for_the_day_of_its_purchase(self) -> None:
        plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 4, due=1)], [takes("L1", "PB", available=3)])
        assert runs(plan)["L1", 10][1] == "3 08:00"

    def test_only_the_step_that_uses_it_waits(self) -> None:
        routing = [step("A", 10, "S"), step("A", 20, "T")]
        plan = schedule(routing, [lot("L1", "A", 4, due=1)], [takes("L1", "PB", available=3, step_no=20)])
        assert [run[1] for run in runs(plan).values()] == ["1 08:00", "3 08:00"]

    def test_the_night_shift_of_the_day_before_does_not_use_it(self) -> None:
        """A shift from 22:00 on day 2 is day 2's work, also at 01:00 of day 3."""
        plan = schedule(
            EIGHT_A_DAY,
            [lot("L1", "A", 4, due=9)],
            [takes("L1", "PB", available=3)],
            calendar=calendar("C", start=22 * 60),
        )
        assert runs(plan)["L1", 10][1] == "3 22:00"
        assert plan.rows["work_date"].tolist() == [day(3)]

    def test_a_lot_waits_for_the_lot_it_takes_from(self) -> None:
        routing = [step("A", 10, "S"), step("SUB", 10, "T")]
        plan = schedule(routing, [lot("L1", "A", 2, due=1), lot("L2", "SUB", 3)], [takes("L1", "L2")])
        assert runs(plan) == {("L1", 10): ("S/1", "1 11:00", "1 13:00"), ("L2", 10): ("T/1", "1 08:00", "1 11:00")}

    def test_an_assembly_waits_for_the_last_of_its_parts(self) -> None:
        routing = [step("A", 10, "S"), step("X", 10, "T"), step("Y", 10, "U")]
        lots = [lot("L1", "A", 2, due=1), lot("L2", "X", 3), lot("L3", "Y", 5)]
        plan = schedule(routing, lots, [takes("L1", "L2"), takes("L1", "L3")])
        assert runs(plan)["L1", 10][1] == "1 13:00"

    def test_a_sub_assembly_inherits_the_urgency_of_its_order(self) -> None:
        """Both parts are made on S; the one whose order is due first goes first, whatever its number."""
        routing = [step("A", 10, "T"), step("B", 10, "T"), step("X"), step("Y")]
        lots = [lot("L1", "A", 1, due=9), lot("L2", "B", 1, due=2), lot("L3", "X", 8), lot("L4", "Y", 8)]
        plan = schedule(routing, lots, [takes("L1", "L3"), takes("L2", "L4")])
        assert runs(plan)["L4", 10][1] == "1 08:00"
        assert plan.objective == 0


class TestLotsWithoutRouting:
    """A lot without routing takes its item's lead time in working days."""

    items = ({"item_no": "A", "lead_time_days": 2.0},)

    def test_it_is_there_after_its_working_days(self) -> None:
        """Two working days from Friday on end on Tuesday."""
        plan = schedule([], [lot("L1", "A", 4, due=1)], [takes("L1", "PB", available=5)], item=[*self.items])
        assert plan.rows.empty
        assert clock(plan.lots["finish_time"][0]) == "9 00:00"

    def test_it_begins_on_a_working_day(self) -> None:
        plan = schedule([], [lot("L1", "A", 4, due=1)], [takes("L1", "PB", available=6)], item=[*self.items])
        assert [clock(plan.lots[name][0]) for name in ("start_time", "finish_date")] == ["8 00:00", "10 00:00"]

    def test_a_lot_of_nothing_is_there_on_the_first_plan_day(self) -> None:
        plan = schedule([step("A")], [lot("L1", "A", 0)])
        assert plan.rows.empty
        assert plan.lots["finish_date"].tolist() == [day(1)]


class TestHorizon:
    """What is not finished inside the horizon has no rows and counts as delivered the day after it."""

    def test_a_lot_that_is_too_long_is_left_out(self) -> None:
        lots = [lot("L1", "A", 100, due=1, weight=2), lot("L2", "A", 8, due=1)]
        plan = schedule(EIGHT_A_DAY, lots, settings=Settings(horizon_days=4))
        assert plan.rows["order_ref"].unique().tolist() == ["L2"]
        assert plan.lots.set_index("order_ref")["finish_time"].isna().to_dict() == {"L1": True, "L2": False}
        assert plan.objective == 2 * 4

    def test_a_lot_whose_material_never_comes_is_left_out(self) -> None:
        plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 1, due=60)], [takes("L1", "PB", available=61)])
        assert plan.rows.empty
        assert plan.objective == 3

    def test_its_consumers_are_left_out_too(self) -> None:
        routing = [step("A", 10, "S"), step("SUB", 10, "T")]
        lots = [lot("L1", "A", 1, due=1), lot("L2", "SUB", 1000)]
        assert schedule(routing, lots, [takes("L1", "L2")]).lots["finish_time"].isna().all()

    def test_a_lot_that_is_left_out_changes_nothing_over(self) -> None:
        """A would be first on S and leave it set up for B, but cannot be finished at T; so B changes over itself."""
        routing = [step("A", 10, "S", setup_hours=1), step("A", 20, "T", units_per_hour=0.001)]
        plan = schedule(
            [*routing, step("B", 10, "S", setup_hours=1)],
            [lot("L1", "A", 2, due=1, weight=5), lot("L2", "B", 2, due=9)],
            item=[{"item_no": "A", "setup_family": "F"}, {"item_no": "B", "setup_family": "F"}],
        )
        assert runs(plan) == {("L2", 10): ("S/1", "1 08:00", "1 11:00")}

    def test_a_station_without_hours_finishes_nothing(self) -> None:
        plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 1, due=1)], calendar=calendar("C", hours=0.0))
        assert plan.rows.empty
        assert plan.objective == 3 * 60

    def test_the_other_station_takes_what_one_without_hours_cannot(self) -> None:
        plan = schedule(
            [step("A", 10, "S", alt_rank=1), step("A", 10, "T", alt_rank=2)],
            [lot("L1", "A", 1, due=1)],
            station=[station("S", calendar_no="N"), station("T")],
            calendar=[*calendar("C"), *calendar("N", hours=0.0)],
        )
        assert runs(plan)["L1", 10][0] == "T/1"


def test_a_step_gives_each_days_pieces_in_proportion_to_its_minutes() -> None:
    """Twenty pieces at 0.7 an hour take 28.57 hours; the days' pieces add up to twenty exactly."""
    plan = schedule([step("A", units_per_hour=0.7)], [lot("L1", "A", 20, due=20)])
    assert plan.rows["qty"].tolist() == pytest.approx([5.6, 5.6, 5.6, 3.2], abs=0.01)
    assert round(plan.rows["qty"].sum(), 9) == 20.0


def test_a_changeover_gives_no_pieces() -> None:
    """Ten hours of changeover fill the first day and two hours of the second."""
    plan = schedule([step("A", setup_hours=10)], [lot("L1", "A", 6, due=20)])
    assert plan.rows["qty"].tolist() == [0.0, 6.0]
    assert plan.rows["hours"].tolist() == [8.0, 8.0]


def test_standard_hours_take_longer_at_low_efficiency() -> None:
    plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 8, due=20)], station=[station("S", efficiency=0.5)])
    assert runs(plan)["L1", 10] == ("S/1", "1 08:00", "2 16:00")
    assert plan.rows["hours"].tolist() == [4.0, 4.0]


def test_a_step_starts_what_it_and_the_later_ones_lose() -> None:
    """For nine good pieces at 0.9 ten go into the last step, twenty at 0.5 into the first, plus the item's scrap."""
    plan = schedule(
        [step("A", 10, "S", yield_rate=0.5), step("A", 20, "T", yield_rate=0.9)],
        [lot("L1", "A", 9, due=20)],
        item=[{"item_no": "A", "scrap_rate": 0.1}],
    )
    by_step = plan.rows.groupby("step_no")[["qty", "hours"]].sum().round(6)
    assert by_step.to_numpy().tolist() == [[10.0, 22.0], [9.0, 10.0]]


def test_of_two_late_orders_the_heavier_is_made_first() -> None:
    plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 8, due=-2, weight=1), lot("L2", "A", 8, due=-2, weight=5)])
    assert runs(plan)["L2", 10][1] == "1 08:00"
    assert plan.objective == 5 * 3 + 1 * 4


def test_a_short_order_passes_a_long_one_that_is_late_anyway() -> None:
    """Weighted shortest time first: four small orders before the one that takes a week."""
    lots = [lot("L1", "A", 40, due=1), *[lot(f"L{k}", "A", 2, due=1) for k in range(2, 6)]]
    assert runs(schedule(EIGHT_A_DAY, lots))["L1", 10][1] == "2 08:00"


def test_an_order_that_is_not_due_leaves_the_station_to_one_that_is() -> None:
    lots = [lot("L1", "A", 1, due=30), lot("L2", "A", 16, due=2)]
    assert runs(schedule(EIGHT_A_DAY, lots))["L2", 10] == ("S/1", "1 08:00", "2 16:00")


def test_a_line_is_late_by_its_last_delivery() -> None:
    """Its lot is finished on day 1, something bought for it comes on day 6; it was due on day 2."""
    plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 8, due=2, weight=2)], [line_takes("L1", "PO/1", available=6)])
    assert plan.objective == 2 * 4


def test_two_lots_of_one_line_are_late_once() -> None:
    """The line waits for the later of its two lots; that the earlier one is late as well costs nothing more."""
    lots = [lot("L1", "A", 8, due=0, weight=2), lot("L2", "A", 8)]
    assert schedule(EIGHT_A_DAY, lots, [line_takes("L1", "L2")]).objective == 2 * 2


def test_a_finished_lot_belongs_to_its_last_day() -> None:
    """A lot done at 03:00 of day 2 in the night shift of day 1 is finished on day 1."""
    plan = schedule(EIGHT_A_DAY, [lot("L1", "A", 5, due=1)], calendar=calendar("C", start=22 * 60))
    assert plan.lots["finish_time"].tolist() == [at(2, "03:00")]
    assert plan.lots["finish_date"].tolist() == [day(1)]
    assert plan.objective == 0


def test_days_off_of_one_station_do_not_stop_the_other() -> None:
    holiday = [{"calendar_no": "H", "work_date": AS_OF + dt.timedelta(days=1), "hours": 0.0}]
    plan = schedule(
        [step("A", 10, "S"), step("B", 10, "T")],
        [lot("L1", "A", 4, due=1), lot("L2", "B", 4, due=1)],
        station=[station("S", calendar_no="H"), station("T")],
        calendar=[*calendar("C"), *calendar("H")],
        calendar_day=holiday,
    )
    assert [run[1] for run in runs(plan).values()] == ["2 08:00", "1 08:00"]
