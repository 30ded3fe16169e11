"""Column generation against the linear model over all columns: same cheapest columns, same value, same bound."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
import pytest

from planning.schedule.bins import day_edges
from planning.schedule.build import make_problems
from planning.schedule.columns import _STRIDE, Columns
from planning.schedule.master import Master
from planning.schedule.timeline import DAY
from tests.planning.schedule.full_lp import FullModel, Window
from tests.planning.schedule.small_shops import FEATURES, small_shop

ALONE = [(), *((feature,) for feature in FEATURES)]
TOGETHER = [tuple(feature for feature in FEATURES if feature not in ("beyond", "parts")), FEATURES]
CASES = [(features, seed) for features in [*ALONE, *TOGETHER] for seed in range(4)]
NAMES = [f"{'+'.join(features) if len(features) < 2 else len(features)}-{seed}" for features, seed in CASES]
VIEWS = [(None, None), (5, None), (None, 4)]  # days looked at, and most bins of them
MIDDAY, FEW_DAYS = 11 * 60 + 7, 5


@cache
def models(features: tuple[str, ...], seed: int) -> tuple[Columns, FullModel, float, dict[Window, float]]:
    """The columns of a small shop, all there are of them, and the value and the prices of the model of them all."""
    problem, pooled = make_problems(*small_shop(seed, features))
    days, most = VIEWS[seed % len(VIEWS)]
    edges = day_edges(days or problem.horizon, most or problem.horizon)
    if seed >= len(VIEWS):  # few days, some of them in parts, one of which is a minute
        cuts = np.array([DAY + MIDDAY, DAY + MIDDAY + 1, 2 * DAY + 15 * 60])
        edges = np.union1d(day_edges(FEW_DAYS, most or FEW_DAYS), cuts)
    columns = Columns(pooled or problem, edges=edges)
    full = FullModel(columns.problem, columns.edges.tolist())
    return columns, full, *full.solve()


def windows_of(columns: Columns) -> list[Window]:
    """Stations and bins of the windows, then parts and the minutes of their arrivals, as in the full model."""
    start = columns.clock.starts[np.searchsorted(columns.window_of_shift, np.arange(columns.windows))]
    bins = np.searchsorted(columns.edges, start, side="right") - 1
    part, minute = np.divmod(columns.part_keys, _STRIDE)
    windows = zip(columns.station.tolist(), bins.tolist(), strict=True)
    return [*windows, *zip((-1 - part).tolist(), minute.tolist(), strict=True)]


@pytest.mark.parametrize(("features", "seed"), CASES, ids=NAMES)
def test_column_generation_finds_the_value_of_all_columns(features, seed):
    """Within 1e-5: as the master's solves are, which stop at a relative 1e-5, then 1e-6, and have no crossover."""
    columns, _, value, _ = models(features, seed)
    found = Master(columns).run(time.perf_counter() + 60, gap=0.0, absolute=1e-7)
    assert found.objective == pytest.approx(value, abs=1e-5 * (1 + value))
    assert found.bound == pytest.approx(value, abs=1e-5 * (1 + value))
    assert found.bound <= value + 1e-8 * (1 + value)


@pytest.mark.parametrize(("features", "seed"), CASES, ids=NAMES)
def test_the_bound_at_the_best_prices_is_the_value_of_all_columns(features, seed):
    columns, _, value, prices = models(features, seed)
    _, bound = columns.price(np.array([prices[window] for window in windows_of(columns)]))
    assert bound == pytest.approx(value, abs=1e-7 * (1 + value))


@pytest.mark.parametrize(("features", "seed"), CASES, ids=NAMES)
def test_pricing_finds_the_cheapest_of_all_columns(features, seed):
    """Of each line, at the best prices and at random ones, some of them nothing."""
    columns, full, _, best = models(features, seed)
    windows, draw = windows_of(columns), np.random.default_rng(seed)
    assert dict(zip(windows, columns.capacity.tolist(), strict=True)) == pytest.approx(
        {window: most for window, most in (full.capacity() | full.supplied()).items() if window in set(windows)}
    )
    assert set(full.capacity()) <= set(windows)
    drawn = [draw.uniform(0, 0.1, len(windows)) * (draw.random(len(windows)) < 0.6) for _ in range(4)]
    for prices in [np.array([best[window] for window in windows]), *drawn]:
        chosen, bound = columns.price(prices)
        minutes = chosen.minutes * prices[chosen.window]
        paid = chosen.cost + np.bincount(chosen.line, weights=minutes, minlength=len(chosen.cost))
        by_window = dict(zip(windows, prices.tolist(), strict=True))
        least = np.array([full.cheapest(line, by_window) for line in range(len(chosen.cost))])
        assert paid == pytest.approx(least, abs=1e-7)
        assert bound == pytest.approx(least.sum() - (prices * columns.capacity).sum(), abs=1e-7)


def test_the_cases_are_worth_comparing():
    """Most of them cannot be all on time, and many have values that no plan in whole days could have."""
    values = [models(features, seed)[2] for features, seed in CASES]
    assert sum(value > 0.1 for value in values) > 0.6 * len(values)
    assert sum(abs(value - round(value)) > 1e-3 for value in values) > 0.25 * len(values)
