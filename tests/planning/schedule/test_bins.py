"""Bins of time: days, longer ones for large problems, parts of the days about which prices move."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.schedule.bins import LEAST_BINS, MOST_ANCHORS, day_edges, most_bins, refined
from planning.schedule.build import make_problem
from planning.schedule.columns import Columns
from planning.schedule.timeline import DAY

OPENS, CLOSES = 6 * 60, 22 * 60
SHOP = Shop(lines=12, products=4, stations=3, steps=2, days=6, horizon_days=20, load=1.2)


def cut(change: list[float], most: int) -> dict[int, list[int]]:
    """Per day that is cut the minutes after midnight at which it is."""
    days = np.arange(len(change))
    edges = refined(day_edges(len(change), 99), np.array(change), days * DAY + OPENS, days * DAY + CLOSES, most)
    inside = edges[edges % DAY > 0]
    return {day: (inside[inside // DAY == day] % DAY).tolist() for day in np.unique(inside // DAY).tolist()}


def columns(edges: np.ndarray) -> Columns:
    plan_input = make_shop(SHOP)
    return Columns(make_problem(plan_input, lots_to_order(plan_input)), edges=edges)


def test_a_large_problem_has_few_bins_but_never_less_than_a_dozen():
    assert most_bins(100) == MOST_ANCHORS // 100
    assert most_bins(10 * MOST_ANCHORS) == LEAST_BINS


def test_far_days_share_a_bin_where_there_are_too_many():
    assert (day_edges(20, 30) == np.arange(21) * DAY).all()
    edges = day_edges(20, 8) // DAY
    assert edges[:4].tolist() == [0, 1, 2, 3]
    assert edges[-1] == 20
    assert len(edges) == 9


def test_days_on_which_prices_move_are_cut_in_as_many_parts_as_there_is_room_for():
    eighths = [OPENS + k * 120 for k in range(1, 8)]
    assert cut([0, 1, 0, 2], most=30) == {1: eighths, 3: eighths}
    assert cut([0, 1, 0, 2], most=10) == {1: eighths[1::2], 3: eighths[1::2]}
    assert cut([0, 1, 0, 2], most=6) == {1: [840], 3: [840]}
    assert cut([0, 1, 0, 2], most=5) == {3: [840]}
    assert cut([0, 1, 0, 2], most=4) == {}
    assert cut([0, 0, 0, 0], most=30) == {}


def test_only_the_days_about_which_the_price_of_a_station_changes_are_cut():
    """Not the days at one price, nor those at none, nor where it moves by a trifle."""
    plain = columns(day_edges(12, 12))
    prices = np.zeros(len(plain.capacity))
    own = np.flatnonzero(plain.station == 1)
    prices[own[:5]] = 2.0
    prices[own[2:5]] += 1e-3
    finer = plain.finer_edges(prices, 99)
    assert np.unique(finer[finer % DAY > 0] // DAY).tolist() == [4, 5]


@pytest.mark.parametrize("minute", [OPENS, OPENS - 60, CLOSES, CLOSES + 60])
def test_an_edge_outside_the_shift_changes_no_window(minute):
    plain, other = columns(day_edges(12, 12)), columns(np.union1d(day_edges(12, 12), [2 * DAY + minute]))
    assert other.capacity.tolist() == plain.capacity.tolist()
    assert other.length.tolist() == plain.length.tolist()


def test_an_edge_inside_the_shift_parts_the_window_and_keeps_its_minutes():
    plain, other = columns(day_edges(12, 12)), columns(np.union1d(day_edges(12, 12), [2 * DAY + OPENS + 100]))
    stations = len(plain.problem.stations.numbers)
    assert len(other.capacity) == len(plain.capacity) + stations
    assert other.capacity.sum() == plain.capacity.sum()
    on_that_day = other.length[(other.day == 2) & (other.station == 0)]
    assert on_that_day.tolist() == [100.0, 860.0]
