"""The work orders of the sample factory: which lots it made, makes and will make, level by level, and on which days.

All lots of the whole time line are made as the factory's own planner would have made them: goods for their
order line or
to stock, finished parts and blanks in lots that several goods share, plating never above its standard hours. Lots whose
day of release has come are work orders; the rest only says what will be bought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.sample.clock import Bools, Floats, Ints, repeated
from data.sample.demand import CANCELLED, DEMAND, Demand
from data.sample.design import CALENDAR_HOURS, PLT, STATION, Design, effective

PART_PERIOD, BLANK_PERIOD, STOCK_PERIOD = 5, 8, 5
RELEASED_BEFORE = 3  # working days from release to start
SLIPPED_BLANKS, SLIPPED_PARTS, SLIPPED_GOODS = -8, -4, -1  # the last days on which lots without their metal started


@dataclass(slots=True)
class Lots:
    """Lots in order of item and day. `start` and `finish` are planned working days; `delay` is what came on top."""

    item: Ints
    qty: Ints
    line: Ints  # row of the order line, -1: for stock or for several
    finish: Ints
    start: Ints
    delay: Ints
    cancelled: Bools

    def __len__(self) -> int:
        return len(self.item)


@dataclass(frozen=True, slots=True)
class LotSteps:
    """Steps of lots, in order: row of the routing, good pieces out, pieces started, first planned day and days."""

    lot: Ints
    step: Ints
    out: Ints
    started: Ints
    day: Ints
    days: Ints
    first: Ints  # first step of each lot, and one more


@dataclass(frozen=True, slots=True)
class LotParts:
    """What lots use: the BOM line, its quantity, and the planned day on which its step begins."""

    lot: Ints
    line: Ints
    component: Ints
    qty: Floats
    day: Ints


@dataclass(frozen=True, slots=True)
class LotRules:
    """Lot sizes of goods, parts and blanks: days put together and multiple, by item. fixed: the multiple is a lot."""

    period: Ints
    multiple: Ints
    fixed: Bools


def lot_rules(plan: Design, daily: Floats) -> LotRules:
    """Most parts are put together by weeks, the others and half of the blanks made in fixed lots of six days' use."""
    usage = daily_usage(plan, daily)
    position = np.arange(plan.items)
    part, blank = plan.kinds.of("part"), plan.kinds.of("blank")
    period, fixed = np.ones(plan.items, dtype=np.int64), np.zeros(plan.items, dtype=bool)
    period[part], period[blank] = PART_PERIOD, BLANK_PERIOD
    fixed[part], fixed[blank] = part % 10 >= 7, blank % 2 == 0
    goods = np.flatnonzero(plan.to_stock)
    period[goods], fixed[goods] = STOCK_PERIOD, goods % 10 == 2
    lot = np.maximum(np.round(6 * usage / 50) * 50, 50).astype(np.int64)
    period = np.where(fixed, 3, period)
    return LotRules(period, np.where(fixed, lot, 10), fixed & (position < plan.kinds.first["raw"]))


def daily_usage(plan: Design, daily: Floats) -> Floats:
    """Usual use a working day of every item, goods included."""
    usage = np.zeros(plan.items)
    usage[: len(daily)] = daily
    bom = plan.bom
    now = np.flatnonzero(effective(bom, np.arange(len(bom.parent)), np.zeros(len(bom.parent), dtype=np.int64)))
    started = np.ones(plan.items)
    np.multiply.at(started, plan.routing.item, 1 / plan.routing.yield_rate)
    for kind in ("good", "part", "blank"):
        first, last = plan.kinds.first[kind], plan.kinds.first[kind] + plan.kinds.count[kind]
        mine = now[(bom.parent[now] >= first) & (bom.parent[now] < last)]
        parent = bom.parent[mine]
        used = usage[parent] * started[parent] * bom.qty_per[mine] * (1 + bom.scrap[mine])
        usage += np.bincount(bom.component[mine], used, plan.items)
    return usage


