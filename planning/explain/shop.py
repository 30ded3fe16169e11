"""The plan as lists to walk through: lots, their steps at work, what they take, and what runs on each unit.

Minutes and days are those of `planning.schedule.timeline`: 0 is the day after the as-of date.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from planning.bom import pieces_per_step
from planning.calendar import WorkingDays, first_plan_day
from planning.lead_time import days_without_routing, whole_days
from planning.model import MaterialPlan, PlanInput, Schedule
from planning.schedule.timeline import Ints, Timeline, timelines

MADE = ("planned_make", "firm_make")
FROZEN_KEY = ["order_ref", "step_no", "station_no", "unit_no", "work_date"]


@dataclass(frozen=True, slots=True)
class Op:
    """A step of a lot. start, finish: minutes (-1: not in the plan); minutes: what it takes on the clock.

    first: share of `minutes` after which the next step may begin, 1 unless transfer lots are handed on. lead:
    working days of a lot without a routing, which has no station ("").
    """

    lot: int
    step_no: int
    station_no: str
    unit_no: int
    start: int
    finish: int
    minutes: int
    wait: int
    first: float
    lead: int
    frozen: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A supply that a lot's step (its position) or an order line takes. lot: -1 unless made; day: when it can be there.

    row: of the allocation. day is the earliest possible one for a planned purchase, the first plan day for stock.
    """

    row: int
    at: int
    lot: int
    day: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What runs on a unit, in order of time."""

    start: list[int] = field(default_factory=list)
    finish: list[int] = field(default_factory=list)
    order_ref: list[str] = field(default_factory=list)
    frozen: list[bool] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything the reasons are read from. horizon: number of the day after the last one."""

    plan_input: PlanInput
    horizon: int
    first_day: int
    days: WorkingDays
    lines: dict[str, Timeline]
    refs: list[str]
    finish_day: list[int]  # per lot; horizon where it is not finished
    finish: list[int]  # per lot, the minute; -1 where it is not finished
    ops: list[list[Op]]
    taken: list[list[Taken]]  # per lot
    sold: dict[tuple[str, int], list[Taken]]
    units: dict[tuple[str, int], Unit]
    allocation: pd.DataFrame
    days_of: list[int]  # per allocation, the day its supply can be there at the earliest

    @classmethod
    def of(cls, plan_input: PlanInput, materials: MaterialPlan, schedule: Schedule, allocation: pd.DataFrame) -> Shop:
        """The plan that `schedule` and `allocation` (plan_allocation) make of `materials`."""
        days = WorkingDays.of(plan_input)
        origin = np.datetime64(plan_input.as_of_date, "D") + np.timedelta64(1, "D")
        first_day = int((first_plan_day(plan_input, days) - origin).astype(np.int64))
        horizon = plan_input.settings.horizon_days
        make = materials.make.reset_index(drop=True)
        lots = schedule.lots.drop_duplicates("order_ref").set_index("order_ref").reindex(make["order_ref"])
        finish_day = _days(lots["finish_date"], origin, horizon)
        finish = _minutes(lots["finish_time"], origin)
        ops = _ops(plan_input, make, lots, schedule.rows, origin)
        there = _earliest(materials, allocation, origin, first_day)
        taken, sold = _taken(allocation, make["order_ref"], ops, there)
        return cls(
            plan_input,
            horizon,
            first_day,
            days,
            timelines(plan_input),
            make["order_ref"].tolist(),
            finish_day.tolist(),
            finish.tolist(),
            ops,
            taken,
            sold,
            _units(plan_input, schedule.rows, origin),
            allocation,
            there,
        )

    def date(self, day: int) -> str:
        """The day in ISO form."""
        return str(np.datetime64(self.plan_input.as_of_date, "D") + np.timedelta64(day + 1, "D"))

    def working_day(self, day: int, count: int) -> int:
        """The day `count` working days after `day`."""
        origin = np.datetime64(self.plan_input.as_of_date, "D") + np.timedelta64(1, "D")
        later = self.days.add(origin + np.timedelta64(day, "D"), count)
        return int((later - origin).astype(np.int64))


