"""One plan from one input: materials, schedule, purchases timed to it, deliveries, reasons, and the check."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planning.calendar import ONE_DAY, WorkingDays, first_plan_day
from planning.errors import PaichanError
from planning.explain import lateness
from planning.kits import kits
from planning.messages import messages
from planning.model import (
    MATERIAL_COLUMNS,
    RESULT_COLUMNS,
    MaterialPlan,
    PlanInput,
    PlanResult,
    Schedule,
    Status,
    Step,
    frame,
)
from planning.mrp import plan_materials
from planning.pegging import deliveries, peg
from planning.schedule import search
from planning.schedule.ladder import FIRST_ANSWER_SECONDS, Ladder
from planning.schedule.prices import plan_prices
from planning.spoilage import can_spoil, dealt_by_use, set_aside, with_spoilage
from planning.verify import verify

MADE = ("planned_make", "firm_make")


class UnsoundPlanError(PaichanError):
    """The independent checker refused the plan; nobody gets to see it. `faults` says why."""

    def __init__(self, faults: list[Any]) -> None:
        super().__init__("PLAN-UNSOUND", count=len(faults), first="; ".join(str(fault) for fault in faults[:3]))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Lateness:
    """The figures of a plan that the order lines decide. Units: weight x days, days, pieces x days."""

    late: int
    objective: float
    whole_order_days_late: float
    quantity_days_late: float
    stock_days: float


def make_plan(
    plan_input: PlanInput,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PlanResult:
    """The best plan found for `plan_input` within its time limit, verified.

    `progress` hears of each rung; when `cancelled` says yes the best plan so far is returned. Where the checker refuses
    the plan of a rung, that of the rung before it counts, and the trail says so. Raises BomCycleError, InputError
    where the input cannot be planned, UnsoundPlanError where the checker refuses them all.
    """
    started = time.perf_counter()
    lasting = lasting_materials(plan_input, progress, cancelled)
    usable, materials = lasting.usable, lasting.materials
    ladder = search(lasting.time_left(), materials, _later(progress, time.perf_counter() - started), cancelled)
    plans = [(ladder, *plan) for plan in reversed(ladder.plans)]
    if lasting.proof:
        plans.append((lasting.proof, *lasting.proof.plans[-1]))
    faults: list[Any] = []
    refused: list[Step] = []
    for found, rung, plan in plans:
        result = assemble(usable, found.materials(materials, plan), found.schedule(plan))
        said = with_spoilage(result.plan_message, plan_input.stock, usable.stock)
        result = replace(result, plan_message=said)
        if not (faults := verify(plan_input, result)):
            priced = _priced(result, usable, materials, ladder, started, cancelled)
            return replace(
                priced, verified=True, seconds=time.perf_counter() - started, trail=(*priced.trail, *refused)
            )
        seconds = time.perf_counter() - started
        refused.append(Step(rung, round(seconds, 3), plan.objective, ladder.bound, f"refused: {faults[0]}"))
    raise UnsoundPlanError(faults)


def _priced(
    result: PlanResult,
    usable: PlanInput,
    materials: MaterialPlan,
    ladder: Ladder,
    started: float,
    cancelled: Callable[[], bool] | None,
) -> PlanResult:
    """The plan with what hours and parts are worth; where that fails, without it, and the trail says so."""
    deadline = started + usable.settings.time_limit_seconds
    try:
        rows = plan_prices(usable, materials, ladder, result.plan_schedule, result.plan_lateness, deadline, cancelled)
    except Exception as error:  # noqa: BLE001 whatever went wrong, the plan is still good
        failed = f"{type(error).__name__}: {error}"
        seconds = round(time.perf_counter() - started, 3)
        return replace(result, trail=(*result.trail, Step("prices", seconds, result.objective, result.bound, failed)))
    return replace(result, plan_price=rows)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Materials whose stock keeps until it is used.

    usable: the input without the stock that nobody comes to use in time. proof: a first rung of the search that uses
    all of it in time, None where nothing that make orders take expires inside the horizon. probes: rungs looked at.
    """

    usable: PlanInput
    materials: MaterialPlan
    proof: Ladder | None
    probes: int

    def time_left(self) -> PlanInput:
        """The usable input with the time limit that the probes leave, but at least half of it."""
        limit = self.usable.settings.time_limit_seconds
        left = max(limit - self.probes * FIRST_ANSWER_SECONDS, limit / 2)
        return self.usable.with_settings(time_limit_seconds=left)


