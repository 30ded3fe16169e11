"""By when steps have to be done."""

from __future__ import annotations

import numpy as np
import pytest

from planning.model import Settings
from planning.schedule.build import make_problem
from planning.schedule.dues import Dues, batches, dues, earliest_ends, least_days
from planning.schedule.problem import Problem
from planning.schedule.sweep import Trial
from planning.schedule.timeline import DAY
from tests.planning.schedule.shops import Rows, calendar, factory, lot, materials, station, step, takes
from tests.planning.schedule.small_shops import FEATURES, small_shop


def of(routing: Rows, lots: Rows, ledger: Rows = (), look_ahead: float = 1.0) -> tuple[Problem, Dues]:  # type: ignore[assignment]
    """The problem and its dues."""
    problem = make_problem(factory(routing, lots), materials(lots, ledger))
    order = batches(problem)
    return problem, dues(problem, order, earliest_ends(problem, order), look_ahead)


def clocks(found: Dues) -> list[str]:
    """Latest ends as "day hh:mm"."""
    return [f"{end // DAY + 1} {end % DAY // 60:02d}:{end % 60:02d}" for end in found.latest_end.tolist()]


CHAIN = [step("A", 10, "S"), step("A", 20, "T", wait_hours=2), step("A", 30, "U")]


def test_a_step_is_due_when_the_next_one_must_start() -> None:
    """Four hours a step, due on Tuesday of the second week, two hours of drying before the last step."""
    _, found = of(CHAIN, [lot("L1", "A", 4, due=9)])
    assert clocks(found) == ["8 14:00", "9 10:00", "10 00:00"]


def test_looking_ahead_leaves_time_to_queue() -> None:
    """At twice the working time the last step starts at 08:00, the middle one is due two hours before."""
    _, found = of(CHAIN, [lot("L1", "A", 4, due=9)], look_ahead=2.0)
    assert clocks(found)[1:] == ["9 06:00", "10 00:00"]


def test_days_off_lie_outside_the_time_that_is_left() -> None:
    """Twelve hours before Monday's evening begin on Friday at 12:00."""
    _, found = of([step("A", 10, "S"), step("A", 20, "T")], [lot("L1", "A", 12, due=8)])
    assert clocks(found)[0] == "5 12:00"


def test_a_line_that_cannot_be_met_is_due_when_it_first_can_be() -> None:
    _, found = of([step("A")], [lot("L1", "A", 20, due=-5)])
    assert clocks(found) == ["4 00:00"]


def test_a_sub_assembly_is_due_when_its_consumer_must_start() -> None:
    routing = [step("A", 10, "S"), step("SUB", 10, "T")]
    problem, found = of(routing, [lot("L1", "A", 4, due=9, weight=5), lot("L2", "SUB", 1)], [takes("L1", "L2")])
    assert problem.lots.level.tolist() == [1, 0]
    assert clocks(found)[1] == "9 12:00"
    assert found.weight.tolist() == [5.0, 5.0]


def test_a_part_for_two_orders_is_due_with_the_first_and_weighs_more() -> None:
    """The order that is wanted five days later adds 1/e of its weight."""
    routing = [step("A", 10, "S"), step("SUB", 10, "T")]
    lots = [lot("L1", "A", 8, due=3, weight=2), lot("L2", "A", 8, due=10, weight=4), lot("L3", "SUB", 1)]
    _, found = of(routing, lots, [takes("L1", "L3"), takes("L2", "L3")])
    assert clocks(found)[2] == "3 08:00"
    assert 2 + 4 * 0.2 < found.weight[2] < 2 + 4 * 0.4


def test_a_lot_that_nobody_waits_for_is_due_when_materials_want_it() -> None:
    """It serves safety stock and weighs next to nothing."""
    _, found = of([step("A")], [lot("L1", "A", 8)])
    assert clocks(found) == ["31 00:00"]
    assert 0 < found.weight[0] < 0.1


def test_lots_know_how_early_they_could_be_done() -> None:
    """Overlapping steps of eight hours, handed on by two pieces: the second may begin at 10:00."""
    routing = [step("A", 10, "S", transfer_qty=2), step("A", 20, "T")]
    lots = [lot("L1", "A", 8, due=1)]
    problem = make_problem(factory(routing, lots), materials(lots))
    assert earliest_ends(problem, batches(problem)).tolist() == [DAY + 10 * 60]


NIGHT = ("chain", "waits", "calendars", "frozen", "release")


@pytest.mark.parametrize("features", [*((name,) for name in FEATURES if name != "beyond"), NIGHT, FEATURES])
def test_no_plan_has_a_lot_done_before_the_least_day(features: tuple[str, ...]) -> None:
    reached = 0
    for seed in range(30):
        plan_input, plan = small_shop(seed, features)
        trial = Trial(make_problem(plan_input, plan))
        least = least_days(trial.problem, batches(trial.problem))
        for setting in trial.settings()[::5]:
            days = np.array(trial.run(setting).placement.lot_day)
            assert (days >= least).all()
            reached += int((days == least).sum())
    assert reached > 30  # it says something


def test_work_past_midnight_counts_for_the_day_its_shift_began() -> None:
    """Five hours of a shift from 22:00 on end at 03:00 of the day after."""
    night = {"station": [station("S", calendar_no="N")], "calendar": calendar("N", 5.5, 1320, weekend=5.5)}
    lots = [lot("L1", "A", 5, due=1)]
    problem = make_problem(factory([step("A")], lots, **night), materials(lots))
    order = batches(problem)
    assert earliest_ends(problem, order).tolist() == [DAY + 3 * 60]
    assert least_days(problem, order).tolist() == [0]


def test_the_least_day_takes_the_faster_way_and_overtime() -> None:
    """Twenty hours take three days; at the other station, twice as fast, two, and one with three hours more."""
    routing = [step("A", 10, "S"), step("A", 10, "T", 2.0, alt_rank=2)]
    lots, more = [lot("L1", "A", 20, due=1)], {"station": [station("S"), station("T", overtime_hours=3)]}
    least = [
        least_days(problem, batches(problem)).tolist()
        for overtime in (False, True)
        for problem in [make_problem(factory(routing, lots, Settings(overtime=overtime), **more), materials(lots))]
    ]
    assert least == [[1], [0]]
