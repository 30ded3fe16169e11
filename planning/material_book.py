"""The book that material planning writes: requirements, lots, purchases, who took what, and the frames made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning import pegging
from planning.allocate import FIRM_BUY, FIRM_MAKE, NEVER, PLANNED_BUY, PLANNED_MAKE, STOCK, SUPPLY_KINDS
from planning.bom import Floats, Ints
from planning.factory import Factory
from planning.model import MATERIAL_COLUMNS, MaterialPlan

SALES, MAKE, SAFETY = range(3)
DEMAND_KINDS = ("sales_order", "make", "safety_stock")
LAST_PRIORITY = 5


@dataclass(frozen=True, slots=True)
class Needs:
    """Requirements, a row each: item wanted on a day, rank (0 first), quantity, and who wants it.

    kind: SALES (ref is the line's rank), MAKE (ref is the lot, step its row in Steps) or SAFETY. Lots are numbered
    from 0: firm make orders first, then planned ones as they are made.
    """

    item: Ints
    day: Ints
    rank: Ints
    qty: Floats
    kind: Ints
    ref: Ints
    step: Ints

    def of(self, rows: slice | Ints | npt.NDArray[np.bool_]) -> Needs:
        """Some rows."""
        return Needs(*(getattr(self, name)[rows] for name in Needs.__slots__))

    @staticmethod
    def joined(parts: list[Needs]) -> Needs:
        """All of `parts`, one after the other."""
        return Needs(*(np.concatenate([getattr(part, name) for part in parts]) for name in Needs.__slots__))

    @staticmethod
    def same(item: int, day: Ints, rank: int, qty: Floats, kind: int) -> Needs:
        """Requirements of one item, rank and kind that nobody in particular has."""
        count, nobody = len(day), np.full(len(day), -1)
        return Needs(np.full(count, item), day, np.full(count, rank), qty, np.full(count, kind), nobody, nobody)


@dataclass(frozen=True, slots=True)
class LotRows:
    """Make lots: item, good pieces, the day the first of its takers wants it, best rank of those it serves, start."""

    item: Ints
    qty: Floats
    need: Ints
    rank: Ints
    start: Ints

    @staticmethod
    def joined(parts: list[LotRows]) -> LotRows:
        """All of `parts`, one after the other."""
        return LotRows(*(np.concatenate([getattr(part, name) for part in parts]) for name in LotRows.__slots__))


@dataclass(slots=True)
class Book:
    """What has been planned so far. needs: open requirements by level; ledger: who took what, piece by piece.

    lots, buys: planned ones of each item as (item, quantities, need days[, ranks]). parts_days: per item the working
    days until its parts could all be there anew.
    """

    firm: LotRows
    parts_days: Ints
    needs: dict[int, list[Needs]] = field(default_factory=dict)
    ledger: list[tuple[Needs, Ints, Ints, Floats]] = field(default_factory=list)
    lots: list[LotRows] = field(default_factory=list)
    lot_count: int = 0
    buys: list[tuple[Ints, Floats, Ints]] = field(default_factory=list)
    buy_count: int = 0

    def add_needs(self, needs: Needs, code: Ints) -> None:
        """Files requirements under the level of their item."""
        level = code[needs.item]
        for one in np.unique(level).tolist():
            self.needs.setdefault(one, []).append(needs.of(level == one))


def material_plan(factory: Factory, book: Book) -> MaterialPlan:
    """The frames of a finished book."""
    lots = LotRows.joined([book.firm, *book.lots])
    ledger = _Ledger.of(factory, book)
    planned = _numbers("PM", book.lot_count - len(factory.work.item))
    lot_ref = pd.array(np.concatenate([factory.work.order_ref, planned]), dtype="str")
    bought = _Bought.of(factory, book)
    return MaterialPlan(
        make=_make_frame(factory, lots, lot_ref, ledger),
        buy=_buy_frame(factory, bought, ledger),
        allocation=_allocation_frame(factory, ledger, lot_ref, bought),
    )


def _numbers(letters: str, count: int) -> npt.NDArray[np.object_]:
    return np.array([f"{letters}-{number:05d}" for number in range(1, count + 1)], dtype=object)


def dates(day: Ints) -> npt.NDArray[np.datetime64]:
    """Days since 1970 as dates; NaT for NEVER."""
    moment = day.astype("datetime64[D]")
    moment[day >= NEVER] = np.datetime64("NaT", "D")
    return moment.astype("datetime64[us]")


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The ledger's rows as arrays. ref: row of Supply; for a make order the lot, for a purchase its number."""

    needs: Needs
    kind: Ints
    ref: Ints
    qty: Floats

    @classmethod
    def of(cls, factory: Factory, book: Book) -> _Ledger:
        """The whole ledger, in the order in which it was written."""
        nothing = np.zeros(0, dtype=np.int64)
        parts = [(Needs.same(0, nothing, 0, np.zeros(0), SAFETY), nothing, nothing, np.zeros(0)), *book.ledger]
        return cls(
            Needs.joined([part[0] for part in parts]),
            *(np.concatenate([part[at] for part in parts]) for at in (1, 2, 3)),
        )

    def made(self) -> npt.NDArray[np.bool_]:
        """The rows that a make order supplies."""
        by_lot: npt.NDArray[np.bool_] = (self.kind == FIRM_MAKE) | (self.kind == PLANNED_MAKE)
        return by_lot


def _make_frame(
    factory: Factory, lots: LotRows, lot_ref: pd.api.extensions.ExtensionArray, ledger: _Ledger
) -> pd.DataFrame:
    """MATERIAL_COLUMNS["make"]."""
    count, firm, orders = len(lots.item), len(factory.work.item), len(factory.lines)
    weight, priority = np.zeros(count), np.full(count, LAST_PRIORITY, dtype=np.int64)
    priority[:firm] = factory.work.priority
    served = lots.rank < orders
    priority[served] = factory.lines["priority"].to_numpy()[np.maximum(lots.rank[served], 0)]
    made = ledger.made()
    needs = ledger.needs.of(made)
    row, line, _ = pegging.attribute(
        np.where(needs.kind == SALES, needs.ref, -1),
        np.where(needs.kind == MAKE, needs.ref, -1),
        ledger.ref[made],
        ledger.qty[made],
        count,
    )
    if len(row):
        pair = np.unique(ledger.ref[made][row] * orders + line)
        np.add.at(weight, pair // orders, factory.lines["weight"].to_numpy()[pair % orders])
    kind = pd.array(["firm_make", "planned_make"], dtype="str").take((np.arange(count) >= firm).astype(np.int64))
    start = dates(lots.start)
    columns = (lot_ref, kind, factory.item_no.take(lots.item), lots.qty, start, dates(lots.need), start)
    return pd.DataFrame(dict(zip(MATERIAL_COLUMNS["make"], (*columns, priority, weight), strict=True)))


@dataclass(frozen=True, slots=True)
class _Bought:
    """Purchases: the firm ones in order of item and reference, then the planned ones."""

    firm_row: Ints  # their rows in Supply
    ref: pd.api.extensions.ExtensionArray
    item: Ints
    qty: Floats
    order: Ints
    available: Ints
    need: Ints

    @classmethod
    def of(cls, factory: Factory, book: Book) -> _Bought:
        """All purchases; those that exist have no need day yet."""
        supply, days = factory.supply, factory.days
        row = np.flatnonzero(supply.kind == FIRM_BUY)
        owner = np.searchsorted(supply.first, row, side="right") - 1
        row = row[np.lexsort((supply.ref[row].astype(str), owner))]
        owner = np.searchsorted(supply.first, row, side="right") - 1
        item = np.concatenate([owner, *(part[0] for part in book.buys)]).astype(np.int64)
        need = np.concatenate([np.full(len(row), NEVER), *(part[2] for part in book.buys)]).astype(np.int64)
        order = np.maximum(days.back(need, factory.buy_days[item]), days.first)
        available = days.add(days.first, factory.buy_days[item])
        order[: len(row)], available[: len(row)] = NEVER, supply.day[row]
        ref = pd.array(np.concatenate([supply.ref[row], _numbers("PB", book.buy_count)]), dtype="str")
        qty = np.concatenate([supply.qty[row], *(part[1] for part in book.buys)])
        return cls(row, ref, item, qty, order, available, need)


def _buy_frame(factory: Factory, bought: _Bought, ledger: _Ledger) -> pd.DataFrame:
    """MATERIAL_COLUMNS["buy"]."""
    firm = len(bought.firm_row)
    first_need = np.full(len(factory.supply.kind), NEVER, dtype=np.int64)
    taken = ledger.kind == FIRM_BUY
    np.minimum.at(first_need, ledger.ref[taken], ledger.needs.day[taken])
    need = bought.need.copy()
    need[:firm] = first_need[bought.firm_row]
    late = np.zeros(len(need), dtype=bool)
    late[:firm] = factory.supply.overdue[bought.firm_row]
    supplier = factory.supplier[bought.item]
    supplier[:firm] = factory.firm_supplier[factory.supply.row[bought.firm_row]]
    kind = pd.array(["firm_buy", "planned_buy"], dtype="str").take((np.arange(len(need)) >= firm).astype(np.int64))
    columns = (
        bought.ref,
        kind,
        factory.item_no.take(bought.item),
        bought.qty,
        dates(bought.order),
        dates(bought.available),
        dates(need),
        pd.array(supplier, dtype="str"),
        late,
    )
    return pd.DataFrame(dict(zip(MATERIAL_COLUMNS["buy"], columns, strict=True)))


def _allocation_frame(
    factory: Factory, ledger: _Ledger, lot_ref: pd.api.extensions.ExtensionArray, bought: _Bought
) -> pd.DataFrame:
    """MATERIAL_COLUMNS["allocation"]."""
    needs, supply, firm = ledger.needs, factory.supply, len(bought.firm_row)
    # every reference there is in one run: existing supply, lots, planned purchases, lines' orders, nothing
    texts = pd.array(
        np.concatenate(
            [
                supply.ref,
                lot_ref.to_numpy(dtype=object),
                bought.ref.to_numpy(dtype=object)[firm:],
                factory.lines["sales_order_no"].to_numpy(dtype=object),
                np.array([""], dtype=object),
            ]
        ),
        dtype="str",
    )
    lots_at = len(supply.ref)
    buys_at = lots_at + len(lot_ref)
    lines_at = buys_at + len(bought.ref) - firm
    by_plan = ledger.kind == PLANNED_BUY
    given = np.where(ledger.made(), lots_at + ledger.ref, np.where(by_plan, buys_at + ledger.ref, ledger.ref))
    taker = np.select(
        [needs.kind == SALES, needs.kind == MAKE], [lines_at + needs.ref, lots_at + needs.ref], len(texts) - 1
    )
    available = np.full(len(ledger.kind), NEVER, dtype=np.int64)
    there = ~ledger.made() & ~by_plan
    available[there] = np.maximum(
        supply.day[ledger.ref[there]], np.where(ledger.kind[there] == STOCK, factory.days.first, 0)
    )
    available[by_plan] = bought.available[firm:][ledger.ref[by_plan]]
    line_no = np.full(len(ledger.kind), np.nan)
    for_line = needs.kind == SALES
    line_no[for_line] = factory.lines["line_no"].to_numpy()[needs.ref[for_line]]
    step_no = np.where(needs.kind == MAKE, factory.steps.step_no[needs.step], np.nan)
    columns = (
        np.arange(1, len(ledger.kind) + 1),
        factory.item_no.take(needs.item),
        pd.array(DEMAND_KINDS, dtype="str").take(needs.kind),
        texts.take(taker),
        line_no,
        step_no,
        dates(needs.day),
        pd.array(SUPPLY_KINDS, dtype="str").take(ledger.kind),
        texts.take(given),
        ledger.qty,
        dates(available),
    )
    return pd.DataFrame(dict(zip(MATERIAL_COLUMNS["allocation"], columns, strict=True)))
