"""Hundreds of factories drawn at random: no rung fails, the checker accepts every plan, and the bound is below each."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
import pytest

from planning.model import MaterialPlan, PlanInput
from planning.mrp import plan_materials
from planning.plan import assemble
from planning.schedule import search
from planning.schedule.floor import Floor
from planning.schedule.improve import pull, ruin_and_recreate
from planning.schedule.ladder import Ladder
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop

FEW, MANY = range(60), range(60, 500)


@cache
def searched(seed: int) -> tuple[PlanInput, MaterialPlan, Ladder]:
    """A random factory, its lots, and what all rungs find in a short time."""
    plan_input = random_shop(seed, time_limit_seconds=2.0)
    materials = plan_materials(plan_input)
    return plan_input, materials, search(plan_input, materials)


def check(seed: int) -> None:
    plan_input, materials, found = searched(seed)
    assert not [step for step in found.trail if step.failed]
    assert all(found.bound is None or found.bound <= plan.objective + 1e-6 for _, plan in found.plans)
    result = assemble(plan_input, found.materials(materials, found.best), found.schedule(found.best))
    assert verify(plan_input, result) == []
    assert result.objective == pytest.approx(found.best.objective)


@pytest.mark.parametrize("seed", FEW)
def test_a_random_shop_is_planned_soundly_and_no_better_than_its_bound(seed):
    check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY)
def test_so_are_hundreds_more(seed):
    check(seed)


@pytest.mark.parametrize("seed", FEW)
def test_neither_ruin_and_recreate_nor_pull_makes_a_plan_later(seed):
    _, _, found = searched(seed)
    floor, begun = Floor(found.problem), found.plans[0][1].placement
    better = ruin_and_recreate(floor, begun, time.perf_counter() + 60, lambda _: None, lambda: False, iterations=300)
    plans = [begun, better, pull(floor, better), pull(floor, begun)]
    first, second, third, pulled = (found.problem.objective(np.array(plan.lot_day)) for plan in plans)
    assert first >= second - 1e-9
    assert second >= third - 1e-9
    assert first >= pulled - 1e-9


def test_the_shops_are_hard_enough():
    """Most plans are late, and most bounds say that some of it cannot be helped."""
    found = [searched(seed)[2] for seed in FEW]
    assert sum(ladder.best.objective > 0 for ladder in found) > 0.7 * len(found)
    assert sum((ladder.bound or 0) > 0 for ladder in found) > 0.5 * len(found)
