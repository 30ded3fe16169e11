"""Material requirements planning: from open order lines to lots, purchases and who takes what.

Item by item in order of low-level code (Orlicky, Material Requirements Planning, 2nd ed., chapters 4 to 7):
gross requirements by rank, existing supply handed out, lots for the rest, their start days, their components.
"""

from __future__ import annotations

import numpy as np

from planning.allocate import EPSILON, FIRM_MAKE, NEVER, PLANNED_BUY, PLANNED_MAKE, Requirements, hand_out
from planning.bom import Floats, Ints
from planning.factory import Factory
from planning.lot_sizing import Lots, size_lots
from planning.material_book import MAKE, SAFETY, SALES, Book, LotRows, Needs, material_plan
from planning.model import MaterialPlan, PlanInput

FROZEN_RANK = -1  # before every order line's


def plan_materials(plan_input: PlanInput) -> MaterialPlan:
    """The lots to make, the purchases and the ledger that serve every open line and safety stock of `plan_input`.

    Frames as in MATERIAL_COLUMNS. Order lines are served by rank (priority, target date, order number, line), but
    those that a new order can still serve in time leave what there is to those that would else be late. Frozen work
    comes before them all. A lot's
    components inherit the best rank of those the lot serves, then come work orders nobody waits for, then safety
    stock. Planned lots and purchases are numbered in order of low-level code, item and need date.
    The result does not depend on the order of input rows. Raises BomCycleError where an item is a part of itself.
    """
    factory = Factory.of(plan_input)
    book = _opened(factory)
    book.add_needs(_line_needs(factory), factory.code)
    book.add_needs(_rework_needs(factory), factory.code)
    for level in range(int(factory.code.max(initial=-1)) + 1):
        items = np.flatnonzero(factory.code == level)
        ledger, lots, lot_count = len(book.ledger), len(book.lots), book.lot_count
        _plan_items(factory, book, items, book.needs.pop(level, []))
        _date_firm_lots(factory, book, items, book.ledger[ledger:])
        if book.lots[lots:]:
            book.add_needs(_component_needs(factory, LotRows.joined(book.lots[lots:]), lot_count), factory.code)
        for needs in _firm_needs(factory, book.firm, items):
            book.add_needs(needs, factory.code)
    return material_plan(factory, book)


def _opened(factory: Factory) -> Book:
    work = factory.work
    unknown = np.full(len(work.item), NEVER, dtype=np.int64)
    firm = LotRows(work.item, work.qty, unknown, unknown.copy(), unknown.copy())
    return Book(firm, parts_days(factory), lot_count=len(work.item))


def parts_days(factory: Factory) -> Ints:
    """Per item the working days until the last of its parts could be there if all of them were ordered anew.

    The longest way down the BOM of the first plan day (with its own days an item's cumulative lead time, APICS
    Dictionary), each part in a lot as large as the largest order line wants. 0 for what has no parts.
    """
    count, last = len(factory.names), int(factory.code.max(initial=-1))
    parent, line = factory.bom.lines(np.arange(count), np.full(count, factory.days.first))
    component = factory.bom.component[line]
    used = factory.steps.started[factory.bom.step[line]] * factory.bom.usage[line]
    largest = np.zeros(count)
    np.maximum.at(largest, factory.names.get_indexer(factory.lines["item_no"]), factory.lines["qty"].to_numpy())
    for level in range(last + 1):
        here = factory.code[parent] == level
        np.maximum.at(largest, component[here], (largest[parent] * used)[here])
    own = np.where(factory.made, factory.lead.days(factory.steps.first[:-1], largest), factory.buy_days)
    parts = np.zeros(count, dtype=np.int64)
    for level in range(last, -1, -1):
        here = (factory.code[parent] == level) & factory.made[parent]
        np.maximum.at(parts, parent[here], (own + parts)[component[here]])
    return parts


