"""The reason of one late line in the terms that `planning.explain` documents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from planning.explain.chain import Chains, Queue
from planning.explain.ideal import Ideals
from planning.explain.shop import Shop, Taken, overtime_minutes
from planning.schedule.timeline import DAY


@dataclass(frozen=True, slots=True)
class Reason:
    """A cause of plan_lateness with its detail and remedy as JSON."""

    cause: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Ends:
    """A line's days: bare and supplied as in `planning.explain`, planned; leaf: the allocation that decides supplied.

    lot: the make order of its last delivery, -1 where that is not made.
    """

    bare: int
    supplied: int
    planned: int
    leaf: int
    lot: int


@dataclass(frozen=True, slots=True)
class Lost:
    """Calendar days lost: before the first plan day, to lead time, to material, to capacity."""

    before: int
    lead_time: int
    material: int
    capacity: int

    @classmethod
    def of(cls, ends: Ends, target: int, first_day: int) -> Lost:
        """The days between `target` and the plan's end, told apart."""
        start = max(target, first_day)
        bare, supplied = max(ends.bare, start), max(ends.supplied, start)
        return cls(max(0, first_day - target), bare - start, supplied - bare, max(ends.planned, start) - supplied)

    def as_dict(self) -> dict[str, int]:
        """The days by name."""
        return {name: getattr(self, name) for name in self.__slots__}


