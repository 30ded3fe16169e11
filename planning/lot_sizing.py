"""How much is ordered at once: lot for lot, fixed, by period, with minimum quantity and multiple."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planning.allocate import EPSILON, overlap
from planning.bom import Floats, Ints
from planning.lead_time import DayLine


@dataclass(frozen=True, slots=True)
class LotRule:
    """An item's rule. policy: lot_for_lot, fixed or period; gross: pieces ordered per piece that may be used."""

    policy: str = "lot_for_lot"
    lot_qty: float = 0.0
    period_days: int = 0
    min_order_qty: float = 0.0
    order_multiple: float = 0.0
    gross: float = 1.0

    def rounded(self, qty: float) -> float:
        """`qty` raised to the minimum order quantity and to the multiple."""
        return ceil_to(max(qty, self.min_order_qty), self.order_multiple)

    @property
    def exact(self) -> bool:
        """Whether lots are just what is needed."""
        return self.policy != "period" and not self.fixed and self.min_order_qty <= 0 and self.order_multiple <= 0

    @property
    def fixed(self) -> bool:
        """Whether every lot has the same quantity."""
        return self.policy == "fixed" and self.lot_qty > 0


def ceil_to(qty: float, multiple: float) -> float:
    """The least multiple not under `qty`, forgiving a billionth: 0.30000000000000004 is three times 0.1."""
    if multiple <= 0:
        return qty
    return math.ceil(qty / multiple - 1e-9) * multiple


@dataclass(frozen=True, slots=True)
class Lots:
    """Lots in order of time and who takes from them: qty ordered per lot; lot, taker and taken of each share."""

    qty: Floats
    lot: Ints
    taker: Ints
    taken: Floats


def size_lots(day: Ints, qty: Floats, new: npt.NDArray[np.bool_], rule: LotRule, days: DayLine) -> Lots:
    """The lots that cover net requirements `qty` on `day` (in order of time, all positive).

    Lot for lot, a lot covers the requirements from a mark in `new` to the next. By period, all within
    `period_days` working days from the first one it covers, that day included. What rounding leaves over serves
    the requirements behind. Source: Orlicky, Material Requirements Planning (2nd ed.), chapter 6 (fixed order
    quantity, lot for lot, fixed period requirements); fixed: the least number of lots such that
    lots received ≥ requirements to date (Hopp and Spearman, Factory Physics, 3.1.2).
    """
    if rule.fixed:
        return _fixed(qty, rule)
    if not rule.exact:
        return _rounded(day, qty, new, rule, days)
    group = np.cumsum(new) - 1
    lots = np.bincount(group, qty) * rule.gross
    return Lots(lots, group, np.arange(len(qty), dtype=np.int64), qty)


def _fixed(qty: Floats, rule: LotRule) -> Lots:
    size = rule.rounded(rule.lot_qty)
    count = math.ceil(float(qty.sum()) * rule.gross / size - 1e-9)
    lots = np.full(count, size)
    usable = lots / rule.gross
    usable[-1] += EPSILON * max(1.0, size)  # what rounding forgave
    lot, taker, taken = overlap(usable, qty)
    return Lots(lots, lot, taker, taken)


def _rounded(day: Ints, qty: Floats, new: npt.NDArray[np.bool_], rule: LotRule, days: DayLine) -> Lots:
    needs, when = qty.tolist(), day.tolist()
    behind = _group_ends(day, new, rule, days)
    forgiven = EPSILON * max(1.0, rule.order_multiple)
    lots: list[float] = []
    shares: list[tuple[int, int, float]] = []
    over = 0.0
    for position in range(len(when)):
        net = needs[position]
        if over > forgiven:
            taken = net if net <= over + forgiven else over
            shares.append((len(lots) - 1, position, taken))
            over, net = max(over - taken, 0.0), net - taken
        if net > forgiven:
            lots.append(rule.rounded((net + sum(needs[position + 1 : behind[position]])) * rule.gross))
            shares.append((len(lots) - 1, position, net))
            over = lots[-1] / rule.gross - net
    lot, taker = (np.array([share[place] for share in shares], dtype=np.int64) for place in (0, 1))
    return Lots(np.array(lots), lot, taker, np.array([share[2] for share in shares]))


def _group_ends(day: Ints, new: npt.NDArray[np.bool_], rule: LotRule, days: DayLine) -> list[int]:
    """For each requirement the position behind the last that a lot begun for it covers."""
    if rule.policy == "period":
        window = days.add(days.back(day, 0), max(rule.period_days, 1))
        ends: list[int] = np.maximum(np.searchsorted(day, window), np.arange(len(day)) + 1).tolist()
        return ends
    marks = np.append(np.flatnonzero(new), len(day))
    behind: list[int] = marks[np.searchsorted(marks, np.arange(len(day)), side="right")].tolist()
    return behind
