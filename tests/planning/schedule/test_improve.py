"""Ruin and recreate never makes a plan later, pull lets less wait, and the checker agrees with both."""

from __future__ import annotations

import time

import numpy as np
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.model import Schedule
from planning.mrp import plan_materials
from planning.plan import assemble
from planning.schedule.build import make_problem
from planning.schedule.floor import Floor
from planning.schedule.improve import pull, ruin_and_recreate
from planning.schedule.rows import lot_rows, overtime_hours, schedule_rows
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop, swept


def never() -> bool:
    return False


@pytest.mark.parametrize(
    "seed", [*range(12), 25, 64, 88, 212]
)  # 25 to 88: changeovers inside a family; 212: night work at the end
def test_changed_plans_are_no_later_and_sound(seed):
    plan_input = random_shop(seed)
    materials = plan_materials(plan_input)
    problem = make_problem(plan_input, materials)
    begun = swept(problem, 0.1).placement
    better = ruin_and_recreate(Floor(problem), begun, time.perf_counter() + 60, lambda _: None, never, iterations=100)
    pulled = pull(Floor(problem), better)
    values = [problem.objective(np.array(plan.lot_day)) for plan in (begun, better, pulled)]
    assert values[0] >= values[1] - 1e-9
    assert values[1] >= values[2] - 1e-9
    for plan in (better, pulled):
        schedule = Schedule(
            schedule_rows(problem, plan),
            lot_rows(problem, plan),
            problem.objective(np.array(plan.lot_day)),
            overtime_hours(problem, plan),
        )
        assert verify(plan_input, assemble(plan_input, materials, schedule)) == []


def test_a_crowded_shop_gets_better_and_lets_less_wait():
    plan_input = make_shop(Shop(lines=80, products=12, stations=5, steps=3, days=15, horizon_days=60))
    problem = make_problem(plan_input, lots_to_order(plan_input))
    begun = swept(problem, 0.3).placement
    better = ruin_and_recreate(Floor(problem), begun, time.perf_counter() + 60, lambda _: None, never, iterations=1500)
    pulled = pull(Floor(problem), better)
    first, second = (problem.objective(np.array(plan.lot_day)) for plan in (begun, better))
    assert second < first

    def early(days: list[int]) -> int:
        target = problem.lines.target[problem.lines.line]
        return int(np.maximum(target - np.array(days)[problem.lines.lot], 0).sum())

    assert early(pulled.lot_day) < early(better.lot_day)
