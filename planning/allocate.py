"""Who takes which supply that exists: by rank, on time and latest first, stock last, and nobody late for nothing."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.bom import Floats, Ints, day_numbers
from planning.lead_time import DayLine
from planning.model import PlanInput
from planning.work_in_progress import WorkInProgress

STOCK, INSPECTION, FIRM_BUY, FIRM_MAKE, PLANNED_BUY, PLANNED_MAKE = range(6)
SUPPLY_KINDS = ("stock", "inspection", "firm_buy", "firm_make", "planned_buy", "planned_make")

EPSILON = 1e-9  # less than this is nothing
NEVER = 2**31


@dataclass(frozen=True, slots=True)
class Supply:
    """Supply that exists, item by item, each item's in the order in which it is handed out if all of it is on time.

    Item i's rows are first[i] .. first[i + 1] - 1: the latest first, stock last and there the first to expire first.
    row: the row of the frame it comes from (work in progress for firm_make). day: when it is due to come. could:
    when it could come at the earliest: for a make order the plan decides, for all else it is `day`. expiry: the
    last day it may be used. reserved: rank of the order line it is made for, -1 for none.
    """

    first: Ints
    kind: Ints
    ref: npt.NDArray[np.object_]
    row: Ints
    qty: Floats
    day: Ints
    could: Ints
    expiry: Ints
    reserved: Ints
    overdue: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, plan_input: PlanInput, names: pd.Index, days: DayLine, work: WorkInProgress) -> Supply:
        """All supply of `plan_input`; lots that expire before the first plan day are left out."""
        parts = [
            _stock(plan_input, days),
            _inspection(plan_input, days),
            _firm_buy(plan_input, days),
            _firm_make(work, names),
        ]
        rows = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
        rows["item"] = names.get_indexer(rows["item_no"])
        rows = rows[(rows["qty"] > EPSILON) & (rows["item"] >= 0)]
        in_hand = rows["kind"] == STOCK
        rows["turn"] = rows["expiry"].where(in_hand, -rows["day"])
        rows["in_hand"] = in_hand
        rows = rows.sort_values(["item", "in_hand", "turn", "kind", "ref"], kind="stable")
        whole = {
            name: rows[name].to_numpy(dtype=np.int64) for name in ("kind", "row", "day", "could", "expiry", "reserved")
        }
        return cls(
            first=np.searchsorted(rows["item"].to_numpy(), np.arange(len(names) + 1)).astype(np.int64),
            ref=rows["ref"].to_numpy(dtype=object),
            qty=rows["qty"].to_numpy(dtype=np.float64),
            overdue=rows["overdue"].to_numpy(dtype=bool),
            **whole,
        )


def _rows(kind: int, source: pd.DataFrame, ref: pd.Series, day: Ints, **more: object) -> pd.DataFrame:
    rows = pd.DataFrame({"item_no": source["item_no"].to_numpy(dtype=object), "ref": ref.to_numpy(dtype=object)})
    rows["qty"] = source["qty"].to_numpy()
    rows["row"] = np.arange(len(source))
    rows["kind"] = kind
    rows["day"] = day
    for name, default in (("could", day), ("expiry", NEVER), ("reserved", -1), ("overdue", False)):
        rows[name] = more.get(name, default)
    return rows


def _stock(plan_input: PlanInput, days: DayLine) -> pd.DataFrame:
    """Lots in hand, whatever their location; what a location owes is taken off the same lot elsewhere."""
    lots = plan_input.stock.groupby(["item_no", "lot_no", "expiry_date"], dropna=False, as_index=False)["qty"].sum()
    expiry = day_numbers(lots["expiry_date"], missing=NEVER)
    fresh = expiry >= days.first
    lots = lots[fresh]
    # a day before any other, so that stock is on time for every need
    return _rows(STOCK, lots, lots["lot_no"], np.zeros(len(lots), dtype=np.int64), expiry=expiry[fresh])


def _inspection(plan_input: PlanInput, days: DayLine) -> pd.DataFrame:
    as_of = int(np.datetime64(plan_input.as_of_date, "D").astype(np.int64))
    usable = max(int(days.add(as_of, plan_input.settings.inspection_days)), days.first)
    waiting = plan_input.inspection
    return _rows(INSPECTION, waiting, waiting["order_ref"], np.full(len(waiting), usable))


def _firm_buy(plan_input: PlanInput, days: DayLine) -> pd.DataFrame:
    buys = plan_input.firm_buy
    due = day_numbers(buys["date"])
    as_of = int(np.datetime64(plan_input.as_of_date, "D").astype(np.int64))
    overdue = due <= as_of
    late = int(days.add(days.first, plan_input.settings.overdue_grace_days))
    return _rows(FIRM_BUY, buys, buys["order_ref"], np.where(overdue, late, due), overdue=overdue)


def _firm_make(work: WorkInProgress, names: pd.Index) -> pd.DataFrame:
    source = pd.DataFrame({"item_no": names[work.item].to_numpy(dtype=object), "qty": work.qty})
    return _rows(FIRM_MAKE, source, pd.Series(work.order_ref), work.due, could=work.could, reserved=work.line_rank)


def overlap(one: Floats, other: Floats) -> tuple[Ints, Ints, Floats]:
    """Two runs of quantities laid side by side from 0: (position in one, position in other, quantity) of each overlap.

    The longer run is cut where the shorter ends.
    """
    ends, other_ends = np.cumsum(one), np.cumsum(other)
    if not len(ends) or not len(other_ends):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros(0)
    total = min(ends[-1], other_ends[-1])
    cuts = np.concatenate([ends, other_ends])
    cuts = np.concatenate([[0.0], np.sort(cuts[cuts <= total])])
    qty = np.diff(cuts)
    keep = qty > max(EPSILON, total * 1e-13)
    qty, middle = qty[keep], (cuts[:-1] + cuts[1:])[keep] / 2.0
    return np.searchsorted(ends, middle), np.searchsorted(other_ends, middle), qty


@dataclass(frozen=True, slots=True)
class Requirements:
    """Requirements of one item in order of rank: the day each is wanted, its rank and quantity.

    latest: the day on which a new order could come. near: wanted before a new order would surely be there, by somebody
    who waits for it. barred: positions of those that take from no make order.
    """

    need: Ints
    rank: Ints
    qty: Floats
    latest: Ints
    near: npt.NDArray[np.bool_]
    barred: Ints


def hand_out(wanted: Requirements, supply: Supply, item: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Hands an item's existing supply to requirements in order of rank: (requirement, supply row, quantity), rest.

    Each requirement takes what is on time, latest first, then what is late, earliest first, but nothing that
    comes after both its need and `latest`. Supply made for an order line serves that line first. Where that leaves a
    near requirement late, the near ones go before the others, each in order of rank: the others lose nothing, since a
    new order is there when they want it. `rest` is what of each requirement stays open.
    """
    rows = slice(int(supply.first[item]), int(supply.first[item + 1]))
    by_rank = np.arange(len(wanted.need))
    near_first = np.argsort(~wanted.near, kind="stable")
    if rows.start == rows.stop or not len(by_rank):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros(0), wanted.qty
    in_time = supply.day[rows].max() <= wanted.need.min() and supply.expiry[rows].min() >= wanted.need.max()
    if in_time and not len(wanted.barred) and supply.reserved[rows].max() < 0:
        order = by_rank if supply.qty[rows].sum() >= wanted.qty.sum() else near_first
        taker, given, taken = overlap(wanted.qty[order], supply.qty[rows])
        taker = order[taker]
        return taker, given + rows.start, taken, _rest(wanted.qty, taker, taken)
    found = _compete(wanted, supply, rows, by_rank)
    late = _near_late(wanted, supply, *found)
    if late and not wanted.near[found[0]].all():
        other = _compete(wanted, supply, rows, near_first)
        # in that order stock may be left to expire: no more is bought for it than comes in time instead
        more = float(other[3].sum() - found[3].sum())
        if more <= late - _near_late(wanted, supply, *other) + EPSILON:
            return other
    return found


