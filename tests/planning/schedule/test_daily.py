"""Prices by station and day: to and from windows of any length, and from the rows of a plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planning.mrp import plan_materials
from planning.plan import make_plan
from planning.schedule.bins import day_edges
from planning.schedule.build import make_problem
from planning.schedule.columns import Columns
from planning.schedule.daily import HOUR, by_day, of_days, of_rows
from tests.planning.schedule.random_shops import random_shop
from tests.planning.schedule.test_prices import three_lots


@pytest.mark.parametrize("bins", [60, 12])
@pytest.mark.parametrize("seed", range(4))
def test_a_load_spread_over_a_window_pays_what_it_paid_by_days(seed, bins):
    plan_input = random_shop(seed)
    columns = Columns(make_problem(plan_input, plan_materials(plan_input)), edges=day_edges(60, bins))
    daily = np.random.default_rng(seed).uniform(0, 1, (len(columns.problem.stations.numbers), 60))
    prices, clock = of_days(columns, daily), columns.clock
    for station in range(len(daily)):
        shifts = slice(clock.first[station], clock.first[station + 1])
        minutes = clock.ends[shifts] - clock.starts[shifts]
        own = columns.station == station
        paid = (daily[station, clock.days[shifts]] * minutes).sum()
        assert (prices[own] * columns.length[own]).sum() == pytest.approx(paid)


@pytest.mark.parametrize("bins", [60, 12])
def test_prices_of_windows_come_back_from_their_days(bins):
    plan_input = random_shop(1)
    columns = Columns(make_problem(plan_input, plan_materials(plan_input)), edges=day_edges(60, bins))
    prices = np.random.default_rng(1).uniform(0, 1, len(columns.capacity))
    assert of_days(columns, by_day(columns, prices)) == pytest.approx(prices)


def test_the_rows_of_a_plan_are_read_at_their_dates():
    """An hour's price stands at its date, whatever day the next status is of; what is no station's is left out."""
    plan_input = three_lots(9.0)
    rows = make_plan(plan_input).plan_price
    problem = make_problem(plan_input, plan_materials(plan_input))
    today = of_rows(problem, pd.Timestamp(plan_input.as_of_date), rows)
    kept = rows[rows["kind"] == "station"].sort_values("work_date")["price"].to_numpy()
    assert kept[0] > 0.5
    assert HOUR * today[0, : len(kept)] == pytest.approx(kept)
    tomorrow = replace(plan_input, as_of_date=plan_input.as_of_date + pd.Timedelta(days=1))
    later = make_problem(tomorrow, plan_materials(tomorrow))
    known = of_rows(later, pd.Timestamp(tomorrow.as_of_date), rows.assign(kind="part"))
    assert not known.any()
    known = of_rows(later, pd.Timestamp(tomorrow.as_of_date), rows)
    assert known[0, :2] == pytest.approx(today[0, 1:3])
