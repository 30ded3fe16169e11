"""Scarce parts dealt while the schedule is made: sums that hold at all times, and a ledger that follows the starts."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from benchmarks.shops import Shop, make_shop, materials_of
from planning.mrp import plan_materials
from planning.plan import assemble, make_plan
from planning.schedule import RUNGS, search
from planning.schedule.build import make_problems
from planning.schedule.columns import Columns
from planning.schedule.floor import Floor
from planning.schedule.improve import pull, ruin_and_recreate
from planning.schedule.pool import Pool, Stock, dealt
from planning.schedule.timeline import DAY, NEVER
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop, swept
from tests.planning.schedule.shops import factory, lot, materials, step, takes

# random shops with parts that some lot could have sooner than material planning gives them to it
SHARING = (0, 2, 4, 5, 6, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 23, 24, 26)
SHOP = Shop(60, products=10, stations=4, steps=3, days=20, horizon_days=60, parts=5, load=0.95)


def pool_of(takers: list[tuple[int, float]], arrivals: list[tuple[int, float]]) -> Pool:
    """A pool of one part: (step, quantity) of who takes it, (day, quantity) of what comes in, row by row."""
    count = len(takers)
    return Pool.of(
        np.zeros(max(step for step, _ in takers) + 1, np.int64),
        np.arange(count),
        np.array([step for step, _ in takers], np.int64),
        np.zeros(count, np.int64),
        np.array([day for day, _ in arrivals], np.int64),
        np.array([qty for _, qty in takers]),
        lambda _, day: day * DAY,
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_step_may_start_as_soon_as_nobody_goes_short_for_it(seed):
    """Against every minute tried, with what all others take and have taken summed up anew."""
    draw = np.random.default_rng(seed)
    days = np.sort(draw.integers(0, 9, 6)).tolist()
    days[-1] = max(days[-1], 1)  # else enough would be there ahead of everybody
    pool = pool_of([(k, 1.0) for k in range(6)], [(day, 1.0) for day in days])
    stock, started = Stock(pool), dict[int, int]()
    for taker in draw.permutation(6).tolist():
        fits = [
            minute
            for minute in range(0, 10 * DAY, DAY)
            if all(
                sum(day * DAY <= at for day in days) >= 1 + sum(start <= at for start in started.values())
                for at in range(minute, 10 * DAY, DAY)
            )
        ]
        assert stock.earliest(taker) == fits[0]
        started[taker] = fits[0] + int(draw.integers(0, 2)) * DAY
        stock.take(taker, started[taker])
        if draw.random() < 0.3:
            stock.give_back(taker, started.pop(taker))


def test_who_wants_more_than_ever_comes_waits_for_ever():
    pool = pool_of([(0, 1.0), (1, 1.0)], [(0, 1.0), (5, 1.0)])
    stock = Stock(pool)
    stock.take(0, 0)
    stock.take(0, 6 * DAY)
    assert stock.earliest(1) == NEVER


def test_supply_goes_to_the_first_to_start():
    """L0 was given the part that is there on day 1 but its station is busy; L1 could start at once with it."""
    routing = [step("I0", 10, "S0", 2.0), step("I1", 10, "S1", 2.0), step("I2", 10, "S0", 2.0)]
    lots = [lot("L0", "I0", 16, 3, 1.0), lot("L1", "I1", 16, 1, 1.0), lot("L2", "I2", 16, 1, 5.0)]
    ledger = [takes("L0", "PO-A", available=1), takes("L1", "PO-B", available=4)]
    plan_input, plan = factory(routing, lots), materials(lots, ledger)
    first, found = search(plan_input, plan, rungs=RUNGS[:1]), search(plan_input, plan)
    assert first.best.objective > found.best.objective
    new = found.materials(plan, found.best).allocation
    assert new[new["item_no"] == "MATERIAL"].set_index("demand_ref")["supply_ref"].to_dict() == {
        "L0": "PO-B",
        "L1": "PO-A",
    }
    assert first.materials(plan, first.best) is plan


@pytest.mark.parametrize("seed", SHARING[:10])
def test_a_deal_hands_out_the_same_and_lets_everybody_start(seed):
    plan_input = random_shop(seed)
    plan = plan_materials(plan_input)
    problem, pooled = make_problems(plan_input, plan)
    assert pooled is not None
    assert pooled.pool is not None
    placement = swept(pooled, 0.1).placement
    before, after = plan.allocation, dealt(plan, pooled.pool, placement.start).allocation
    for key in (["item_no", "supply_kind", "supply_ref"], ["item_no", "demand_kind", "demand_ref", "step_no"]):
        sums = [rows.groupby(key, dropna=False)["qty"].sum() for rows in (before, after)]
        pd.testing.assert_series_equal(*sums)
    assert after["allocation_no"].tolist() == list(range(1, len(after) + 1))
    day = (after["available_date"] - pd.Timestamp(plan_input.as_of_date)).dt.days - 1
    lot_of = {ref: k for k, ref in enumerate(problem.lots.refs)}
    for row, ready in zip(after.itertuples(), day, strict=True):
        if row.demand_kind != "make" or np.isnan(ready):
            continue
        own = problem.lots.first_step[lot_of[row.demand_ref]]
        start = placement.start[own]
        if np.isnan(row.step_no) and start >= 0 and problem.lots.fixed_start[lot_of[row.demand_ref]] < 0:
            assert start >= ready * DAY


@pytest.mark.parametrize("seed", SHARING)
def test_an_arrival_is_overdrawn_where_more_is_taken_ahead_of_the_next_than_has_come_in(seed):
    """Added up arrival by arrival, at random starts, some steps not done at all."""
    plan_input = random_shop(seed)
    _, pooled = make_problems(plan_input, plan_materials(plan_input))
    assert pooled is not None
    pool, draw = pooled.pool, np.random.default_rng(seed)
    start = np.where(draw.random(len(pooled.steps)) < 0.9, draw.integers(0, 12 * DAY, len(pooled.steps)), -1)
    wanted = []
    for part, (low, high) in enumerate(itertools.pairwise(pool.first.tolist())):
        own = [(start[step], qty) for step, of, qty in zip(pool.step, pool.part, pool.qty, strict=True) if of == part]
        for at in range(low, high):
            until = pool.minute[at + 1] if at + 1 < high else NEVER
            wanted.append(sum(qty for begin, qty in own if 0 <= begin < until) > pool.supply[at] + 1e-6)
    assert pool.overdrawn(start.tolist()).tolist() == wanted


def test_the_model_has_rows_for_the_arrivals_that_run_short_alone():
    plan_input = make_shop(SHOP)
    found = search(plan_input, materials_of(SHOP, plan_input), rungs=RUNGS[:3])
    _, pooled = make_problems(plan_input, materials_of(SHOP, plan_input))
    counted = found.problem.pool.counted
    assert 0 < counted.sum() < len(counted)
    some, every = Columns(found.problem), Columns(pooled)
    assert len(some.capacity) < len(every.capacity)
    prices = np.zeros(len(every.capacity))
    prices[: every.windows] = 0.01
    assert some.price(prices[: len(some.capacity)])[1] == pytest.approx(every.price(prices)[1])


@pytest.mark.parametrize("seed", SHARING)
def test_no_plan_takes_less_of_a_part_than_the_cheapest_columns_pay_for(seed):
    """Neither the plan by material planning's deal nor one that deals as it goes beats what the rows prove."""
    plan_input = random_shop(seed)
    problem, pooled = make_problems(plan_input, plan_materials(plan_input))
    assert pooled is not None
    columns, draw = Columns(pooled), np.random.default_rng(seed)
    for plan in (swept(problem, 0.1), swept(pooled, 0.1)):
        taken = columns.of_placement(plan.placement)
        sums = np.bincount(taken.window, taken.minutes, len(columns.capacity))
        assert (sums <= columns.capacity + 1e-6).all()
        for _ in range(6):
            some = draw.random(len(columns.capacity)) < 0.6
            prices = draw.uniform(0, 1, len(columns.capacity)) * 10 ** draw.uniform(-4, 1) * some
            _, bound = columns.price(prices)
            assert bound <= plan.objective + 1e-6