def make_lots(
    plan: Design, demand: Demand, rules: LotRules, random: np.random.Generator
) -> tuple[Lots, LotSteps, LotParts]:
    """All lots of the time line with their steps and what they use."""
    goods = _good_lots(plan, demand, rules, random)
    found = [goods]
    for kind in ("part", "blank"):
        above = found[-1]
        steps = lot_steps(plan, above)
        parts = lot_parts(plan, above, steps)
        mine = (plan.bom.line_no[parts.line] == 10) & ~above.cancelled[parts.lot]
        need = parts.day[mine] - 1
        item, first_need, qty = batch(parts.component[mine], need, parts.qty[mine], rules)
        finish = first_need - random.integers(0, 2, len(item))
        lots = _lots(item, qty, np.full(len(item), -1), finish)
        if kind == "part":
            _level_plating(plan, lots, demand.units)
        found.append(lots)
    lots = Lots(*(np.concatenate([getattr(one, name) for one in found]) for name in Lots.__slots__))
    steps = lot_steps(plan, lots)
    lots.start = steps.day[steps.first[:-1]]
    return lots, steps, lot_parts(plan, lots, steps)


def _lots(item: Ints, qty: Ints, line: Ints, finish: Ints) -> Lots:
    nothing = np.zeros(len(item), dtype=np.int64)
    return Lots(item, qty, line, finish, finish.copy(), nothing, np.zeros(len(item), dtype=bool))


def _good_lots(plan: Design, demand: Demand, rules: LotRules, random: np.random.Generator) -> Lots:
    lines = demand.lines
    wanted = (lines.state == DEMAND) | ((lines.state == CANCELLED) & (lines.promised_day < 6))
    wanted &= ~lines.fresh
    planned_ship = lines.ship_day - lines.late_days
    own = np.flatnonzero(wanted & ~plan.to_stock[lines.good])
    slack = 1 + random.integers(0, 2, len(own))
    to_order = _lots(lines.good[own], lines.qty[own], own, planned_ship[own] - slack)
    late = lines.late_days[own]
    to_order.delay = np.where(late > 0, late + slack - 1, 0)
    to_order.cancelled = lines.state[own] == CANCELLED
    shared = np.flatnonzero(wanted & plan.to_stock[lines.good] & (lines.state == DEMAND))
    item, need, qty = batch(lines.good[shared], planned_ship[shared], lines.qty[shared], rules)
    to_stock = _lots(item, qty, np.full(len(item), -1), need - random.integers(3, 7, len(item)))
    return Lots(*(np.concatenate([getattr(to_order, name), getattr(to_stock, name)]) for name in Lots.__slots__))


