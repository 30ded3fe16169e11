"""What customers of the sample factory have ordered: the lines, sized so that plating is as full as asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.sample.clock import Bools, Floats, Ints, repeated
from data.sample.design import BLACK, CALENDAR_HOURS, PLT, STATION, Design

OPEN_LINES = 1000.0
LAST_DAY = 51  # working days: 60 calendar days
FULL_UNTIL = 28  # after this day orders thin out, since many have not come in yet
BURST = (12, 20)  # working days with more orders than usual
BURST_FACTOR = 1.7
SURGE = (7, 13)  # due days of plated orders that came in during the last three days, for which nothing is released yet
SURGE_SHARE, SURGE_FACTOR = 0.45, 1.8
USUAL_LOAD = 0.9
DEMAND, DRAFT, REVIEWING, ON_HOLD, CANCELLED = range(5)


@dataclass(slots=True)
class Lines:
    """Order lines, one array a column; days count from the as-of date. `ship_day` may lie ahead: not shipped yet."""

    order: Ints
    line_no: Ints
    customer: Ints
    good: Ints
    qty: Ints
    order_day: Ints
    due_day: Ints
    promised_day: Ints
    ship_day: Ints
    late_days: Ints  # working days by which it left, or will leave, after its promise
    state: Ints
    priority: Ints  # 0: the customer's
    fresh: Bools  # came in too late to be in any work order or purchase

    def __len__(self) -> int:
        return len(self.order)


@dataclass(frozen=True, slots=True)
class Demand:
    """The order lines and how many units each station has for them."""

    lines: Lines
    units: Ints
    daily: Floats  # usual pieces a working day of each good
    rush: int  # line of the rush order
    waiting: int  # line that waits for an inspection


def draw_demand(plan: Design, scale: float, load: float, past: int, random: np.random.Generator) -> Demand:
    """Order lines due from working day `past` (negative) to 60 calendar days ahead.

    load: of plating, 0.9 meaning that its pieces take nine tenths of its standard hours; changeovers come on top.
    """
    lines, wish = _draw_lines(plan, scale, past, random)
    hours = station_hours(plan)
    units = np.zeros(len(STATION), dtype=np.int64)
    units[PLT] = max(1, round(3 * scale))
    factor = _factor(plan, lines, wish, hours, int(units[PLT]), USUAL_LOAD, past)
    daily_hours = hours.T @ _daily(plan, lines, wish * factor, past) + _daily_setups(plan, lines, past)
    for station, (_, _, _, efficiency, calendar, _, _, aim) in enumerate(STATION):
        if station != PLT:
            units[station] = max(1, int(np.ceil(daily_hours[station] / (CALENDAR_HOURS[calendar] * efficiency * aim))))
    factor = _factor(plan, lines, wish, hours, int(units[PLT]), load, past)
    qty = np.maximum(wish * factor, 20)
    lines.qty = (np.where(qty > 400, np.round(qty / 50) * 50, np.ceil(qty / 10) * 10)).astype(np.int64)
    daily = _daily(plan, lines, lines.qty, past)
    rush, waiting = _special_lines(plan, lines, daily)
    return Demand(lines, units, daily, rush, waiting)


def station_hours(plan: Design) -> Floats:
    """Standard hours of every station per finished good, at all levels, goods x stations."""
    goods = len(plan.part_of)
    hours = np.zeros((goods, len(STATION)))
    pieces = np.ones(goods)
    of_level = (np.arange(goods), plan.kinds.first["part"] + plan.part_of)
    for item in (*of_level, plan.kinds.first["blank"] + plan.blank_of[plan.part_of]):
        started = pieces.copy()
        for place in range(4, -1, -1):
            step = plan.routing.first[item] + place
            real = step < plan.routing.first[item + 1]
            step = np.where(real, step, 0)
            started = np.where(real, started / plan.routing.yield_rate[step], started)
            np.add.at(
                hours,
                (np.flatnonzero(real), plan.routing.station[step[real]]),
                (started / plan.routing.per_hour[step])[real],
            )
        main = plan.bom.first[item]
        pieces = started * plan.bom.qty_per[main] * (1 + plan.bom.scrap[main])
    return hours


def _draw_lines(plan: Design, scale: float, past: int, random: np.random.Generator) -> tuple[Lines, Floats]:
    days = np.arange(past, LAST_DAY + 1)
    density = np.where(days <= FULL_UNTIL, 1.0, 1.0 - 0.5 * (days - FULL_UNTIL) / (LAST_DAY - FULL_UNTIL))
    per_day = OPEN_LINES * scale / density[days > 0].sum()
    orders = max(4, round(per_day * density.sum() / 1.85))
    base = random.choice(days, orders, p=density / density.sum())
    counts = random.choice([1, 2, 3, 4], orders, p=[0.45, 0.33, 0.14, 0.08])
    popular = random.lognormal(0, 0.45, len(plan.part_of))
    first_good = random.choice(len(popular), orders, p=popular / popular.sum())
    order, place = repeated(counts)
    customer = plan.customer_of[first_good][order]
    own = (len(popular) - customer + plan.customers - 1) // plan.customers  # goods of the customer
    other = customer + plan.customers * (random.integers(0, 1 << 30, len(order)) % own)
    good = np.where(place == 0, first_good[order], other)
    due = np.minimum(base[order] + random.choice([0, 0, 2, 6], len(order)) * (place > 0), LAST_DAY)
    ordered = np.minimum(base - random.integers(15, 42, orders), -random.integers(0, 9, orders))
    plated = plan.finish[plan.part_of[first_good]] < BLACK
    fresh = plated & (base >= SURGE[0]) & (base <= SURGE[1]) & (random.random(orders) < SURGE_SHARE)
    ordered = np.where(fresh, -random.integers(0, 3, orders), ordered)[order]
    fresh = fresh[order]
    promised = due + np.where(random.random(len(order)) < 0.2, random.integers(1, 5, len(order)), 0)
    late = (promised <= 0) & (random.random(len(order)) < 0.075)
    late_days = np.where(late, random.integers(1, 7, len(order)), 0)
    early = np.where(late, 0, random.choice([0, 1, 2], len(order), p=[0.6, 0.25, 0.15]))
    order_no = np.unique(ordered * 10_000_000 + order, return_inverse=True)[1]  # numbered in order of their dates
    lines = Lines(
        order_no,
        place + 1,
        customer,
        good,
        np.zeros(len(order), dtype=np.int64),
        ordered,
        due,
        promised,
        promised - early + late_days,
        late_days,
        _states(order, ordered, promised, fresh, random),
        np.zeros(len(order), dtype=np.int64),
        fresh,
    )
    size = random.lognormal(np.log(500), 0.45, len(popular)) / np.maximum(plan.cost[: len(popular)], 3) ** 0.3
    wish = size[good] * random.lognormal(0, 0.4, len(order))
    burst = (promised >= BURST[0]) & (promised <= BURST[1])
    return lines, wish * np.where(burst, BURST_FACTOR, 1.0) * np.where(fresh, SURGE_FACTOR, 1.0)


def _states(order: Ints, ordered: Ints, promised: Ints, fresh: Bools, random: np.random.Generator) -> Ints:
    """Few orders are no demand: recent ones still in review, some on hold, some cancelled."""
    of_order = random.random(int(order.max()) + 1)[order]
    coming = promised > 4
    recent = coming & (ordered >= -3) & ~fresh
    return np.select(
        [recent & (of_order < 0.10), recent & (of_order < 0.22), coming & (of_order > 0.988), of_order > 0.975],
        [DRAFT, REVIEWING, ON_HOLD, CANCELLED],
        DEMAND,
    ).astype(np.int64)


def _daily(plan: Design, lines: Lines, qty: Floats | Ints, past: int) -> Floats:
    """Usual pieces a day of each good, over the days on which orders do not thin out."""
    usual = (lines.state == DEMAND) & (lines.promised_day <= FULL_UNTIL)
    pieces = np.bincount(lines.good[usual], np.asarray(qty)[usual], len(plan.part_of))
    daily: Floats = pieces / (FULL_UNTIL - past + 1)
    return daily


def _factor(plan: Design, lines: Lines, wish: Floats, hours: Floats, units: int, load: float, past: int) -> float:
    """What to multiply the wished quantities with, so that plating is loaded as asked."""
    _, _, _, efficiency, calendar, *_ = STATION[PLT]
    available = units * CALENDAR_HOURS[calendar] * efficiency * load
    return available / max(float(hours[:, PLT] @ _daily(plan, lines, wish, past)), 1e-9)


def _daily_setups(plan: Design, lines: Lines, past: int) -> Floats:
    """Hours a day that each station is set up: a lot a line for goods, a lot a week for parts and blanks."""
    lots = np.zeros(len(STATION))
    usual = (lines.state == DEMAND) & (lines.promised_day <= FULL_UNTIL)
    per_good = np.bincount(lines.good[usual], minlength=len(plan.part_of)) / (FULL_UNTIL - past + 1)
    routing = plan.routing
    of_good = routing.item < len(plan.part_of)
    np.add.at(lots, routing.station[of_good], per_good[routing.item[of_good]])
    np.add.at(lots, routing.station[~of_good], 0.2)
    hours: Floats = lots * np.array([row[1] for row in STATION])
    return hours


def _special_lines(plan: Design, lines: Lines, daily: Floats) -> tuple[int, int]:
    """Adds the rush order and the line whose gift box waits for inspection; returns their rows."""
    of_good = plan.product_of_good()
    plated = plan.finish[plan.part_of] == 0
    brass = (of_good == 1) | (of_good == 7)
    busy = np.where(plated & ~brass & ~plan.to_stock, daily, -1.0)
    rush_good = int(np.argmax(busy))
    boxed = (plan.box_of >= 0) & ~brass & ~plan.to_stock & (np.arange(len(daily)) != rush_good)
    quiet = np.where(boxed, daily, np.inf)
    waiting_good = int(np.argmin(quiet))
    per_line = lines.qty[lines.good == rush_good].mean() if (lines.good == rush_good).any() else 500
    usual = lines.qty[lines.good == waiting_good].mean() if (lines.good == waiting_good).any() else 400
    rows = (
        (rush_good, int(round(5 * per_line, -2)), 0, 7, 7, 7, 0, 1),
        (waiting_good, int(round(usual, -1)), -24, 0, 0, 2, 2, 2),
    )
    for good, qty, ordered, due, promised, shipped, late, priority in rows:
        added = (
            int(lines.order.max()) + 1,
            1,
            int(plan.customer_of[good]),
            good,
            qty,
            ordered,
            due,
            promised,
            shipped,
            late,
            DEMAND,
            priority,
            ordered == 0,
        )
        for name, value in zip(Lines.__slots__, added, strict=True):
            setattr(lines, name, np.append(getattr(lines, name), value))
    return len(lines) - 2, len(lines) - 1