def _near_late(wanted: Requirements, supply: Supply, taker: Ints, given: Ints, taken: Floats, rest: Floats) -> float:
    """Pieces that near requirements get late or not at all."""
    late = wanted.near[taker] & (supply.day[given] > wanted.need[taker])
    return float(taken[late].sum() + rest[wanted.near].sum())


def _rest(qty: Floats, taker: Ints, taken: Floats) -> Floats:
    rest: Floats = qty - np.bincount(taker, taken, minlength=len(qty))
    rest[rest <= np.maximum(EPSILON, qty * 1e-12)] = 0.0
    return rest


@dataclass(slots=True)
class _Hands:
    """What is still open and what is left while supply is handed out, and who took what so far."""

    open_qty: list[float]
    left: dict[int, float]
    rows: list[tuple[int, int, float]]

    def take(self, position: int, row: int) -> bool:
        """Gives requirement `position` all it can have of supply `row`; True where nothing of the supply is left."""
        wanted, left = self.open_qty[position], self.left[row]
        amount = min(wanted, left)
        self.rows.append((position, row, amount))
        self.open_qty[position] = wanted - amount if wanted - amount > EPSILON else 0.0
        self.left[row] = left - amount if left - amount > EPSILON else 0.0
        return self.left[row] == 0.0


