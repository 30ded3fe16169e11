"""What-ifs: bounds that hold for every plan of the changed factory, and the same answer as from nothing."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.model import RESULT_COLUMNS, PlanInput, frame
from planning.mrp import plan_materials
from planning.plan import assemble, make_plan
from planning.schedule import first_schedule
from planning.schedule.build import make_problem
from planning.schedule.columns import Columns
from planning.schedule.daily import by_day
from planning.schedule.master import Master
from planning.verify import verify
from planning.what_if import GAP, Answer, what_if
from tests.planning.schedule.random_shops import random_shop

CROWDED = Shop(lines=60, products=10, stations=4, steps=3, days=15, horizon_days=60, load=1.3)
NO_PRICES = frame(RESULT_COLUMNS["plan_price"])


def prices(plan_input: PlanInput, hour: float | np.ndarray) -> pd.DataFrame:
    """Rows of plan_price; `hour`: price per hour, one for all or by station and day of the first 40."""
    station, day = np.divmod(np.arange(40 * len(plan_input.station)), 40)
    rows = {
        "kind": "station",
        "resource_no": plan_input.station["station_no"].to_numpy()[station],
        "work_date": pd.Timestamp(plan_input.as_of_date) + pd.to_timedelta(day + 1, unit="D"),
        "load_hours": np.nan,
        "available_hours": np.nan,
        "price": np.broadcast_to(hour, (len(plan_input.station), 40))[station, day],
        "unit": "hour",
    }
    return frame(RESULT_COLUMNS["plan_price"], pd.DataFrame(rows))


def faster(plan_input: PlanInput, station: int = 0, by: float = 1.1) -> PlanInput:
    """The factory with one station faster."""
    changed = plan_input.station.copy()
    changed.loc[changed.index[station], "efficiency"] *= by
    return replace(plan_input, station=changed)


def urgent(plan_input: PlanInput) -> PlanInput:
    """The factory with its first lines wanted three days sooner."""
    demand = plan_input.demand.copy()
    demand.loc[demand.index[:3], "target_date"] -= pd.Timedelta(days=3)
    return replace(plan_input, demand=demand)


def within(first: Answer, second: Answer) -> bool:
    """True where neither answer's bound is above the other's value, and both gaps are closed."""
    low, high = max(first.bound, second.bound), min(first.value, second.value)
    return low <= high + 1e-3 and all(one.value - one.bound <= max(GAP * one.value, 0.5) for one in (first, second))


@pytest.mark.parametrize("change", [urgent, faster])
@pytest.mark.parametrize("seed", range(8))
def test_no_bound_is_above_a_plan_of_the_changed_factory(seed, change):
    """By the prices of the plan before, and by any others."""
    before = random_shop(seed, time_limit_seconds=1.0)
    changed, draw = change(before), np.random.default_rng(seed)
    materials = plan_materials(changed)
    plan = assemble(changed, materials, first_schedule(changed, materials))
    assert verify(changed, plan) == []
    drawn = draw.exponential(1.0, (len(before.station), 40))
    for known in (make_plan(before).plan_price, prices(before, drawn)):
        answers = list(what_if(changed, known, seconds=20))
        assert answers[-1].by == "model"
        assert all(answer.bound <= plan.objective + 1e-6 for answer in answers)


@pytest.mark.parametrize("change", [urgent, faster])
def test_the_answer_from_prices_is_that_from_nothing(change):
    """The first answer is there before anything was solved and proves no more than the second."""
    before = make_shop(CROWDED)
    changed = change(before)
    columns = Columns(make_problem(before, lots_to_order(before)))
    daily = by_day(columns, Master(columns).run(time.perf_counter() + 30).prices)
    known = prices(before, 60 * daily[:, :40])
    first, second = what_if(changed, known, lots_to_order(changed))
    (cold,) = what_if(changed, NO_PRICES, lots_to_order(changed))
    assert (first.by, first.value, first.gap) == ("prices", None, None)
    assert first.seconds < second.seconds
    assert 0.9 * cold.value < first.bound <= second.bound + 1e-9
    assert within(second, cold)


@pytest.mark.parametrize("hour", [1e-3, 0.5, 1e3])
def test_prices_that_are_far_off_only_cost_time(hour):
    """What helps the model to begin with is gone when it ends: its value is that of the hours there are."""
    changed = make_shop(CROWDED)
    *_, found = what_if(changed, prices(changed, hour), lots_to_order(changed))
    (cold,) = what_if(changed, NO_PRICES, lots_to_order(changed))
    assert cold.value > 10
    assert within(found, cold)


def test_the_prices_of_a_station_that_is_less_crowded_are_lowered():
    """With the dearest station 30 % faster its old prices prove a tenth of what they did; the answer is above that."""
    before = make_shop(replace(CROWDED, load=1.5))
    columns = Columns(make_problem(before, lots_to_order(before)))
    found = Master(columns).run(time.perf_counter() + 30)
    dearest = int(np.argmax(np.bincount(columns.station, weights=found.prices)))
    changed = faster(before, dearest, by=1.3)
    _, plain = Columns(make_problem(changed, lots_to_order(changed))).price(found.prices)
    assert 0 < plain < 0.2 * found.bound
    known = prices(before, 60 * by_day(columns, found.prices)[:, :40])
    first, second = what_if(changed, known, lots_to_order(changed))
    assert 2 * plain < first.bound <= second.bound + 1e-9