def _minutes(times: pd.Series, origin: Any) -> Ints:
    values = times.to_numpy().astype("datetime64[us]")
    found: Ints = np.where(np.isnat(values), -1, (values - origin).astype(np.int64) // 60_000_000)
    return found


def _days(dates: pd.Series, origin: Any, missing: int) -> Ints:
    values = dates.to_numpy().astype("datetime64[D]")
    found: Ints = np.where(np.isnat(values), missing, (values - origin).astype(np.int64))
    return found


def _marked(plan_input: PlanInput, rows: pd.DataFrame) -> pd.Series:
    """Which rows are frozen work."""
    if not len(plan_input.frozen) or not len(rows):
        return pd.Series(False, index=rows.index)
    kept = pd.MultiIndex.from_frame(plan_input.frozen[FROZEN_KEY])
    return pd.Series(pd.MultiIndex.from_frame(rows[FROZEN_KEY]).isin(kept), index=rows.index)


def _ops(
    plan_input: PlanInput, make: pd.DataFrame, lots: pd.DataFrame, rows: pd.DataFrame, origin: Any
) -> list[list[Op]]:
    """Per lot its steps in order: as scheduled, else as its routing has them."""
    found: list[list[Op]] = [[] for _ in range(len(make))]
    lot_of = pd.Index(make["order_ref"])
    rows = rows.assign(frozen=_marked(plan_input, rows), start=_minutes(rows["start_time"], origin))
    rows = rows.assign(finish=_minutes(rows["finish_time"], origin), lot=lot_of.get_indexer(rows["order_ref"]))
    rows["minutes"] = rows["finish"] - rows["start"]
    rows = rows[rows["lot"] >= 0].sort_values(["lot", "step_no", "start"], kind="stable")
    work = rows.groupby(["lot", "step_no"], as_index=False).agg(
        item_no=("item_no", "first"),
        station_no=("station_no", "last"),
        unit_no=("unit_no", "last"),
        start=("start", "min"),
        finish=("finish", "max"),
        minutes=("minutes", "sum"),
        qty=("qty", "sum"),
        frozen=("frozen", "first"),
    )
    steps = plan_input.routing_step.drop_duplicates(["item_no", "step_no", "station_no"])
    steps = steps[["item_no", "step_no", "station_no", "wait_hours", "transfer_qty"]]
    work = work.merge(steps, on=["item_no", "step_no", "station_no"], how="left", sort=False)
    share = (work["transfer_qty"] / work["qty"]).where(work["transfer_qty"] > 0, 1.0).fillna(1.0).clip(upper=1.0)
    wait = np.ceil(work["wait_hours"].fillna(0.0) * 60 - 1e-6).astype("int64")
    columns = ("lot", "step_no", "station_no", "unit_no", "start", "finish", "minutes", "frozen")
    for lot, step_no, station_no, unit_no, start, finish, minutes, frozen, pause, first in zip(
        *(work[name].tolist() for name in columns), wait.tolist(), share.tolist(), strict=True
    ):
        found[lot].append(Op(lot, step_no, station_no, unit_no, start, finish, minutes, pause, first, -1, frozen))
    # a lot that is not finished has at most frozen rows; its whole way is read from the routing
    unfinished = lots["finish_time"].isna().to_numpy()
    without = np.array([not steps_of for steps_of in found], dtype=bool) | unfinished
    _fill_in(plan_input, make, lots, np.flatnonzero(without), found, origin)
    return found


def _fill_in(
    plan_input: PlanInput, make: pd.DataFrame, lots: pd.DataFrame, which: Ints, found: list[list[Op]], origin: Any
) -> None:
    """Steps of lots without rows, at their preferred stations; a lot without a routing has its lead time."""
    if not len(which):
        return
    some = make.iloc[which].assign(lot=which)
    steps = plan_input.routing_step.sort_values(["item_no", "step_no", "alt_rank", "station_no"], kind="stable")
    steps = steps.drop_duplicates(["item_no", "step_no"]).merge(
        pieces_per_step(plan_input)[["item_no", "step_no", "started"]], on=["item_no", "step_no"]
    )
    steps = steps.merge(plan_input.station[["station_no", "efficiency"]], on="station_no")
    work = some[["lot", "item_no", "qty"]].merge(steps, on="item_no").sort_values(["lot", "step_no"], kind="stable")
    hours = work["qty"] * work["started"] / work["units_per_hour"] + work["setup_hours"]
    minutes = np.ceil(hours / work["efficiency"] * 60).clip(1, 1e9)
    share = (work["transfer_qty"] / work["qty"]).where(work["transfer_qty"] > 0, 1.0).fillna(1.0).clip(upper=1.0)
    for lot in which.tolist():
        found[lot].clear()
    for lot, step_no, station_no, length, wait, first in zip(
        work["lot"].tolist(),
        work["step_no"].tolist(),
        work["station_no"].tolist(),
        minutes.tolist(),
        (work["wait_hours"] * 60).tolist(),
        share.tolist(),
        strict=True,
    ):
        found[lot].append(Op(lot, step_no, station_no, 0, -1, -1, int(length), int(wait), first, -1, False))
    lead = whole_days(days_without_routing(plan_input, pd.Index(some["item_no"]))).tolist()
    start, finish = (_minutes(lots[name].iloc[which], origin).tolist() for name in ("start_time", "finish_time"))
    for lot, days, begin, end in zip(which.tolist(), lead, start, finish, strict=True):
        if not found[lot]:
            found[lot].append(Op(lot, 0, "", 0, begin, end, 0, 0, 1.0, days, False))


def _earliest(materials: MaterialPlan, allocation: pd.DataFrame, origin: Any, first_day: int) -> list[int]:
    """Per allocation the day its supply can be there; of a planned purchase, if it were ordered now."""
    day = np.maximum(_days(allocation["available_date"], origin, first_day), first_day)
    bought = materials.buy.drop_duplicates("order_ref").set_index("order_ref")["available_date"]
    soonest = _days(bought.reindex(allocation["supply_ref"]), origin, -1)
    planned = (allocation["supply_kind"] == "planned_buy").to_numpy() & (soonest >= 0)
    day = np.where(planned, np.maximum(soonest, first_day), day)
    found: list[int] = np.where(allocation["supply_kind"] == "stock", first_day, day).tolist()
    return found


def _taken(
    allocation: pd.DataFrame, refs: pd.Series, ops: list[list[Op]], there: list[int]
) -> tuple[list[list[Taken]], dict[tuple[str, int], list[Taken]]]:
    """What each lot takes at which of its steps, and what each order line takes."""
    lot_of = pd.Index(refs)
    made = allocation["supply_kind"].isin(MADE).to_numpy()
    supplier = np.where(made, lot_of.get_indexer(allocation["supply_ref"]), -1)
    taken: list[list[Taken]] = [[] for _ in range(len(refs))]
    sold: dict[tuple[str, int], list[Taken]] = {}
    demand = np.where(allocation["demand_kind"] == "make", lot_of.get_indexer(allocation["demand_ref"]), -1)
    columns = (allocation[name].tolist() for name in ("demand_kind", "demand_ref", "demand_line_no", "step_no"))
    rows = zip(*columns, demand.tolist(), supplier.tolist(), there, strict=True)
    for row, (kind, ref, line_no, step_no, lot, giver, day) in enumerate(rows):
        if lot >= 0:
            steps = [op.step_no for op in ops[lot]]
            at = min(bisect_left(steps, step_no), len(steps) - 1) if not isnan(step_no) else 0
            taken[lot].append(Taken(row, at, giver, day))
        elif kind == "sales_order" and not isnan(line_no):
            sold.setdefault((ref, int(line_no)), []).append(Taken(row, 0, giver, day))
    return taken, sold


def _units(plan_input: PlanInput, rows: pd.DataFrame, origin: Any) -> dict[tuple[str, int], Unit]:
    units: dict[tuple[str, int], Unit] = {}
    frozen = _marked(plan_input, rows)
    rows = rows.assign(frozen=frozen, start=_minutes(rows["start_time"], origin))
    rows = rows.assign(finish=_minutes(rows["finish_time"], origin)).sort_values("start", kind="stable")
    columns = ("station_no", "unit_no", "start", "finish", "order_ref", "frozen")
    for station_no, unit_no, start, finish, ref, kept in zip(*(rows[name].tolist() for name in columns), strict=True):
        unit = units.setdefault((station_no, unit_no), Unit())
        unit.start.append(start)
        unit.finish.append(finish)
        unit.order_ref.append(ref)
        unit.frozen.append(kept)
    return units


def overtime_minutes(line: Timeline, start: int, finish: int) -> int:
    """Overtime that a unit could work between two minutes."""
    extra = line.worked(finish, True) - line.worked(start, True)
    return max(0, extra - (line.worked(finish) - line.worked(start)))