def test_parts_and_stations_together_are_less_late_than_parts_first():
    plan_input = make_shop(SHOP).with_settings(time_limit_seconds=6.0)
    plan = materials_of(SHOP, plan_input)
    first, found = search(plan_input, plan, rungs=RUNGS[:1]), search(plan_input, plan)
    assert not [step for step in found.trail if step.failed]
    assert found.problem.pool is not None
    assert found.best.objective < 0.9 * first.best.objective
    assert found.bound is not None
    for _, kept in found.plans:
        result = assemble(plan_input, found.materials(plan, kept), found.schedule(kept))
        assert verify(plan_input, result) == []
        assert result.objective == pytest.approx(kept.objective)


def test_neither_ruin_and_recreate_nor_pull_overdraws_a_part():
    plan_input = make_shop(SHOP)
    plan = materials_of(SHOP, plan_input)
    _, pooled = make_problems(plan_input, plan)
    assert pooled is not None
    assert pooled.pool is not None
    floor, start = Floor(pooled), swept(pooled, 0.2).placement
    better = ruin_and_recreate(floor, start, np.inf, lambda _: None, lambda: False, iterations=400)
    for placement in (better, pull(floor, better)):
        stock = Stock(pooled.pool)
        for step_index in sorted(range(len(placement.start)), key=lambda k: placement.start[k]):
            if placement.start[step_index] >= 0:
                assert stock.earliest(step_index) <= placement.start[step_index]
                stock.take(step_index, placement.start[step_index])


def test_a_whole_plan_of_a_shop_with_scarce_parts_is_verified():
    result = make_plan(make_shop(SHOP).with_settings(time_limit_seconds=3.0))
    assert result.verified
    assert result.bound is not None
    assert result.bound <= result.objective