def batch(item: Ints, day: Ints, qty: Ints | Floats, rules: LotRules) -> tuple[Ints, Ints, Ints]:
    """Requirements put together into lots: item, first day of need and quantity of each lot.

    What falls into one period of an item is one lot; quantities are rounded so that lots to date cover needs to date.
    """
    bin_no = (day + (item * 7) % 11) // rules.period[item]
    order = np.lexsort((day, bin_no, item))
    item, day, bin_no, needs = item[order], day[order], bin_no[order], np.asarray(qty, dtype=float)[order]
    new = np.ones(len(item), dtype=bool)
    new[1:] = (item[1:] != item[:-1]) | (bin_no[1:] != bin_no[:-1])
    first = np.flatnonzero(new)
    if not len(first):
        return item, day, item
    item, day, needed = item[first], day[first], np.ceil(np.add.reduceat(needs, first) - 1e-9).astype(np.int64)
    first_of_item = np.searchsorted(item, item)
    total = np.cumsum(needed)
    to_date = total - (total - needed)[first_of_item]
    multiple = rules.multiple[item]
    covered = -(-to_date // multiple) * multiple
    before = np.where(np.arange(len(item)) == first_of_item, 0, np.concatenate([[0], covered[:-1]]))
    lot = covered - before
    kept = lot > 0
    return item[kept], day[kept], lot[kept]


def lot_steps(plan: Design, lots: Lots) -> LotSteps:
    """The steps of lots, planned backward from their finish, every step on days of its own."""
    routing = plan.routing
    counts = routing.first[lots.item + 1] - routing.first[lots.item]
    lot, place = repeated(counts)
    step = routing.first[lots.item][lot] + place
    first = np.concatenate([[0], np.cumsum(counts)])
    out, started = np.zeros(len(lot), dtype=np.int64), np.zeros(len(lot), dtype=np.int64)
    days, day = np.ones(len(lot), dtype=np.int64), np.zeros(len(lot), dtype=np.int64)
    good, end = lots.qty.copy(), lots.finish + 1
    unit_hours = np.array([CALENDAR_HOURS[row[4]] * row[3] for row in STATION])
    for back in range(1, int(counts.max(initial=0)) + 1):
        here = np.flatnonzero(counts >= back)
        row = first[here + 1] - back
        out[row] = good[here]
        started[row] = np.ceil(good[here] / routing.yield_rate[step[row]] - 1e-9)
        hours = started[row] / routing.per_hour[step[row]]
        days[row] = np.clip(np.ceil(hours / unit_hours[routing.station[step[row]]]), 1, 3)
        day[row] = end[here] - days[row]
        good[here], end[here] = started[row], day[row]
    return LotSteps(lot, step, out, started, day, days, first)


def lot_parts(plan: Design, lots: Lots, steps: LotSteps) -> LotParts:
    """What lots use, by the BOM effective on the day they start."""
    bom = plan.bom
    counts = bom.first[lots.item + 1] - bom.first[lots.item]
    lot, place = repeated(counts)
    line = bom.first[lots.item][lot] + place
    start = steps.day[steps.first[lot]]
    kept = effective(bom, line, start)
    lot, line = lot[kept], line[kept]
    row = steps.first[lot]
    for ahead in range(1, 5):  # the step that uses it; lines without one go to the first
        further = np.minimum(steps.first[lot] + ahead, steps.first[lot + 1] - 1)
        row = np.where(plan.routing.step_no[steps.step[further]] == bom.step_no[line], further, row)
    qty = steps.started[row] * bom.qty_per[line] * (1 + bom.scrap[line])
    component = bom.component[line]
    qty = np.where(plan.whole[component], np.ceil(qty - 1e-9), np.ceil(qty * 1000 - 1e-6) / 1000)
    return LotParts(lot, line, component, qty, steps.day[row])


def _level_plating(plan: Design, lots: Lots, units: Ints) -> None:
    """Moves part lots earlier until plating never has more than its standard hours of work.

    In hours of the whole station, a lot may end by the latest of: its own day's end, and the end of the next lot less
    that lot's hours.
    """
    steps = lot_steps(plan, lots)
    station = plan.routing.station[steps.step]
    row = np.flatnonzero(station == PLT)
    _, _, _, efficiency, calendar, *_ = STATION[PLT]
    day_hours = units[PLT] * CALENDAR_HOURS[calendar] * efficiency
    length = (steps.started[row] / plan.routing.per_hour[steps.step[row]] + 0.3) / day_hours
    wish = (steps.day[row] + steps.days[row]).astype(float)
    order = np.argsort(wish, kind="stable")
    done = np.cumsum(length[order])
    latest = done + np.minimum.accumulate((wish[order] - done)[::-1])[::-1]
    moved = np.zeros(len(row), dtype=np.int64)
    moved[order] = np.maximum(wish[order] - np.ceil(latest - 1e-9), 0).astype(np.int64)
    lots.finish[steps.lot[row]] -= moved


def released(plan: Design, lots: Lots, slipped_raw: int) -> Bools:
    """Lots that are work orders: released by now, and not waiting for the metal that slips."""
    found = lots.start - RELEASED_BEFORE <= 0
    chain = np.flatnonzero(plan.raw_of == slipped_raw)
    part, blank = plan.kinds.first["part"], plan.kinds.first["blank"]
    blank_of_lot = np.full(plan.items, -1)
    blank_of_lot[blank : blank + len(plan.raw_of)] = np.arange(len(plan.raw_of))
    blank_of_lot[part : part + len(plan.blank_of)] = plan.blank_of
    blank_of_lot[: len(plan.part_of)] = plan.blank_of[plan.part_of]
    level_last = np.select([lots.item < part, lots.item < blank], [SLIPPED_GOODS, SLIPPED_PARTS], SLIPPED_BLANKS)
    found &= ~(np.isin(blank_of_lot[lots.item], chain) & (lots.start + lots.delay > level_last))
    return found
