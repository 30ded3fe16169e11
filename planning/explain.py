"""Why an order line is late, and the cheapest single change that would bring it back.

The critical chain is walked backwards from the last delivery: from a lot's last step to its first, then into the
lot or the purchase that its material came from last. What the chain spent waiting for a station is queueing; what
it spent waiting for a purchase is material. A line that would be late without any queueing is late by its material
(`material`: supply that exists; `lead_time`: supply that is still to be ordered, or the work itself); otherwise by
`capacity`, or by `frozen` where only frozen work stood in its way.

`detail` is JSON, so that a page can say it in its reader's language:
    {"kind": "material", "item_no", "supply_kind", "supply_ref", "available", "overdue", "order_ref"}
    {"kind": "lead_time", "item_no", "supply_ref", "available", "lead_days", "order_ref"}
    {"kind": "work", "order_ref", "days"}                     the work alone takes longer than there is time
    {"kind": "capacity" | "frozen", "station_no", "order_ref", "step_no", "from", "to", "hours", "orders"}
`remedy` is JSON too:
    {"action": "expedite", "item_no", "supply_ref", "to", "estimate"}
    {"action": "overtime", "station_no", "from", "to", "hours", "cost", "estimate"}
Estimates follow from the chain alone.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planning.model import RESULT_COLUMNS, MaterialPlan, PlanInput, Schedule, frame

MADE = ("planned_make", "firm_make")
LONGEST_CHAIN = 64


@dataclass(frozen=True, slots=True)
class _Queue:
    """A step that waited for its station: from when it could have started until it did."""

    order_ref: str
    step_no: int
    station_no: str
    unit_no: int
    since: pd.Timestamp
    until: pd.Timestamp

    @property
    def length(self) -> pd.Timedelta:
        return self.until - self.since


@dataclass(frozen=True, slots=True)
class _Chain:
    """A critical chain: its queues, and the purchase at its far end (None: it began with the plan)."""

    queues: list[_Queue]
    finish: pd.Timestamp
    supply: dict[str, Any] | None
    first_lot: str
    last_lot: str


def lateness(
    plan_input: PlanInput,
    materials: MaterialPlan,
    schedule: Schedule,
    allocation: pd.DataFrame,
    delivery: pd.DataFrame,
) -> pd.DataFrame:
    """One row per line that is late or not wholly delivered inside the horizon, as `RESULT_COLUMNS["plan_lateness"]`.

    planned_date is the day of the last delivery, NaT where something stays outside the horizon; days_late then counts
    to the day after the horizon.
    """
    late = _late_lines(plan_input, delivery)
    reasons = _Reasons(plan_input, materials, schedule, allocation)
    told = [reasons.of(row) for row in late.itertuples()]
    late["cause"] = [cause for cause, _, _ in told]
    late["detail"] = [json.dumps(detail, ensure_ascii=False) for _, detail, _ in told]
    late["remedy"] = [json.dumps(remedy, ensure_ascii=False) if remedy else "" for _, _, remedy in told]
    return frame(RESULT_COLUMNS["plan_lateness"], late)


def _late_lines(plan_input: PlanInput, delivery: pd.DataFrame) -> pd.DataFrame:
    line = ["sales_order_no", "line_no"]
    done = delivery.groupby(line, as_index=False).agg(delivered=("qty", "sum"), planned_date=("delivery_date", "max"))
    lines = plan_input.demand.merge(done, on=line, how="left")
    whole = lines["delivered"].fillna(0.0) >= lines["qty"] - 1e-6
    lines["planned_date"] = lines["planned_date"].where(whole)
    beyond = pd.Timestamp(plan_input.horizon_end) + pd.Timedelta(days=1)
    lines["days_late"] = (lines["planned_date"].fillna(beyond) - lines["target_date"]).dt.days.clip(lower=0)
    late = lines[(lines["days_late"] > 0) | ~whole].copy()
    return late.sort_values(line, ignore_index=True)


class _Reasons:
    """What the walk along a chain looks up, indexed once."""

    def __init__(
        self, plan_input: PlanInput, materials: MaterialPlan, schedule: Schedule, allocation: pd.DataFrame
    ) -> None:
        self.begin = pd.Timestamp(plan_input.as_of_date) + pd.Timedelta(days=1)
        self.beyond = pd.Timestamp(plan_input.horizon_end) + pd.Timedelta(days=1)
        self.overdue = set(materials.buy.loc[materials.buy["overdue"], "order_ref"])
        item = plan_input.item.set_index("item_no")["lead_time_days"]
        self.lead = item.fillna(plan_input.settings.default_lead_time_days).to_dict()
        station = plan_input.station.set_index("station_no")
        self.overtime_cost = station["overtime_cost"].to_dict()
        self.finish = schedule.lots.set_index("order_ref")["finish_time"].to_dict()
        self.wait = plan_input.routing_step.groupby(["item_no", "step_no"])["wait_hours"].min().to_dict()
        self.frozen = set(zip(plan_input.frozen["order_ref"], plan_input.frozen["step_no"], strict=True))
        self.lot_item = dict(zip(materials.make["order_ref"], materials.make["item_no"], strict=True))
        self.steps = self._steps(schedule.rows)
        self.units = self._units(schedule.rows)
        supplied = allocation[allocation["demand_kind"].isin(("sales_order", "make"))]
        self.supplies: dict[tuple[str, int | None], list[dict[str, Any]]] = {}
        for row in supplied.to_dict("records"):
            line = None if row["demand_kind"] == "make" else int(row["demand_line_no"])
            self.supplies.setdefault((row["demand_ref"], line), []).append(row)

    @staticmethod
    def _steps(rows: pd.DataFrame) -> dict[str, list[tuple[int, str, int, pd.Timestamp, pd.Timestamp]]]:
        ops = rows.groupby(["order_ref", "step_no"], as_index=False).agg(
            station_no=("station_no", "first"),
            unit_no=("unit_no", "first"),
            start=("start_time", "min"),
            end=("finish_time", "max"),
        )
        steps: dict[str, list[tuple[int, str, int, pd.Timestamp, pd.Timestamp]]] = {}
        for row in ops.sort_values(["order_ref", "step_no"]).itertuples():
            steps.setdefault(row.order_ref, []).append((row.step_no, row.station_no, row.unit_no, row.start, row.end))
        return steps

    @staticmethod
    def _units(rows: pd.DataFrame) -> dict[tuple[str, int], tuple[list[pd.Timestamp], list[str], list[int]]]:
        units = {}
        for key, group in rows.sort_values("start_time").groupby(["station_no", "unit_no"]):
            units[key] = (group["finish_time"].tolist(), group["order_ref"].tolist(), group["step_no"].tolist())
        return units

    def of(self, line: Any) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        """Cause, detail and remedy of one late line."""
        supplies = self.supplies.get((line.sales_order_no, int(line.line_no)), [])
        if not supplies:
            return "lead_time", {"kind": "work", "order_ref": "", "days": int(line.days_late)}, None
        last = max(supplies, key=lambda row: (row["available_date"], row["supply_ref"]))
        if last["supply_kind"] not in MADE:
            return self._by_supply(last, "", int(line.days_late))
        chain = self._walk(last["supply_ref"])
        queued = sum((queue.length for queue in chain.queues), pd.Timedelta(0))
        without = chain.finish - queued
        if not chain.queues or without.normalize() > line.target_date:
            if chain.supply is not None:
                return self._by_supply(chain.supply, chain.first_lot, int(line.days_late))
            if not chain.queues:
                days = int((chain.finish.normalize() - self.begin).days)
                return "lead_time", {"kind": "work", "order_ref": chain.last_lot, "days": days}, None
        return self._by_queue(max(chain.queues, key=lambda queue: queue.length), int(line.days_late))

    def _walk(self, lot: str) -> _Chain:
        """The chain back from a lot's last piece."""
        queues: list[_Queue] = []
        last_lot, finish = lot, self.finish.get(lot)
        finish = self.beyond if finish is None or pd.isna(finish) else finish
        for _ in range(LONGEST_CHAIN):
            supply = self._last_supply(lot)
            ready = self.begin if supply is None else max(self._ready(supply), self.begin)
            before = ready
            for step_no, station_no, unit_no, start, end in self.steps.get(lot, []):
                if start > before:
                    queues.append(_Queue(lot, step_no, station_no, unit_no, before, start))
                wait = self.wait.get((self.lot_item.get(lot, ""), step_no), 0.0)
                before = end + pd.Timedelta(hours=wait)
            if supply is None or ready <= self.begin:
                return _Chain(queues, finish, None, lot, last_lot)
            if supply["supply_kind"] not in MADE:
                return _Chain(queues, finish, supply, lot, last_lot)
            lot = supply["supply_ref"]
        return _Chain(queues, finish, None, lot, last_lot)

    def _last_supply(self, lot: str) -> dict[str, Any] | None:
        supplies = self.supplies.get((lot, None), [])
        return max(supplies, key=lambda row: (self._ready(row), row["supply_ref"])) if supplies else None

    def _ready(self, supply: dict[str, Any]) -> pd.Timestamp:
        if supply["supply_kind"] in MADE:
            finish = self.finish.get(supply["supply_ref"])
            return self.beyond if finish is None or pd.isna(finish) else finish
        return pd.Timestamp(supply["available_date"])

    def _by_supply(
        self, supply: dict[str, Any], lot: str, days_late: int
    ) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        available = pd.Timestamp(supply["available_date"])
        wanted = available - pd.Timedelta(days=days_late)
        item_no, ref = supply["item_no"], supply["supply_ref"]
        remedy = {
            "action": "expedite",
            "item_no": item_no,
            "supply_ref": ref,
            "to": _day(wanted),
            "estimate": True,
        }
        possible = wanted >= self.begin  # nothing can come yesterday
        detail = {"item_no": item_no, "supply_ref": ref, "available": _day(available), "order_ref": lot}
        if supply["supply_kind"] == "planned_buy":
            lead = int(self.lead.get(item_no, 0))
            return "lead_time", {"kind": "lead_time", "lead_days": lead, **detail}, remedy if possible else None
        kind = supply["supply_kind"]
        found = {"kind": "material", "supply_kind": kind, "overdue": ref in self.overdue, **detail}
        return "material", found, remedy if possible and kind != "stock" else None

    def _by_queue(self, queue: _Queue, days_late: int) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
        finishes, refs, steps = self.units.get((queue.station_no, queue.unit_no), ([], [], []))
        low, high = bisect_left(finishes, queue.since), bisect_left(finishes, queue.until)
        ahead = list(zip(refs[low : high + 1], steps[low : high + 1], strict=True))
        orders = list(dict.fromkeys(ref for ref, _ in ahead if ref != queue.order_ref))
        frozen = bool(ahead) and all(one in self.frozen for one in ahead if one[0] != queue.order_ref) and bool(orders)
        hours = queue.length / pd.Timedelta(hours=1)
        needed = min(hours, 24.0 * days_late)
        detail = {
            "kind": "frozen" if frozen else "capacity",
            "station_no": queue.station_no,
            "order_ref": queue.order_ref,
            "step_no": int(queue.step_no),
            "from": _day(queue.since),
            "to": _day(queue.until),
            "hours": round(float(hours), 1),
            "orders": orders[-3:],
        }
        remedy = {
            "action": "overtime",
            "station_no": queue.station_no,
            "from": _day(queue.since),
            "to": _day(queue.until),
            "hours": round(float(needed), 1),
            "cost": round(float(needed * self.overtime_cost.get(queue.station_no, 0.0)), 2),
            "estimate": True,
        }
        return ("frozen" if frozen else "capacity"), detail, remedy


def _day(moment: pd.Timestamp) -> str:
    return str(np.datetime_as_string(np.datetime64(moment), unit="D"))
