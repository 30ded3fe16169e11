"""Lots put in anew overlap their steps where these hand over transfer lots, as the dispatch and the checker have it."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

from planning.model import MaterialPlan, PlanInput, Schedule
from planning.mrp import plan_materials
from planning.plan import assemble
from planning.schedule.board import Board, movable_lots
from planning.schedule.build import make_problem
from planning.schedule.dispatch import dispatch
from planning.schedule.dues import batches, dues, earliest_ends
from planning.schedule.floor import Floor
from planning.schedule.improve import pull, ruin_and_recreate
from planning.schedule.overlap import latest_processing, next_start, wanted
from planning.schedule.problem import Placement, Problem
from planning.schedule.rows import lot_rows, overtime_hours, schedule_rows
from planning.schedule.rule import earliest_due
from planning.schedule.timeline import DAY, NEVER
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop, swept
from tests.planning.schedule.shops import Rows, factory, lot, materials, step
from tests.planning.schedule.small_shops import small_shop

FEATURES = (
    ("transfer",),
    ("transfer", "chain", "parallel"),
    ("transfer", "chain", "waits", "calendars"),
    ("transfer", "chain", "alternatives", "overtime"),
    ("transfer", "chain", "changeovers"),
    ("transfer", "chain", "frozen"),
)
HALF_PAST_THREE, FOUR = 15 * 60 + 30, 16 * 60  # of day 0, the first plan day


def improved(problem: Problem, placement: Placement, iterations: int) -> Placement:
    return ruin_and_recreate(
        Floor(problem), placement, time.perf_counter() + 60, lambda _: None, lambda: False, iterations
    )


def check(plan_input: PlanInput, plan: MaterialPlan, problem: Problem, placement: Placement) -> None:
    schedule = Schedule(
        schedule_rows(problem, placement),
        lot_rows(problem, placement),
        problem.objective(np.array(placement.lot_day)),
        overtime_hours(problem, placement),
    )
    assert verify(plan_input, assemble(plan_input, plan, schedule)) == []


def board_of(routing: Rows, lots: Rows) -> Board:
    """A board on which nothing stands yet."""
    problem = make_problem(factory(routing, lots), materials(lots))
    board = Board(Floor(problem), swept(problem, 0.0).placement)
    for number in range(len(lots)):
        board.take(number)
    return board


@pytest.mark.parametrize("features", FEATURES, ids="-".join)
@pytest.mark.parametrize("seed", range(6))
def test_changed_plans_with_transfer_lots_are_no_later_and_sound(seed, features):
    plan_input, plan = small_shop(seed, features, lots=8)
    problem = make_problem(plan_input, plan)
    begun = swept(problem, 0.05).placement
    better = improved(problem, begun, 150)
    pulled = pull(Floor(problem), better)
    values = [problem.objective(np.array(plan.lot_day)) for plan in (begun, better, pulled)]
    assert values[0] >= values[1] - 1e-9
    assert values[1] >= values[2] - 1e-9
    for placement in (better, pulled):
        check(plan_input, plan, problem, placement)


@pytest.mark.parametrize("late", [False, True], ids=["early", "late"])
@pytest.mark.parametrize("features", FEATURES, ids="-".join)
def test_plans_of_which_every_lot_was_put_in_anew_overlap_and_are_sound(features, late):
    overlaps = 0
    for seed in range(4):
        plan_input, plan = small_shop(seed, features)
        problem = make_problem(plan_input, plan)
        floor = Floor(problem)
        board = Board(floor, swept(problem, 0.0).placement)
        movable = movable_lots(problem)
        for number in np.argsort(np.array(board.lot_end) * (-1 if late else 1), kind="stable").tolist():
            if not movable[number] or board.lot_day[number] >= problem.horizon:
                continue
            remembered = board.memory([number])
            board.take(number)
            put = board.put_late(number, board.lot_end[number] + DAY) if late else board.put_early(number)
            if not put or not board.keeps_changeovers():
                board.take(number)
                board.recall(remembered)
                board.keeps_changeovers()
                continue
            steps = board.lot_steps(number)
            overlaps += sum(board.start[after] < board.end[k] for k, after in pairwise(steps))
        check(plan_input, plan, problem, board.placement())
    assert overlaps > 0


@pytest.mark.parametrize("seed", range(40))
def test_a_step_starts_as_late_as_the_next_does_not_run_out_of_pieces(seed):
    """The latest start from the next step's side against every working minute tried from the step's own side."""
    problem = make_problem(plan_input := random_shop(seed), plan_materials(plan_input))
    floor, draw = Floor(problem), np.random.default_rng(seed)
    ways = [way for way, k in enumerate(floor.step) if floor.overlaps[k]]
    for way in draw.choice(ways, 6).tolist() if ways else []:
        following = floor.next[floor.step[way]]
        other = int(draw.integers(floor.first_way[following], floor.first_way[following + 1]))
        line, next_line = (problem.stations.lines[floor.station[one]] for one in (way, other))
        overtime, next_overtime = bool(draw.random() < 0.5), bool(draw.random() < 0.5)
        at = next_line.begin(int(draw.integers(15 * DAY, 30 * DAY)), next_overtime)
        if next_line.finish(at, floor.process[other], next_overtime) == NEVER:
            continue
        minutes = wanted(floor, other, at, next_overtime)
        begins = latest_processing(floor, way, minutes, overtime)
        if not 0 <= begins < line.worked(NEVER, overtime):
            continue
        start = line.begin(line.reached(begins, overtime), overtime)
        assert next_start(floor, way, start, 0, overtime, other, next_overtime) <= at
        later = line.begin(start + 1, overtime)
        assert next_start(floor, way, later, 0, overtime, other, next_overtime) > at


def test_an_order_is_on_time_only_where_its_steps_overlap():
    """Twelve hours at S, then twelve at T, within two days of eight hours: with L2 behind it, by two pieces at a time.

    The plan that it starts from does L2 first.
    """
    routing = [step("A", 10, "S", transfer_qty=2), step("A", 20, "T"), step("B", 10, "S")]
    lots = [lot("L1", "A", 12, due=2), lot("L2", "B", 8, due=20)]
    plan_input, plan = factory(routing, lots), materials(lots)
    problem = make_problem(plan_input, plan)
    order = batches(problem)
    by_due = dues(problem, order, earliest_ends(problem, order), 1.0)
    by_due.latest_end[:] = np.where(problem.steps.lot == 0, 2, 1)
    begun = dispatch(Floor(problem), earliest_due(problem, by_due))
    assert problem.objective(np.array(begun.lot_day)) == lots[0]["weight"]
    better = improved(problem, begun, 50)
    assert problem.objective(np.array(better.lot_day)) == 0
    check(plan_input, plan, problem, better)


def test_a_lot_put_in_late_starts_later_where_its_steps_overlap():
    """The step before goes on while the next works, so that it starts a day of working hours less two later."""
    starts = []
    for transfer in (0, 2):
        board = board_of([step("A", 10, "S", transfer_qty=transfer), step("A", 20, "T")], [lot("L1", "A", 8, due=9)])
        assert board.put_late(0, DAY + FOUR)
        assert (board.start[1], board.end[1]) == (DAY + 480, DAY + FOUR)
        starts.append(board.start[0])
    assert starts == [480, FOUR - 120]


def test_a_faster_next_step_is_not_left_without_pieces_by_a_lot_put_in_late():
    """The next step takes up the last two of eight pieces half an hour before its end at 16:00: then they are out."""
    routing = [step("A", 10, "S", transfer_qty=2), step("A", 20, "T", units_per_hour=4)]
    board = board_of(routing, [lot("L1", "A", 8, due=9)])
    assert board.put_late(0, DAY + FOUR)
    assert board.start == [HALF_PAST_THREE, DAY + FOUR - 120]
    assert board.end == [DAY + HALF_PAST_THREE, DAY + FOUR]


def test_drying_and_other_work_stand_between_the_steps_of_a_lot_put_in_late():
    """L2 has S on Monday from 14:00 and T after it: L1 is put in ahead of it, and its pieces dry for an hour."""
    routing = [
        step("A", 10, "S", transfer_qty=2, wait_hours=1),
        step("A", 20, "T"),
        step("B", 10, "S"),
        step("B", 20, "T"),
    ]
    lots = [lot("L1", "A", 4, due=9), lot("L2", "B", 2, due=9)]
    board = board_of(routing, lots)
    assert board.put_late(1, DAY + 600)  # T from Tuesday 08:00, S on Monday from 14:00
    assert board.start[2:] == [FOUR - 120, DAY + 480]
    assert board.put_late(0, DAY + 480)
    # T on Monday from 12:00: two pieces are out at S by 11:00, the other two by 13:00
    assert board.start[:2] == [9 * 60, 12 * 60]
    board.take(0)
    assert board.put_early(0)
    assert board.start[:2] == [480, 11 * 60]