def _compete(wanted: Requirements, supply: Supply, rows: slice, order: Ints) -> tuple[Ints, Ints, Floats, Floats]:
    """The same, requirement by requirement in `order`: several dated supplies, of which each may serve only some."""
    start, stop = rows.start, rows.stop
    barred = set(wanted.barred.tolist())
    hands = _Hands(wanted.qty.tolist(), dict(zip(range(start, stop), supply.qty[rows].tolist(), strict=True)), [])
    _serve_own_lines(hands, wanted.rank, supply, rows, barred)
    in_hand = supply.kind[rows] == STOCK
    stock = [row for row in (np.flatnonzero(in_hand) + start).tolist() if hands.left[row]]
    dated = [row for row in (np.flatnonzero(~in_hand) + start)[::-1].tolist() if hands.left[row]]
    dates = supply.day[dated].tolist()
    expiry = dict(zip(stock, supply.expiry[stock].tolist(), strict=True))
    could = dict(zip(dated, supply.could[dated].tolist(), strict=True))
    made = {row for row in dated if supply.kind[row] == FIRM_MAKE}
    open_qty, need, latest = hands.open_qty, wanted.need.tolist(), wanted.latest.tolist()
    for position in order.tolist():
        if not dated and not stock:
            break
        day = need[position]
        shut = made if position in barred else frozenset()
        place = bisect_right(dates, day)
        for at in range(place - 1, -1, -1):
            if open_qty[position] and dated[at] not in shut and hands.take(position, dated[at]):
                del dated[at], dates[at]
                place -= 1
            if not open_qty[position]:
                break
        for row in stock if open_qty[position] else ():
            if open_qty[position] and hands.left[row] and expiry[row] >= day:
                hands.take(position, row)
        if stock and not hands.left[stock[0]]:
            stock = [row for row in stock if hands.left[row]]
        at, last = place, max(day, latest[position])
        while open_qty[position] and at < len(dated) and (dates[at] <= last or made):
            if could[dated[at]] > last or dated[at] in shut or not hands.take(position, dated[at]):
                at += 1
            else:
                del dated[at], dates[at]
    taker, given = (np.array([row[place] for row in hands.rows], dtype=np.int64) for place in (0, 1))
    taken = np.array([row[2] for row in hands.rows], dtype=np.float64)
    return taker, given, taken, _rest(wanted.qty, taker, taken)


def _serve_own_lines(hands: _Hands, rank: Ints, supply: Supply, rows: slice, barred: set[int]) -> None:
    """Make orders that name an order line serve it before anything is pooled, the first to come first."""
    for row in (np.flatnonzero(supply.reserved[rows] >= 0)[::-1] + rows.start).tolist():
        own = np.searchsorted(rank, [supply.reserved[row], supply.reserved[row] + 1])
        for position in range(int(own[0]), int(own[1])):
            if hands.open_qty[position] and hands.left[row] and position not in barred:
                hands.take(position, row)
