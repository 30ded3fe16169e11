"""Hundreds of factories drawn at random: no rung fails, the checker accepts every plan, and the bound is below each."""

from __future__ import annotations

import time

import numpy as np
import pytest

from planning.mrp import plan_materials
from planning.plan import assemble
from planning.schedule import search
from planning.schedule.build import make_problem
from planning.schedule.floor import Floor
from planning.schedule.improve import pull, ruin_and_recreate
from planning.schedule.ladder import RUNGS
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop, swept

FEW, MANY = range(60), range(60, 500)


def check(seed: int) -> None:
    plan_input = random_shop(seed, time_limit_seconds=2.0)
    materials = plan_materials(plan_input)
    found = search(plan_input, materials)
    assert not [step for step in found.trail if step.failed]
    for rung, plan in found.plans:
        assert rung in RUNGS
        assert found.bound is None or found.bound <= plan.objective + 1e-6
    result = assemble(plan_input, materials, found.schedule(found.best))
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
    plan_input = random_shop(seed)
    problem = make_problem(plan_input, plan_materials(plan_input))
    floor = Floor(problem)
    begun = swept(problem, 0.02).placement
    better = ruin_and_recreate(floor, begun, time.perf_counter() + 60, lambda _: None, lambda: False, iterations=60)
    plans = [begun, better, pull(floor, better), pull(floor, begun)]
    first, second, third, pulled = (problem.objective(np.array(plan.lot_day)) for plan in plans)
    assert first >= second - 1e-9
    assert second >= third - 1e-9
    assert first >= pulled - 1e-9
