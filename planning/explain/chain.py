"""The critical chain of a lot, backwards from its end, and where on it the lot queued longest."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from planning.explain.shop import Op, Shop
from planning.schedule.timeline import DAY, NEVER

LOOKED_AT = 400  # rows of a unit looked at for one queue
NAMED = 3  # orders named as those that ran meanwhile


@dataclass(frozen=True, slots=True)
class Queue:
    """A step that waited for its unit: from ready to start, minutes on the clock of the unit's working time.

    orders: those that ran on the unit meanwhile, most minutes first. frozen: it, or most of what it waited for, is
    frozen work. A lot that is not finished waits till the end of the horizon (start -1) at its busiest station.
    """

    op: Op
    ready: int
    start: int
    minutes: int
    orders: tuple[str, ...]
    frozen: bool


class Chains:
    """The longest queue on each lot's chain, worked out once per lot."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.known: dict[int, Queue | None] = {}
        self.load = _loads(shop)

    def longest_queue(self, lot: int) -> Queue | None:
        """Where the chain that ends in `lot` queued longest; None where it never did."""
        if lot in self.known:
            return self.known[lot]
        if self.shop.finish[lot] < 0:
            found = self._unfinished(lot)
        else:
            longest = self._walk(lot)
            found = longest and self._with_others(*longest)
        self.known[lot] = found
        return found

    def _walk(self, lot: int) -> tuple[Op, int, int] | None:
        """The op that waited most working minutes on the way back, with when it was ready and the minutes."""
        shop = self.shop
        longest: tuple[Op, int, int] | None = None
        place: tuple[int, int] | None = (lot, len(shop.ops[lot]) - 1)
        while place is not None:
            at, position = place
            op = shop.ops[at][position]
            ready, place = self._set_by(at, position)
            if op.station_no and op.start >= 0:
                line = shop.lines[op.station_no]
                begin = line.begin(ready)
                minutes = line.worked(op.start) - line.worked(begin) if begin < NEVER else 0
                if minutes > 0 and (longest is None or minutes > longest[2]):
                    longest = (op, begin, minutes)
        return longest

    def _set_by(self, lot: int, position: int) -> tuple[int, tuple[int, int] | None]:
        """When a step could start at the earliest, and the step (lot, position) that decided it, if one did."""
        shop = self.shop
        op = shop.ops[lot][position]
        ready, by = shop.first_day * DAY, None
        if position:
            before = shop.ops[lot][position - 1]
            # a step that laps over the one before was let in by its transfer lots
            done = before.finish + before.wait
            ready, by = max(ready, min(done, op.start) if before.first < 1.0 else done), (lot, position - 1)
        for taken in shop.taken[lot]:
            if taken.at == position:
                if taken.lot >= 0:
                    finish = shop.finish[taken.lot]
                    if finish > ready:
                        ready, by = finish, (taken.lot, len(shop.ops[taken.lot]) - 1)
                elif taken.day * DAY > ready:
                    ready, by = taken.day * DAY, None
        return ready, by

    def _with_others(self, op: Op, ready: int, minutes: int) -> Queue:
        ran, frozen = self._ran(op.station_no, op.unit_no, ready, op.start, self.shop.refs[op.lot])
        return Queue(op, ready, op.start, minutes, ran, op.frozen or frozen * 2 > minutes)

    def _ran(self, station_no: str, unit_no: int, start: int, finish: int, own: str) -> tuple[tuple[str, ...], int]:
        """The orders that ran on a unit between two minutes, most first, and the minutes of frozen work there."""
        unit = self.shop.units.get((station_no, unit_no))
        if unit is None:
            return (), 0
        shares: dict[str, int] = {}
        frozen = 0
        last = bisect_left(unit.start, finish)
        for k in range(last - 1, max(last - LOOKED_AT, 0) - 1, -1):
            if unit.finish[k] <= start:
                break
            minutes = min(unit.finish[k], finish) - max(unit.start[k], start)
            if unit.frozen[k]:
                frozen += minutes
            if unit.order_ref[k] != own:
                shares[unit.order_ref[k]] = shares.get(unit.order_ref[k], 0) + minutes
        ranked = sorted(shares, key=lambda ref: (-shares[ref], ref))
        return tuple(ranked[:NAMED]), frozen

    def _unfinished(self, lot: int) -> Queue | None:
        """A lot that did not fit in: of its own stations, or those of the lots it waits for, the busiest."""
        shop = self.shop
        seen, stack = {lot}, [lot]
        busiest: tuple[float, Op] | None = None
        while stack:
            here = stack.pop()
            for op in shop.ops[here]:
                if op.station_no and (busiest is None or self.load[op.station_no] > busiest[0]):
                    busiest = (self.load[op.station_no], op)
            below = [taken.lot for taken in shop.taken[here] if taken.lot >= 0 and shop.finish[taken.lot] < 0]
            stack.extend(other for other in below if other not in seen)
            seen.update(below)
        if busiest is None:
            return None
        op, end = busiest[1], shop.horizon * DAY
        ready = shop.first_day * DAY
        line = shop.lines[op.station_no]
        orders, _ = self._ran(op.station_no, 1, ready, end, shop.refs[lot])
        return Queue(op, ready, -1, line.worked(end) - line.worked(ready), orders, False)


def _loads(shop: Shop) -> dict[str, float]:
    """Minutes booked per minute of regular hours, by station."""
    booked: dict[str, int] = {}
    for (station_no, _), unit in shop.units.items():
        booked[station_no] = booked.get(station_no, 0) + sum(unit.finish) - sum(unit.start)
    station = shop.plan_input.station
    loads = {}
    for station_no, units in zip(station["station_no"], station["parallel_units"], strict=True):
        total = shop.lines[station_no].worked(shop.horizon * DAY) * units
        loads[station_no] = booked.get(station_no, 0) / total if total else float("inf")
    return loads