def _later(progress: Callable[[Step], None] | None, seconds: float) -> Callable[[Step], None] | None:
    """`progress` told of steps so many seconds later: counted from the start of the plan, not of a search."""
    if progress is None:
        return None
    return lambda step: progress(replace(step, seconds=round(step.seconds + seconds, 3)))


def lasting_materials(
    plan_input: PlanInput,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Lasting:
    """Materials planned again until the first rung's schedule uses what expires in time; the rest is set aside.

    It ends, since at the last every lot that expires inside the horizon is set aside, and costs nothing where nothing
    given to make orders does.
    """
    usable, probes = plan_input, 0
    first_day = first_plan_day(plan_input, WorkingDays.of(plan_input))
    started = time.perf_counter()
    while can_spoil(usable, (materials := plan_materials(usable)).allocation):
        probes += 1
        proof = search(usable, materials, _later(progress, time.perf_counter() - started), cancelled, ("dispatch",))
        ledger = used_on(materials, proof.schedule(proof.best), first_day)
        _, lost = dealt_by_use(usable.stock, ledger, first_day)
        if lost.empty:
            return Lasting(usable, materials, proof, probes)
        usable = set_aside(usable, lost, probes)
    return Lasting(usable, materials, None, probes)


def assemble(plan_input: PlanInput, materials: MaterialPlan, schedule: Schedule) -> PlanResult:
    """The plan's rows and figures from what MRP and the scheduler said; not yet verified."""
    days = WorkingDays.of(plan_input)
    first_day = first_plan_day(plan_input, days)
    allocation, _ = dealt_by_use(plan_input.stock, used_on(materials, schedule, first_day), first_day)
    materials = replace(materials, allocation=allocation[list(MATERIAL_COLUMNS["allocation"])])
    buy = timed_purchases(plan_input, materials.buy, allocation, days)
    allocation = available_on(allocation, buy, schedule, first_day, plan_input)
    delivery = deliveries(plan_input, allocation, first_day)
    figures = lateness_figures(plan_input, allocation, delivery, schedule)
    orders = plan_orders(plan_input, materials, buy, schedule)
    starts = orders[orders["kind"].isin(MADE)].set_index("order_ref")["start_date"]
    return PlanResult(
        as_of_date=plan_input.as_of_date,
        horizon_end=plan_input.horizon_end,
        status=_status(figures.objective, schedule.bound),
        orders=len(plan_input.demand),
        late=figures.late,
        objective=figures.objective,
        whole_order_days_late=figures.whole_order_days_late,
        quantity_days_late=figures.quantity_days_late,
        stock_days=figures.stock_days,
        overtime_hours=float(schedule.rows["overtime_hours"].sum()),
        seconds=0.0,
        plan_order=orders,
        plan_schedule=schedule.rows,
        plan_delivery=delivery,
        plan_lateness=lateness(plan_input, materials, schedule, allocation, delivery),
        plan_pegging=peg(plan_input, allocation),
        plan_allocation=allocation,
        plan_kit=kits(plan_input, materials, allocation),
        plan_message=messages(plan_input, replace(materials, buy=buy), allocation, starts),
        bound=schedule.bound,
        relaxed_objective=schedule.relaxed_objective,
        relaxed_gap=schedule.relaxed_gap,
        trail=schedule.trail,
    )


def _status(objective: float, bound: float | None) -> Status:
    """What is known of a plan: nothing, a bound, or that no plan is less late."""
    if bound is None:
        return "heuristic"
    return "optimal" if objective <= bound + 1e-6 else "feasible"


def used_on(materials: MaterialPlan, schedule: Schedule, first_day: Any) -> pd.DataFrame:
    """The ledger with the day each row is used: the day the step that takes it starts.

    Rows of order lines and of lots that are not finished inside the horizon have none yet.
    """
    allocation = materials.allocation.copy()
    step_start = schedule.rows.groupby(["order_ref", "step_no"], sort=False)["work_date"].min()
    lot_start = schedule.rows.groupby("order_ref", sort=False)["work_date"].min()
    unrouted = schedule.lots.set_index("order_ref")["start_time"].dt.normalize()
    by_step = pd.MultiIndex.from_arrays([allocation["demand_ref"], allocation["step_no"]])
    used = pd.Series(step_start.reindex(by_step).to_numpy(), index=allocation.index)
    used = used.fillna(_at(lot_start, allocation["demand_ref"])).fillna(_at(unrouted, allocation["demand_ref"]))
    allocation["used_date"] = used.where(allocation["demand_kind"] == "make").astype("datetime64[us]")
    return allocation


def timed_purchases(
    plan_input: PlanInput, buy: pd.DataFrame, allocation: pd.DataFrame, days: WorkingDays
) -> pd.DataFrame:
    """Purchases with planned ones moved from "as early as can be" to the working day of their first use.

    A line wants its bought item on its target date, a lot on the day its step starts. An order is never placed
    before the first plan day, so nothing comes earlier than the lead time allows.
    """
    buy = buy.copy()
    planned = (buy["kind"] == "planned_buy").to_numpy()
    if not planned.any():
        return buy
    wanted = allocation["used_date"].where(allocation["demand_kind"] == "make", allocation["need_date"])
    first_use = wanted.groupby(allocation["supply_ref"]).min()
    earliest = buy["available_date"].to_numpy().astype("datetime64[D]")
    use = _at(first_use, buy["order_ref"]).to_numpy().astype("datetime64[D]")
    use = np.where(np.isnat(use), earliest, use)
    on_working_day = np.where(days.next(use) == use, use, days.add(use, -1))
    arrival = np.maximum(on_working_day, earliest)
    lead = plan_input.item.set_index("item_no")["lead_time_days"].fillna(plan_input.settings.default_lead_time_days)
    order_day = np.maximum(
        days.add(arrival, -buy["item_no"].map(lead).to_numpy(dtype="float64")), first_plan_day(plan_input, days)
    )
    buy["available_date"] = np.where(planned, arrival, earliest).astype("datetime64[us]")
    buy["order_date"] = np.where(planned, order_day, np.datetime64("NaT", "us")).astype("datetime64[us]")
    return buy


def available_on(
    allocation: pd.DataFrame, buy: pd.DataFrame, schedule: Schedule, first_day: Any, plan_input: PlanInput
) -> pd.DataFrame:
    """The ledger with the day each supply is there, and the day order lines take it.

    A lot that is not finished inside the horizon is there the day after it.
    """
    beyond = pd.Timestamp(plan_input.horizon_end) + pd.Timedelta(days=1)
    finish = schedule.lots.set_index("order_ref")["finish_date"].fillna(beyond)
    bought = buy.set_index("order_ref")["available_date"]
    ref = allocation["supply_ref"]
    available = allocation["available_date"]
    made = allocation["supply_kind"].isin(MADE)
    planned_buy = allocation["supply_kind"] == "planned_buy"
    available = available.where(~made, _at(finish, ref)).where(~planned_buy, _at(bought, ref))
    allocation["available_date"] = available.astype("datetime64[us]")
    delivered = (allocation["demand_kind"] == "sales_order") & (available <= pd.Timestamp(plan_input.horizon_end))
    first = pd.Timestamp(first_day)
    allocation["used_date"] = allocation["used_date"].where(~delivered, available.clip(lower=first))
    return frame(RESULT_COLUMNS["plan_allocation"], allocation)


def plan_orders(plan_input: PlanInput, materials: MaterialPlan, buy: pd.DataFrame, schedule: Schedule) -> pd.DataFrame:
    """All orders of the plan, made and bought, with their planned days.

    A lot that is not finished inside the horizon has no start and finishes the day after the horizon.
    """
    beyond = pd.Timestamp(plan_input.horizon_end) + pd.Timedelta(days=1)
    lots = schedule.lots.set_index("order_ref")
    first_work = schedule.rows.groupby("order_ref", sort=False)["work_date"].min()
    make = materials.make.copy()
    start = _at(first_work, make["order_ref"])
    make["start_date"] = start.fillna(_at(lots["start_time"].dt.normalize(), make["order_ref"]))
    make["finish_date"] = _at(lots["finish_date"], make["order_ref"])
    make["start_date"] = make["start_date"].where(make["finish_date"].notna())
    make["finish_date"] = make["finish_date"].fillna(beyond)
    make["supplier_no"] = ""
    bought = buy.rename(columns={"order_date": "start_date", "available_date": "finish_date"})
    bought["bom_date"] = pd.NaT
    columns = RESULT_COLUMNS["plan_order"]
    return pd.concat([frame(columns, make), frame(columns, bought)], ignore_index=True)


def _at(values: pd.Series, keys: pd.Series) -> pd.Series:
    """`values` by their index at `keys`; missing where there is none. (`Series.map` fails on empty dates.)"""
    return values.reindex(keys).set_axis(keys.index)


def lateness_figures(
    plan_input: PlanInput, allocation: pd.DataFrame, delivery: pd.DataFrame, schedule: Schedule
) -> Lateness:
    """How late the order lines are and how long made pieces wait, as the definitions in `model` say."""
    demand = plan_input.demand
    beyond = np.datetime64(plan_input.horizon_end, "D") + ONE_DAY
    line = ["sales_order_no", "line_no"]
    index = pd.MultiIndex.from_frame(demand[line])
    delivered = delivery.groupby(line)["qty"].sum().reindex(index).fillna(0.0).to_numpy()
    last = delivery.groupby(line)["delivery_date"].max().reindex(index).to_numpy().astype("datetime64[D]")
    qty = demand["qty"].to_numpy()
    missing = np.maximum(qty - delivered, 0.0)
    short = missing > 1e-6
    finish = np.where(short | np.isnat(last), beyond, last)
    target = demand["target_date"].to_numpy().astype("datetime64[D]")
    days_late = np.maximum((finish - target).astype(np.int64), 0)
    pieces = delivery.merge(demand[[*line, "target_date"]], on=line)
    waited = (pieces["delivery_date"] - pieces["target_date"]).dt.days.clip(lower=0)
    beyond_late = np.maximum((beyond - target).astype(np.int64), 0)
    return Lateness(
        late=int((days_late > 0).sum()),
        objective=float((demand["weight"].to_numpy() * days_late).sum()),
        whole_order_days_late=float(days_late.sum()),
        quantity_days_late=float((pieces["qty"] * waited).sum() + (missing * beyond_late)[short].sum()),
        stock_days=_stock_days(allocation, schedule),
    )


def _stock_days(allocation: pd.DataFrame, schedule: Schedule) -> float:
    """Pieces x days that made pieces wait for the step that uses them or for their line's target date."""
    made = allocation[allocation["supply_kind"].isin(MADE) & allocation["used_date"].notna()]
    finish = _at(schedule.lots.set_index("order_ref")["finish_date"], made["supply_ref"])
    of_line = made["demand_kind"] == "sales_order"
    use = made["used_date"].where(~of_line, made[["used_date", "need_date"]].max(axis=1))
    wait = (use - finish).dt.days.clip(lower=0)
    return float((made["qty"] * wait).sum())