class Reasons:
    """Reasons of the lines of one plan."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.ideals = Ideals(shop)
        self.chains = Chains(shop)
        names = ("item_no", "supply_kind", "supply_ref")
        self.item, self.kind, self.ref = (shop.allocation[name].tolist() for name in names)
        item = shop.plan_input.item
        lead = item["lead_time_days"].fillna(shop.plan_input.settings.default_lead_time_days)
        self.lead = dict(zip(item["item_no"], lead, strict=True))
        station = shop.plan_input.station
        self.overtime_cost = dict(zip(station["station_no"], station["overtime_cost"], strict=True))
        buy = shop.plan_input.firm_buy
        as_of = buy["date"].dt.date <= shop.plan_input.as_of_date if len(buy) else []
        self.overdue = set(buy["order_ref"][as_of]) if len(buy) else set()

    def of(self, key: list[Any], item_no: str, qty: float, target: int, planned: int) -> Reason:
        """Why the line `key` (order number, line) of `item_no`, wanted on day `target`, is done on day `planned`."""
        taken = self.shop.sold.get((key[0], key[1]), [])
        if not taken:
            detail = {"kind": "unsupplied", "item_no": item_no, "qty": qty}
            return Reason("material", _json(detail), "")
        # what is due after the horizon and not done inside it is explained as if it were due on its last day
        target = min(target, self.shop.horizon - 1)
        ends = self._ends(taken, planned)
        lost = Lost.of(ends, target, self.shop.first_day)
        if lost.capacity > max(lost.lead_time, lost.material):
            reason = self._capacity(ends, lost, target)
            if reason is not None:
                return reason
        if lost.material > lost.lead_time and ends.leaf >= 0:
            return self._material(ends, lost, target)
        return self._processing(item_no, ends, lost)

    def _ends(self, taken: list[Taken], planned: int) -> Ends:
        shop = self.shop
        bare = supplied = shop.first_day
        leaf, lot, latest = -1, -1, -1
        for one in taken:
            if one.lot >= 0:
                ideal = self.ideals.of(one.lot)
                bare = max(bare, ideal.bare_day)
                if ideal.supplied_day > supplied:
                    supplied, leaf = ideal.supplied_day, ideal.leaf
                if shop.finish_day[one.lot] > latest:
                    latest, lot = shop.finish_day[one.lot], one.lot
            else:
                if one.day > supplied:
                    supplied, leaf = one.day, one.row
                if one.day > latest:
                    latest, lot = one.day, -1
        # overtime may make the plan itself faster than regular hours alone would
        supplied = min(supplied, planned)
        return Ends(min(bare, supplied), supplied, planned, leaf, lot)

    def _material(self, ends: Ends, lost: Lost, target: int) -> Reason:
        """The part whose date decides: a supply that exists (material) or one yet to be ordered (lead time)."""
        shop, row = self.shop, ends.leaf
        item_no, kind, ref = self.item[row], self.kind[row], self.ref[row]
        day = self._day_of(row)
        wanted = day - lost.material
        if day >= shop.horizon:
            # days after the horizon are not counted as lost; all of the pure work must fit in before the target
            wanted = target - (ends.bare - shop.first_day)
        enough = not (lost.before or lost.lead_time or lost.capacity) and wanted >= shop.first_day
        by = max(wanted, shop.first_day)
        remedy = {"kind": "expedite", "item_no": item_no, "supply_ref": ref, "by": shop.date(by), "days": day - by}
        if kind == "planned_buy":
            detail = {"kind": "lead_time", "item_no": item_no, "supply_ref": ref, "earliest": shop.date(day)}
            detail |= {"lead_days": int(self.lead.get(item_no, 0)), "days": lost.material}
            return Reason("lead_time", _json(detail, lost), _remedy(remedy, None, enough))
        detail = {"kind": "material", "item_no": item_no, "supply_kind": kind, "supply_ref": ref}
        detail |= {"available": shop.date(day), "overdue": ref in self.overdue, "days": lost.material}
        return Reason("material", _json(detail, lost), _remedy(remedy, None, enough))

    def _day_of(self, row: int) -> int:
        """The earliest day of an allocation's supply, as the chain counts it."""
        return self.shop.days_of[row]

    def _processing(self, item_no: str, ends: Ends, lost: Lost) -> Reason:
        """Nothing is missing and no unit is taken; the work alone takes too long, or the target lies in the past."""
        shop = self.shop
        days = lost.lead_time or lost.capacity
        if days:
            earliest = shop.date(ends.bare if lost.lead_time else ends.planned)
            detail = {"kind": "processing", "item_no": item_no, "earliest": earliest, "days": days}
        else:
            detail = {"kind": "past_due", "first_plan_day": shop.date(shop.first_day), "days": lost.before}
        promise = {"kind": "promise", "date": shop.date(ends.planned if ends.planned < shop.horizon else ends.supplied)}
        return Reason("lead_time", _json(detail, lost), _remedy(promise, None, False))

    def _capacity(self, ends: Ends, lost: Lost, target: int) -> Reason | None:
        """Where the chain of the last delivery queued longest; None where it never did."""
        queue = self.chains.longest_queue(ends.lot) if ends.lot >= 0 else None
        if queue is None:
            return None
        shop, op = self.shop, queue.op
        cause = "frozen" if queue.frozen else "capacity"
        until = queue.start if queue.start >= 0 else shop.horizon * DAY
        detail = {
            "kind": cause,
            "station_no": op.station_no,
            "unit_no": op.unit_no,
            "order_ref": shop.refs[op.lot],
            "step_no": op.step_no,
            "from": shop.date(queue.ready // DAY),
            "to": shop.date(queue.start // DAY) if queue.start >= 0 else None,
            "hours": round(queue.minutes / 60, 2),
            "days": max(until // DAY - queue.ready // DAY, 0),
            "orders": list(queue.orders),
        }
        if cause == "frozen":
            remedy: dict[str, Any] = {"kind": "unfreeze", "order_ref": shop.refs[op.lot], "step_no": op.step_no}
            remedy |= {"days": lost.capacity}
            return Reason(cause, _json(detail, lost), _remedy(remedy, None, False))
        return Reason(cause, _json(detail, lost), self._relief(queue, lost, until))

    def _relief(self, queue: Queue, lost: Lost, until: int) -> str:
        """The hours the chain would have to gain at the queue: the unit's working time in the days to be made up."""
        shop, station_no = self.shop, queue.op.station_no
        line = shop.lines[station_no]
        since = max(until - lost.capacity * DAY, shop.first_day * DAY)
        wanted = line.worked(until) - line.worked(since)
        minutes = min(wanted, queue.minutes)
        possible = overtime_minutes(line, queue.ready, until) if shop.plan_input.settings.overtime else 0
        kind = "overtime" if possible >= minutes > 0 else "relief"
        hours = round(minutes / 60, 2)
        price = float(self.overtime_cost.get(station_no, 0.0))
        remedy: dict[str, Any] = {"kind": kind, "station_no": station_no, "from": shop.date(queue.ready // DAY)}
        remedy |= {"to": shop.date(min(until // DAY, shop.horizon - 1)), "hours": hours}
        cost = round(hours * price, 2) if kind == "overtime" and price > 0 else None
        enough = minutes >= wanted and queue.start >= 0 and not (lost.before or lost.lead_time or lost.material)
        return _remedy(remedy, cost, enough)


def _json(facts: dict[str, Any], lost: Lost | None = None) -> str:
    return json.dumps(facts | ({"lost": lost.as_dict()} if lost else {}), ensure_ascii=False, separators=(",", ":"))


def _remedy(facts: dict[str, Any], cost: float | None, enough: bool) -> str:
    return _json(facts | {"cost": cost, "enough": enough, "estimate": True})
