"""Stock of the sample factory: movements, the stock they need to begin with, and lots taken first in first out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.sample.clock import Floats, Ints

THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True)
class Moves:
    """Movements of stock: items, working days, quantities, and what moved them (a row, -1 for none)."""

    item: Ints
    day: Ints
    qty: Floats
    row: Ints

    def after(self, day: int) -> Moves:
        """Those later than `day`."""
        kept = self.day > day
        return Moves(self.item[kept], self.day[kept], self.qty[kept], self.row[kept])


@dataclass(frozen=True, slots=True)
class Taken:
    """Which supply each piece of a demand came from: positions in the supplies and demands, quantities.

    demand -1: still there at the end.
    """

    supply: Ints
    demand: Ints
    qty: Floats


def opening_stock(items: int, coming: Moves, going: Moves, past: int, spare: Floats) -> Floats:
    """The least stock at the end of day `past` with which no item ever runs out, and `spare` on top."""
    span = 1 - past
    change = np.zeros(items * span)
    for moves, sign in ((coming, 1.0), (going, -1.0)):
        flat = moves.item * span + np.clip(moves.day - past, 0, span - 1)
        change += sign * np.bincount(flat, moves.qty, items * span)
    balance = np.cumsum(change.reshape(items, span), axis=1)
    least: Floats = np.maximum(-balance.min(axis=1, initial=0.0), 0.0) + spare
    return np.round(least, 3)


def first_in_first_out(supply_item: Ints, supply_qty: Floats, demand_item: Ints, demand_qty: Floats) -> Taken:
    """Demands served by supplies of their item, both in order of time and sorted by item.

    Counts in thousandths, so that nothing is lost. Raises ValueError where an item runs out.
    """
    items = int(max(supply_item.max(initial=0), demand_item.max(initial=0))) + 1
    supply_end, supply_count = _ends(supply_item, supply_qty, items)
    demand_end, demand_count = _ends(demand_item, demand_qty, items)
    item = np.concatenate([supply_item, demand_item])
    end = np.concatenate([supply_end, demand_end])
    is_demand = np.repeat([0, 1], [len(supply_item), len(demand_item)])
    order = np.lexsort((is_demand, end, item))
    item, end, is_demand = item[order], end[order], is_demand[order]
    first = np.searchsorted(item, item)
    before = np.where(np.arange(len(item)) == first, 0, np.concatenate([[0], end[:-1]]))
    demands, supplies = (np.cumsum(flag) - flag for flag in (is_demand, 1 - is_demand))
    demand = demands - demands[first]
    supply = supplies - supplies[first]
    first_supply, first_demand = np.searchsorted(supply_item, item), np.searchsorted(demand_item, item)
    kept = np.flatnonzero(end > before)
    left = demand[kept] >= demand_count[item[kept]]
    if (supply[kept] >= supply_count[item[kept]]).any():
        raise ValueError("an item runs out")
    return Taken(
        (first_supply + supply)[kept],
        np.where(left, -1, (first_demand + demand)[kept]),
        (end - before)[kept] / THOUSANDTHS,
    )


def _ends(item: Ints, qty: Floats, items: int) -> tuple[Ints, Ints]:
    whole = np.round(np.asarray(qty) * THOUSANDTHS).astype(np.int64)
    total = np.cumsum(whole)
    first = np.searchsorted(item, item)
    ends = total - (total - whole)[first] if len(item) else total
    return ends, np.bincount(item, minlength=items)