def _line_needs(factory: Factory) -> Needs:
    lines = factory.lines
    rank = np.arange(len(lines))
    target = lines["target_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    item = factory.names.get_indexer(lines["item_no"]).astype(np.int64)
    nothing = np.full(len(lines), -1)
    day = np.maximum(target, factory.days.first)
    needs = Needs(item, day, rank, lines["qty"].to_numpy(), np.full(len(lines), SALES), rank, nothing)
    return needs.of(needs.qty > EPSILON)


def _rework_needs(factory: Factory) -> Needs:
    """What work orders draw of the very item they make: known before the item is planned, at their own rank."""
    work = factory.work
    order = work.pick_order
    own = np.flatnonzero(work.item[order] == work.pick_item)
    order = order[own]
    start = factory.days.back(work.due[order], work.days[work.first[order]])
    day = np.maximum(start, factory.days.first)
    step = work.pick_steps(order, work.pick_item[own], day, factory.steps, factory.bom)
    rank = np.where(work.line_rank[order] >= 0, work.line_rank[order], len(factory.lines) + work.own_rank[order])
    make = np.full(len(own), MAKE)
    return Needs(work.pick_item[own], day, rank, work.pick_qty[own], make, order, _item_step(factory, order, step))


def _item_step(factory: Factory, order: Ints, step: Ints) -> Ints:
    """The row in Steps of a row of an order's own steps."""
    rows: Ints = factory.steps.first[factory.work.item[order]] + step - factory.work.first[order]
    return rows


def _plan_items(factory: Factory, book: Book, items: Ints, parts: list[Needs]) -> None:
    """Plans the items of one level: hands out supply and sizes lots, item by item."""
    needs = Needs.joined(parts) if parts else Needs.same(0, np.zeros(0, np.int64), 0, np.zeros(0), SAFETY)
    order = np.lexsort((needs.step, needs.ref, needs.kind, needs.day, needs.rank, needs.item))
    needs = needs.of(order)
    first = np.searchsorted(needs.item, items)
    last = np.searchsorted(needs.item, items, side="right")
    wanted = (last > first) | (factory.safety[items] > EPSILON)
    for item, begin, end in zip(items[wanted].tolist(), first[wanted].tolist(), last[wanted].tolist(), strict=True):
        own = needs.of(slice(begin, end))
        if factory.safety[item] > EPSILON:
            own = Needs.joined([own, _safety_needs(factory, item, own)])
        _plan_item(factory, book, item, own)


def _safety_needs(factory: Factory, item: int, needs: Needs) -> Needs:
    """Safety stock as requirements behind all others: in hand from the first day, renewed on the day it is broken into.

    With b(t) the least balance of existing supply and requirements up to day t, safety stock lacks
    min(safety, max(0, safety - b(t))) by day t. Nothing new can come before the earliest day E, so what happens
    before E counts at E. This makes net requirements those of the textbook record, where the balance starts at on hand
    less safety stock (Jacobs and Chase, Operations and Supply Chain Management: The Core, chapter 9).
    """
    safety = float(factory.safety[item])
    earliest = int(factory.earliest(item, np.array([safety]))[0])
    rows = slice(int(factory.supply.first[item]), int(factory.supply.first[item + 1]))
    day = np.concatenate([[earliest], np.maximum(factory.supply.day[rows], earliest), np.maximum(needs.day, earliest)])
    change = np.concatenate([[0.0], factory.supply.qty[rows], -needs.qty])
    days, place = np.unique(day, return_inverse=True)
    least = np.minimum.accumulate(np.cumsum(np.bincount(place, change)))
    lacking = np.clip(safety - least, 0.0, safety)
    pieces = np.diff(lacking, prepend=0.0)
    held = safety - lacking[-1]
    days = np.concatenate([[factory.days.first], days])
    pieces = np.concatenate([[held], pieces])
    real = pieces > EPSILON
    rank = len(factory.lines) + len(factory.work.item)
    return Needs.same(item, days[real], rank, pieces[real], SAFETY)


def _plan_item(factory: Factory, book: Book, item: int, needs: Needs) -> None:
    """Hands out the item's supply and orders the rest."""
    supply = factory.supply
    has_supply = supply.first[item] < supply.first[item + 1]
    rest = needs.qty
    if has_supply:
        latest = factory.earliest(item, needs.qty)
        surely = factory.days.add(latest, book.parts_days[item])
        near = (needs.day < surely) & (needs.rank < len(factory.lines))
        barred = np.flatnonzero((needs.kind == MAKE) & (needs.ref < len(factory.work.item)))
        barred = barred[factory.work.item[needs.ref[barred]] == item]
        wanted = Requirements(needs.day, needs.rank, needs.qty, latest, near, barred)
        taker, row, taken, rest = hand_out(wanted, supply, item)
        ref = np.where(supply.kind[row] == FIRM_MAKE, supply.row[row], row)
        book.ledger.append((needs.of(taker), supply.kind[row], ref, taken))
    if rest.any():
        open_rows = np.flatnonzero(rest)
        (_make if factory.made[item] else _buy)(factory, book, item, needs.of(open_rows), rest[open_rows])


def _make(factory: Factory, book: Book, item: int, needs: Needs, qty: Floats) -> None:
    """Lots to make: one per requirement unless the rule says otherwise; safety stock joins a lot of its day."""
    order = np.lexsort((np.arange(len(qty)), needs.day))
    needs, qty = needs.of(order), qty[order]
    new = np.ones(len(qty), dtype=bool)
    new[1:] = (needs.kind[1:] != SAFETY) | (needs.day[1:] != needs.day[:-1])
    lots = size_lots(needs.day, qty, new, factory.rules[item], factory.days)
    count = len(lots.qty)
    need, rank = _first_of(needs.day, lots), _first_of(needs.rank, lots)
    days = factory.lead.days(np.full(count, factory.steps.first[item]), lots.qty)
    start = np.maximum(factory.days.back(need, days), factory.days.first)
    book.lots.append(LotRows(np.full(count, item), lots.qty, need, rank, start))
    book.ledger.append(
        (needs.of(lots.taker), np.full(len(lots.lot), PLANNED_MAKE), book.lot_count + lots.lot, lots.taken)
    )
    book.lot_count += count


def _buy(factory: Factory, book: Book, item: int, needs: Needs, qty: Floats) -> None:
    """Purchases: one per need day; all that is wanted before a purchase can come is bought at once."""
    earliest = int(factory.days.add(factory.days.first, int(factory.buy_days[item])))
    day = np.maximum(needs.day, earliest)
    order = np.lexsort((np.arange(len(qty)), day))
    needs, qty, day = needs.of(order), qty[order], day[order]
    new = np.ones(len(qty), dtype=bool)
    new[1:] = day[1:] != day[:-1]
    lots = size_lots(day, qty, new, factory.rules[item], factory.days)
    book.buys.append((np.full(len(lots.qty), item), lots.qty, _first_of(needs.day, lots)))
    book.ledger.append(
        (needs.of(lots.taker), np.full(len(lots.lot), PLANNED_BUY), book.buy_count + lots.lot, lots.taken)
    )
    book.buy_count += len(lots.qty)


def _first_of(values: Ints, lots: Lots) -> Ints:
    """The least of the takers' `values`, per lot."""
    least = np.full(len(lots.qty), NEVER, dtype=np.int64)
    np.minimum.at(least, lots.lot, values[lots.taker])
    return least


def _date_firm_lots(factory: Factory, book: Book, items: Ints, ledger: list[tuple[Needs, Ints, Ints, Floats]]) -> None:
    """Need day, rank and start of the make orders of `items`, from those who took from them."""
    work, firm = factory.work, book.firm
    for needs, kind, ref, _ in ledger:
        made = kind == FIRM_MAKE
        if made.any():
            np.minimum.at(firm.need, ref[made], needs.day[made])
            np.minimum.at(firm.rank, ref[made], needs.rank[made])
    own = np.flatnonzero(np.isin(work.item, items))
    nobody = own[firm.rank[own] == NEVER]
    firm.need[nobody] = work.due[nobody]
    firm.rank[nobody] = len(factory.lines) + work.own_rank[nobody]
    start = factory.days.back(firm.need[own], work.days[work.first[own]])
    firm.start[own] = np.maximum(start, factory.days.first)


def _component_needs(factory: Factory, lots: LotRows, first_lot: int) -> Needs:
    """What planned lots use: pieces started in a step x usage, wanted the day the step starts."""
    lot, line = factory.bom.lines(lots.item, lots.start)
    step = factory.bom.step[line]
    qty = lots.qty[lot] * factory.steps.started[step] * factory.bom.usage[line]
    before = factory.lead.days(step, lots.qty[lot])
    day = np.maximum(factory.days.back(lots.need[lot], before), lots.start[lot])
    make = np.full(len(lot), MAKE)
    return Needs(factory.bom.component[line], day, lots.rank[lot], qty, make, first_lot + lot, step)


def _firm_needs(factory: Factory, firm: LotRows, items: Ints) -> list[Needs]:
    """What the make orders of `items` still use: by picking list where they have one, else by BOM and progress."""
    work = factory.work
    here = np.isin(work.item, items)
    by_bom = np.flatnonzero(here & ~work.by_list)
    lot, line = factory.bom.lines(work.item[by_bom], firm.start[by_bom])
    order = by_bom[lot]
    step = work.first[order] + factory.bom.step[line] - factory.steps.first[work.item[order]]
    exploded = _firm_rows(
        factory, firm, order, factory.bom.component[line], work.started[step] * factory.bom.usage[line], step
    )
    picked = np.flatnonzero(here[work.pick_order] & (work.item[work.pick_order] != work.pick_item))
    order, item = work.pick_order[picked], work.pick_item[picked]
    step = work.pick_steps(order, item, firm.start[order], factory.steps, factory.bom)
    return [exploded, _firm_rows(factory, firm, order, item, work.pick_qty[picked], step)]


def _firm_rows(factory: Factory, firm: LotRows, order: Ints, item: Ints, qty: Floats, step: Ints) -> Needs:
    """Frozen work stands where it stands: its material is wanted by then, before anybody else's."""
    day = np.maximum(factory.days.back(firm.need[order], factory.work.days[step]), factory.days.first)
    frozen = factory.work.frozen_day[order]
    rank = np.where(frozen < NEVER, FROZEN_RANK, firm.rank[order])
    needs = Needs(
        item, np.minimum(day, frozen), rank, qty, np.full(len(order), MAKE), order, _item_step(factory, order, step)
    )
    return needs.of(qty > EPSILON)
