"""Prices from samples of the lines: what they prove and when they would start things, part by part."""

from __future__ import annotations

import time

import numpy as np
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.mrp import plan_materials
from planning.plan import assemble
from planning.schedule import ladder, sample, search
from planning.schedule.bins import day_edges
from planning.schedule.build import make_problem
from planning.schedule.columns import Columns, make_tree
from planning.schedule.master import Master
from planning.schedule.problem import Problem
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop
from tests.planning.schedule.small_shops import FEATURES, small_shop

EDGES = day_edges(70, 70)
LATE = Shop(600, load=1.0)


def goes_on() -> bool:
    return False


def shop(shape: Shop = LATE) -> Problem:
    plan_input = make_shop(shape)
    return make_problem(plan_input, lots_to_order(plan_input))


def later() -> float:
    return time.perf_counter() + 60


@pytest.mark.parametrize("features", [("chain", "tree", "shared"), FEATURES])
@pytest.mark.parametrize("seed", range(5))
def test_lines_looked_at_in_parts_prove_what_all_prove_together(features, seed, monkeypatch):
    """Shared lots count in each part with the share that its lines take."""
    problem = make_problem(*small_shop(seed, features))
    tree, columns = make_tree(problem), Columns(problem)
    prices = np.random.default_rng(seed).uniform(0, 0.02, len(columns.capacity))
    monkeypatch.setattr(sample, "FACTORS", (1.0,))
    monkeypatch.setattr(sample, "MOST_ANCHORS", 1)  # every line is a part of its own
    found = sample.at_prices(problem, tree, columns.edges, prices, goes_on)
    chosen, bound = columns.price(prices)
    assert found.bound == pytest.approx(max(bound, 0.0), abs=1e-6)
    start = np.full(len(tree.step), -1)
    start[found.node] = found.start
    assert start.tolist() == chosen.start.tolist()


def test_a_sample_prices_the_stations_nearly_as_all_lines_do(monkeypatch):
    problem = shop()
    tree = make_tree(problem)
    monkeypatch.setattr(sample, "LINES", 200)
    prices = sample.sampled_prices(problem, tree, EDGES, 2, later(), goes_on)
    proven = sample.at_prices(problem, tree, EDGES, prices, goes_on).bound
    whole = Master(Columns(problem, tree, EDGES)).run(later())
    assert 0.8 * whole.bound < proven <= whole.objective + 1e-6


def test_without_time_there_are_no_prices():
    problem = shop()
    assert sample.sampled_prices(problem, make_tree(problem), EDGES, 1, time.perf_counter(), goes_on) is None


@pytest.mark.parametrize("huge", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_a_random_shop_planned_as_a_large_one_is_sound_and_its_bound_below_it(seed, huge, monkeypatch):
    monkeypatch.setattr(ladder, "LARGE", 1)
    monkeypatch.setattr(ladder, "HUGE", 1 if huge else 1_000_000)
    monkeypatch.setattr(sample, "LINES", 5)
    plan_input = random_shop(seed, time_limit_seconds=2.0)
    materials = plan_materials(plan_input)
    found = search(plan_input, materials)
    assert not [step for step in found.trail if step.failed]
    assert found.bound is None or found.bound <= min(plan.objective for _, plan in found.plans) + 1e-6
    assert (
        verify(plan_input, assemble(plan_input, found.materials(materials, found.best), found.schedule(found.best)))
        == []
    )


def test_a_huge_shop_has_a_bound_by_prices_alone_but_no_value_is_promised(monkeypatch):
    monkeypatch.setattr(ladder, "HUGE", 500)
    monkeypatch.setattr(sample, "LINES", 200)
    plan_input = make_shop(LATE).with_settings(time_limit_seconds=40.0)
    found = search(plan_input, lots_to_order(plan_input))
    assert 0 < found.bound <= found.best.objective
    assert len(found.relaxed.node)
    assert found.solved is None
