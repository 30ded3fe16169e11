"""The linear model's bound holds for every plan, whatever the factory."""

from __future__ import annotations

import time

import numpy as np
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.mrp import plan_materials
from planning.schedule.bins import day_edges
from planning.schedule.build import make_problem
from planning.schedule.columns import Chosen, Columns
from planning.schedule.dues import batches, dues, earliest_ends
from planning.schedule.floor import Floor
from planning.schedule.guided import guided, guided_dues
from planning.schedule.master import Master
from planning.schedule.problem import Problem
from planning.schedule.sweep import Found
from planning.schedule.timeline import DAY
from tests.planning.schedule.random_shops import random_shop, swept


def problem_and_plan(seed: int) -> tuple[Problem, Found]:
    plan_input = random_shop(seed)
    problem = make_problem(plan_input, plan_materials(plan_input))
    return problem, swept(problem, 0.1)


def paid(chosen: Chosen, prices: np.ndarray) -> np.ndarray:
    """What each line's column costs with its minutes at these prices."""
    minutes = np.bincount(chosen.line, weights=chosen.minutes * prices[chosen.window], minlength=len(chosen.cost))
    return chosen.cost + minutes


@pytest.mark.parametrize("in_parts", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_no_plan_pays_less_than_the_cheapest_columns(seed, in_parts):
    """What a line does in a real plan is never cheaper than its cheapest column, at any prices, in any bins of time."""
    problem, best = problem_and_plan(seed)
    draw = np.random.default_rng(seed)
    cuts = draw.integers(0, problem.horizon * DAY, 60) if in_parts else np.zeros(0, np.int64)
    columns = Columns(problem, edges=np.union1d(day_edges(problem.horizon, problem.horizon), cuts))
    plan = columns.of_placement(best.placement)
    for _ in range(6):
        some = draw.random(len(columns.capacity)) < 0.6
        prices = draw.uniform(0, 1, len(columns.capacity)) * 10 ** draw.uniform(-4, 1) * some
        cheapest, bound = columns.price(prices)
        inside = plan.inside > 0
        assert (paid(plan, prices) >= paid(cheapest, prices) - 1e-6)[inside].all()
        assert bound <= best.objective + 1e-6


@pytest.mark.parametrize(
    "seed", [*range(8), 33]
)  # 33: a lot whose parts start on later days than its other parts allow
def test_the_bound_exceeds_neither_the_plan_nor_the_model(seed):
    problem, best = problem_and_plan(seed)
    found = Master(Columns(problem)).run(time.perf_counter() + 20, plans=[best.placement])
    assert found.bound <= best.objective + 1e-6
    assert found.bound <= found.objective + 1e-4 * max(1.0, found.objective)


def made_to_order(**shop: object) -> Problem:
    plan_input = make_shop(Shop(**shop))  # type: ignore[arg-type]
    return make_problem(plan_input, lots_to_order(plan_input))


def test_the_gap_closes_on_a_shop_of_sixty_orders():
    """The search ends with the model's value and its bound within one part in a hundred, or half a weighted day."""
    problem = made_to_order(lines=60, products=10, stations=4, steps=3, days=15, horizon_days=60, load=1.3)
    best = swept(problem, 0.3)
    found = Master(Columns(problem)).run(time.perf_counter() + 60, plans=[best.placement])
    assert 0 < found.bound <= best.objective
    assert found.objective - found.bound <= max(0.01 * found.objective, 0.5)


def test_two_orders_that_share_one_day_cannot_both_be_on_time():
    """Two lots of a day's work each, both wanted on the first day: one of them is a day late, which the bound says."""
    problem = made_to_order(lines=2, products=1, stations=1, steps=1, days=1, horizon_days=20, earliest_due=0, load=2.0)
    best = swept(problem, 0.3)
    found = Master(Columns(problem)).run(time.perf_counter() + 20, gap=1e-6, absolute=1e-6, plans=[best.placement])
    assert 0 < found.bound <= best.objective


def test_guided_dispatch_gives_whole_plans():
    """Every lot is placed, the best plan comes first, and dues follow the model's starts."""
    problem = made_to_order(lines=40, products=8, stations=4, steps=3, days=12, horizon_days=60)
    floor = Floor(problem)
    best = swept(problem, 0.2)
    columns = Columns(problem)
    found = Master(columns).run(time.perf_counter() + 20, plans=[best.placement])
    order = batches(problem)
    strict = dues(problem, order, earliest_ends(problem, order), 1.0)
    early, late = (guided_dues(problem, columns.tree, found, point, strict).latest_end for point in (0.5, 0.95))
    assert (early <= late).all()
    mean = float(problem.ways.process.mean())
    plans = guided(
        floor,
        columns.tree,
        found,
        strict,
        mean,
        time.perf_counter() + 1,
        lambda: False,
    )
    assert [plan.score for plan in plans] == sorted(plan.score for plan in plans)
    assert all(max(plan.placement.lot_day) < problem.horizon for plan in plans)
    assert plans[0].objective >= found.bound - 1e-6
