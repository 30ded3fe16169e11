"""The same factory gives the same plan: again and again, and whatever the order of its tables' rows."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import pandas as pd
import pytest

from benchmarks.shops import Shop, make_shop
from planning.model import INPUT_COLUMNS, RESULT_COLUMNS, PlanInput, PlanResult
from planning.plan import make_plan
from tests.planning.schedule.random_shops import random_shop

RUNS = [3, pytest.param(10, marks=pytest.mark.slow)]
LIMIT = 60.0  # seconds, that no search comes near: the clock must not cut it off
SMALL = Shop(lines=24, products=6, stations=4, steps=3, days=10, horizon_days=50, load=1.1, families=2, setup_hours=0.5)
SHOPS = ("small", 1, 5, 17)


def shop(name: str | int) -> PlanInput:
    plan_input = make_shop(SMALL) if isinstance(name, str) else random_shop(name)
    return plan_input.with_settings(time_limit_seconds=LIMIT)


@cache
def first_plan(name: str | int) -> PlanResult:
    return make_plan(shop(name))


def shuffled(plan_input: PlanInput, seed: int) -> PlanInput:
    """The same factory with the rows of every table in another order."""
    tables = {table: getattr(plan_input, table) for table in INPUT_COLUMNS}
    return replace(plan_input, **{n: t.sample(frac=1, random_state=seed, ignore_index=True) for n, t in tables.items()})


def assert_same(plan: PlanResult, again: PlanResult) -> None:
    """Every row of every table and every figure but the seconds it took."""
    for table in RESULT_COLUMNS:
        pd.testing.assert_frame_equal(getattr(plan, table), getattr(again, table), obj=table, check_exact=True)
    for name in {field.name for field in fields(PlanResult)} - {*RESULT_COLUMNS, "seconds", "trail"}:
        assert getattr(plan, name) == getattr(again, name), name


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("name", SHOPS)
def test_every_run_gives_the_same_plan(name, runs):
    for _ in range(runs - 1):
        assert_same(first_plan(name), make_plan(shop(name)))


@pytest.mark.parametrize("runs", RUNS)
@pytest.mark.parametrize("name", SHOPS)
def test_every_shuffle_of_all_rows_gives_the_same_plan(name, runs):
    for seed in range(runs):
        assert_same(first_plan(name), make_plan(shuffled(shop(name), seed)))


@pytest.mark.parametrize("name", SHOPS)
def test_the_plans_come_out_of_the_whole_search_in_time(name):
    """Something is late in each of them, so that no rung is spared, and the time limit was not reached."""
    plan = first_plan(name)
    assert plan.objective > 0
    assert not [step for step in plan.trail if step.failed]
    assert {"dispatch", "bound"} <= {step.rung for step in plan.trail}
    assert plan.seconds < LIMIT / 2
