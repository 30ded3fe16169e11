"""Families in a better order: exact where it claims to be, sound with all that shops have, never later."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.model import MaterialPlan, PlanInput, Schedule
from planning.mrp import plan_materials
from planning.plan import assemble
from planning.schedule.build import make_problem, make_problems
from planning.schedule.dispatch import dispatch
from planning.schedule.families import order_families, shortest_order
from planning.schedule.floor import Floor
from planning.schedule.pool import dealt
from planning.schedule.problem import Placement, Problem
from planning.schedule.rows import lot_rows, overtime_hours, schedule_rows
from planning.schedule.rule import urgency
from planning.schedule.sequence import Sequences
from planning.schedule.sweep import Trial, found
from planning.schedule.timeline import NEVER
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop, swept

SEEDS = range(40)  # of random shops
SHOP = Shop(80, products=12, stations=5, steps=3, days=15, horizon_days=60, families=4, setup_hours=0.5)


def never() -> bool:
    return False


def faults(plan_input: PlanInput, materials: MaterialPlan, problem: Problem, placement: Placement) -> list[object]:
    if problem.pool is not None:
        materials = dealt(materials, problem.pool, placement.start)
    value = problem.objective(np.array(placement.lot_day))
    schedule = Schedule(
        schedule_rows(problem, placement), lot_rows(problem, placement), value, overtime_hours(problem, placement)
    )
    return list(verify(plan_input, assemble(plan_input, materials, schedule)))


def either(seed: int) -> tuple[PlanInput, MaterialPlan, Problem]:
    """A random shop, with its parts pooled where that makes a difference."""
    plan_input = random_shop(seed)
    materials = plan_materials(plan_input)
    problem, pooled = make_problems(plan_input, materials)
    return plan_input, materials, pooled or problem


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_blocks_is_the_best_of_all_permutations(seed):
    """With changeovers that depend on the direction and many alike, so that the second criterion decides often."""
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 7))
    most = int(draw.choice([2, 60]))
    first, last = (draw.integers(0, most, count).tolist() for _ in range(2))
    between = draw.integers(0, most, (count, count)).tolist()
    minutes = draw.integers(1, 100, count).tolist()
    begun = [draw.integers(-50, 300, int(draw.integers(1, 4))).tolist() for _ in range(count)]

    def value(order: tuple[int, ...]) -> tuple[int, int]:
        changed_over, now, late = first[order[0]], first[order[0]], 0
        for at, block in enumerate(order):
            if at:
                changed_over += between[order[at - 1]][block]
                now += between[order[at - 1]][block]
            late += sum(max(now - wanted, 0) for wanted in begun[block])
            now += minutes[block]
        return changed_over + last[order[-1]], late

    best = min(map(value, itertools.permutations(range(count))))
    assert value(tuple(shortest_order(first, between, last, minutes, begun))) == best


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_timed_again_in_its_own_order_is_sound_and_no_lot_ends_later(seed):
    plan_input, materials, problem = either(seed)
    begun = swept(problem, 0.05).placement
    sequences = Sequences(Floor(problem), begun)
    assert sequences.settle()
    placement = sequences.placed()
    assert all(new <= old for new, old in zip(placement.lot_end, begun.lot_end, strict=True))
    assert found(problem, placement).score <= found(problem, begun).score
    assert faults(plan_input, materials, problem, placement) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_families_in_a_better_order_are_sound_and_no_later(seed):
    plan_input, materials, problem = either(seed)
    begun = swept(problem, 0.05).placement
    placement = order_families(Floor(problem), begun, 200, NEVER, never)
    assert found(problem, placement).score <= found(problem, begun).score
    assert faults(plan_input, materials, problem, placement) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_times_after_many_changes_are_those_of_the_orders_made_anew(seed):
    """Against a fresh look at the whole plan, whether changes were kept or taken back."""
    plan_input = random_shop(seed, overtime=False)  # which once given up is not begun again
    problem = make_problem(plan_input, plan_materials(plan_input))
    floor, draw = Floor(problem), np.random.default_rng(seed)
    sequences = Sequences(floor, swept(problem, 0.05).placement)
    sequences.settle()
    long = [unit for unit, steps in enumerate(sequences.steps) if len(steps) > 1]
    for _ in range(40 if long else 0):
        unit = int(draw.choice(long))
        steps = sequences.steps[unit]
        at = int(draw.integers(0, len(steps) - 1))
        sequences.reorder(unit, at, steps[at : at + 2][::-1])
    sequences.settle()
    placement = sequences.placed()
    score = found(problem, placement).score
    assert sequences.score[0] == pytest.approx(score[0])
    assert sequences.score[2] == pytest.approx(score[2])
    assert sequences.score[3] == sum(placement.lot_end)
    anew = Sequences(floor, placement)
    assert anew.steps == sequences.steps
    anew.settle()
    assert anew.placed() == placement


def silly(problem: Problem) -> Placement:
    """Dispatch that does not look at changeovers."""
    trial = Trial(problem)
    return dispatch(trial.floor, urgency(problem, trial.strict, trial.strict, trial.kappa_unit))


def test_a_plan_that_changes_over_at_random_gets_better_and_the_same_each_time():
    plan_input = make_shop(SHOP)
    materials = lots_to_order(plan_input)
    problem = make_problem(plan_input, materials)
    begun = silly(problem)
    placement = order_families(Floor(problem), begun, 2_000, NEVER, never)
    before, after = found(problem, begun), found(problem, placement)
    assert after.objective < before.objective
    assert sum(placement.setup_hours) < 0.8 * sum(begun.setup_hours)
    assert faults(plan_input, materials, problem, placement) == []
    assert order_families(Floor(problem), begun, 2_000, NEVER, never) == placement


def test_nothing_is_tried_when_it_is_cancelled():
    problem = make_problem(plan_input := make_shop(SHOP), lots_to_order(plan_input))
    settled = Sequences(Floor(problem), begun := silly(problem))
    settled.settle()
    assert order_families(Floor(problem), begun, 2_000, NEVER, lambda: True) == settled.placed()
