"""The steps a lot has still to go through: pieces, standard hours and clock minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planning.model import PlanInput
from planning.schedule.problem import Bools
from planning.schedule.timeline import Floats, Ints

LONGEST = 1e9  # minutes; a step that can never be done takes this long
PIECE = 1e-4  # less than this of a piece is nothing: hand-overs are noted with four decimals


@dataclass(frozen=True, slots=True)
class Routings:
    """Routings of some items: steps in order of work, each with its ways, preferred first.

    out_factor, in_factor: good pieces out of and pieces into the step per good piece of the item.
    """

    first_step: Ints  # per item, and one entry more
    number: Ints
    out_factor: Floats
    in_factor: Floats
    wait: Ints
    transfer: Floats
    first_way: Ints  # per step, and one entry more
    station: Ints
    units_per_hour: Floats
    setup_hours: Floats


def routings(plan_input: PlanInput, items: pd.Index, station_of: dict[str, int]) -> Routings:
    """The routings of `items`. Source of the factors: started = good / yield, step by step from the last.

    Quantities follow the preferred way's yield, whichever way is taken. Where the ways of a step differ in their wait
    the longest counts for all, where they differ in their transfer quantity there is no overlap.
    """
    table = plan_input.routing_step
    code = items.get_indexer(table["item_no"])
    table = table.assign(item=code)[code >= 0]
    table = table.sort_values(["item", "step_no", "alt_rank", "station_no"], kind="stable")
    item, number = table["item"].to_numpy(np.int64), table["step_no"].to_numpy(np.int64)
    fresh = np.ones(len(table), bool)
    fresh[1:] = (item[1:] != item[:-1]) | (number[1:] != number[:-1])
    first_way = np.append(np.flatnonzero(fresh), len(table))
    step_item = item[fresh]
    scrap = plan_input.item.drop_duplicates("item_no").set_index("item_no")["scrap_rate"].reindex(items).fillna(0.0)
    out_factor, in_factor = _factors(
        step_item.tolist(), table["yield_rate"].to_numpy()[fresh].tolist(), scrap.to_numpy().tolist()
    )
    transfer = np.nan_to_num(table["transfer_qty"].to_numpy(np.float64))
    least, most = _of_ways(np.minimum, transfer, first_way), _of_ways(np.maximum, transfer, first_way)
    return Routings(
        np.searchsorted(step_item, np.arange(len(items) + 1)).astype(np.int64),
        number[fresh],
        out_factor,
        in_factor,
        _of_ways(np.maximum, up_to_minutes(table["wait_hours"].to_numpy()), first_way),
        np.where(least == most, most, 0.0),
        first_way.astype(np.int64),
        np.array([station_of[no] for no in table["station_no"]], np.int64),
        table["units_per_hour"].to_numpy(np.float64),
        np.nan_to_num(table["setup_hours"].to_numpy(np.float64)),
    )


def _of_ways(pick: np.ufunc, values: Any, first_way: Ints) -> Any:
    """The least or greatest of each step's ways."""
    return pick.reduceat(values, first_way[:-1]) if len(values) else values


def _factors(items: list[int], yields: list[float], scrap: list[float]) -> tuple[Floats, Floats]:
    out_factor, in_factor = np.empty(len(items)), np.empty(len(items))
    factor, later = 1.0, -1
    for k in range(len(items) - 1, -1, -1):
        if items[k] != later:
            factor, later = 1.0, items[k]
        out_factor[k] = factor
        factor /= yields[k] if yields[k] > 0 else 1.0
        is_first = k == 0 or items[k - 1] != items[k]
        in_factor[k] = factor * (1 + scrap[items[k]]) if is_first else factor
    return out_factor, in_factor


def up_to_minutes(hours: Floats, efficiency: Floats | float = 1.0) -> Ints:
    """Whole clock minutes that hold `hours` standard hours at `efficiency`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        minutes = np.where(hours > 0, hours * 60 / efficiency, 0.0)
    result: Ints = np.ceil(np.minimum(minutes, LONGEST) - 1e-6).astype(np.int64)
    return result


@dataclass(frozen=True, slots=True)
class Remaining:
    """Steps of lots with pieces still to do beyond what is handed over and what is frozen."""

    lot: Ints
    step: Ints  # index into Routings
    good: Floats
    started: Floats


def remaining(
    routing: Routings,
    lot_item: Ints,
    ordered: Floats,
    qty: Floats,
    done: dict[tuple[int, int], float],
    frozen: dict[tuple[int, int], float],
) -> Remaining:
    """The steps each lot has still to go through.

    ordered: the good pieces the lot was begun for; qty: those still to come out of its last step. done, frozen:
    good pieces handed over and fixed, by lot and step number.
    """
    counts = np.diff(routing.first_step)[lot_item]
    lot = np.repeat(np.arange(len(lot_item)), counts)
    step = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    is_last = step == counts[lot] - 1
    step = step + routing.first_step[lot_item[lot]]
    good = ordered[lot] * routing.out_factor[step]
    if done:
        good -= _spread(done, lot, routing.number[step])
    good = np.where(is_last, qty[lot], good)
    if frozen:
        good = good - _spread(frozen, lot, routing.number[step])
    kept: Bools = good > PIECE
    lot, step, good = lot[kept], step[kept], good[kept]
    return Remaining(lot, step, good, good * (routing.in_factor[step] / routing.out_factor[step]))


def _spread(amounts: dict[tuple[int, int], float], lot: Ints, number: Ints) -> Floats:
    touched = np.isin(lot, np.array(sorted({key[0] for key in amounts})))
    result = np.zeros(len(lot))
    for k in np.flatnonzero(touched):
        result[k] = amounts.get((int(lot[k]), int(number[k])), 0.0)
    return result


def by_lot_and_step(rows: pd.DataFrame, lot_of: pd.Index, column: str) -> dict[tuple[int, int], float]:
    """Sums of `column` by lot index and step number; rows of other orders are left out."""
    result: dict[tuple[int, int], float] = {}
    codes: Sequence[Any] = lot_of.get_indexer(rows["order_ref"])
    for lot, number, value in zip(codes, rows["step_no"], rows[column], strict=True):
        if lot >= 0:
            key = (int(lot), int(number))
            result[key] = result.get(key, 0.0) + float(value)
    return result
