"""When lots would be done if no unit were ever busy: the days that material and pure processing take."""

from __future__ import annotations

from dataclasses import dataclass

from planning.explain.shop import Op, Shop
from planning.schedule.timeline import DAY, NEVER


@dataclass(frozen=True, slots=True)
class Ideal:
    """The earliest end of a lot with every unit free: without and with waiting for material, as minute and work day.

    leaf: row of the allocation whose date decides the latter, -1 where none does.
    """

    bare: int
    bare_day: int
    supplied: int
    supplied_day: int
    leaf: int


class Ideals:
    """Ideal ends of the lots of a shop, each worked out once, those below it first."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.known: dict[int, Ideal] = {}

    def of(self, lot: int) -> Ideal:
        """The ideal end of `lot`; deep trees are walked without recursion."""
        stack = [lot]
        while stack:
            top = stack[-1]
            below = [taken.lot for taken in self.shop.taken[top] if taken.lot >= 0 and taken.lot not in self.known]
            if top in self.known:
                stack.pop()
            elif below:
                stack.extend(below)
            else:
                self.known[top] = self._worked_out(top)
        return self.known[lot]

    def _worked_out(self, lot: int) -> Ideal:
        shop = self.shop
        bare = supplied = shop.first_day * DAY
        bare_end = supplied_end = 0
        leaf = -1
        bare_day = supplied_day = shop.first_day
        for position, op in enumerate(shop.ops[lot]):
            for taken in shop.taken[lot]:
                if taken.at != position:
                    continue
                if taken.lot >= 0:
                    below = self.known[taken.lot]
                    bare = max(bare, below.bare)
                    if below.supplied > supplied:
                        supplied, leaf = below.supplied, below.leaf
                elif taken.day * DAY > supplied:
                    supplied, leaf = taken.day * DAY, taken.row
            bare, bare_end, bare_day = self._step(op, bare, bare_end)
            supplied, supplied_end, supplied_day = self._step(op, supplied, supplied_end)
        return Ideal(bare_end, bare_day, supplied_end, supplied_day, leaf)

    def _step(self, op: Op, ready: int, before: int) -> tuple[int, int, int]:
        """From when a step may start and when the one before ends: when the next may start, its end, its work day."""
        shop = self.shop
        if ready >= NEVER:
            return NEVER, NEVER, shop.horizon
        if not op.station_no:
            day = shop.working_day(min(ready // DAY, shop.horizon), op.lead)
            return day * DAY, day * DAY, min(day, shop.horizon)
        line = shop.lines[op.station_no]
        end = line.finish(ready, op.minutes)
        if end < before:
            end = before  # a step that takes over transfer lots ends after the one that makes them
        if end >= NEVER:
            return NEVER, NEVER, shop.horizon
        onward = end if op.first >= 1.0 else line.finish(ready, int(op.minutes * op.first))
        return onward + op.wait, end, line.day_of_end(end)
