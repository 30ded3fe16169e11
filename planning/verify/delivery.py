"""Deliveries, lateness and the plan's figures, worked out again from the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.days import day_numbers
from planning.verify.facts import LINE, MAKES, QTY_TOLERANCE, Facts
from planning.verify.fault import Fault, faults_of
from planning.verify.material import supply_of

CAUSES = ("material", "capacity", "lead_time", "frozen")
LINE_NAME = "{sales_order_no}/{line_no}"


def check_delivery(facts: Facts, supply: pd.DataFrame) -> list[Fault]:
    """Faults of plan_delivery (against its `supplies`), plan_lateness and the figures of the plan."""
    lines = line_outcomes(facts)
    return [*_deliveries(facts, lines), *_supplied(facts, supply), *_lateness(facts, lines), *_figures(facts, lines)]


def line_outcomes(facts: Facts) -> pd.DataFrame:
    """Each open line with delivered, its last delivery day, full, days_late, and late: to be named in plan_lateness.

    A line due after the horizon and not delivered inside it is named with no days late.
    """
    delivery = facts.plan.plan_delivery
    by_line = delivery.assign(day=day_numbers(delivery["delivery_date"])).groupby(LINE, sort=False)
    lines = facts.plan_input.demand.copy()
    line = pd.MultiIndex.from_frame(lines[LINE])
    lines["delivered"] = by_line["qty"].sum().reindex(line).fillna(0.0).to_numpy()
    lines["last_day"] = by_line["day"].max().reindex(line).to_numpy(dtype="float64")
    lines["full"] = lines["delivered"] >= lines["qty"] - QTY_TOLERANCE * np.maximum(1.0, lines["qty"])
    last = lines["last_day"].where(lines["full"] & lines["last_day"].notna(), facts.horizon_end + 1)
    lines["target_day"] = day_numbers(lines["target_date"])
    nothing_due = lines["qty"] <= QTY_TOLERANCE
    lines["days_late"] = (last - lines["target_day"]).clip(lower=0).where(~nothing_due, 0)
    lines["late"] = (lines["days_late"] > 0) | ~lines["full"]
    return lines


def _deliveries(facts: Facts, lines: pd.DataFrame) -> list[Fault]:
    """Deliveries belong to open lines, lie in the plan's days and do not exceed the open quantity."""
    delivery = facts.plan.plan_delivery
    known = delivery.merge(lines[LINE].drop_duplicates(), on=LINE, how="left", indicator=True)
    found = faults_of(
        "VERIFY-DELIVERY-LINE",
        LINE_NAME,
        f"{LINE_NAME} is delivered but is no open line",
        known[known["_merge"] == "left_only"],
    )
    day = day_numbers(delivery["delivery_date"])
    found += faults_of(
        "VERIFY-DELIVERY-DATE",
        LINE_NAME,
        f"{LINE_NAME} is delivered on {{delivery_date}}, outside the days that are planned",
        delivery[(day < facts.first_day) | (day > facts.horizon_end)],
    )
    over = lines[lines["delivered"] > lines["qty"] + QTY_TOLERANCE * np.maximum(1.0, lines["qty"])]
    found += faults_of(
        "VERIFY-DELIVERY-QTY", LINE_NAME, f"{LINE_NAME} is open for {{qty}} but {{delivered}} are delivered", over
    )
    return found


def _supplied(facts: Facts, supply: pd.DataFrame) -> list[Fault]:
    """Up to every day, a line is delivered no more than what was allocated to it and available by then."""
    allocation = sales_allocations(facts, supply)
    delivery = facts.plan.plan_delivery
    events = pd.concat(
        [
            allocation.assign(order=0)[[*LINE, "day", "qty", "order"]],
            delivery.assign(day=day_numbers(delivery["delivery_date"]), qty=-delivery["qty"], order=1)[
                [*LINE, "day", "qty", "order"]
            ],
        ]
    ).sort_values(["day", "order"], kind="stable")
    events["left"] = events.groupby(LINE, sort=False)["qty"].cumsum()
    allowed = QTY_TOLERANCE * np.maximum(1.0, events["qty"].abs())
    short = events[events["left"] < -allowed].drop_duplicates(LINE)
    return faults_of(
        "VERIFY-DELIVERY-SUPPLY",
        LINE_NAME,
        f"{LINE_NAME} is delivered before that much of its supply is available",
        short,
    )


def sales_allocations(facts: Facts, supply: pd.DataFrame) -> pd.DataFrame:
    """The allocations to order lines with the day their supply is available by the plan's own orders."""
    allocation = facts.plan.plan_allocation
    sold = allocation[(allocation["demand_kind"] == "sales_order") & allocation["demand_line_no"].notna()]
    row = supply_of(sold, supply)
    # what nobody supplies never comes
    there = np.append(supply["day"].to_numpy(), np.inf)[row]
    day = np.maximum(np.where(sold["supply_kind"] == "stock", 0.0, there), facts.first_day)
    return sold.assign(sales_order_no=sold["demand_ref"], line_no=sold["demand_line_no"].astype("int64"), day=day)


def _lateness(facts: Facts, lines: pd.DataFrame) -> list[Fault]:
    """plan_lateness names exactly the lines that are late, with their dates and days."""
    named = facts.plan.plan_lateness.drop_duplicates(LINE)
    both = lines.merge(named, on=LINE, how="outer", suffixes=("", "_named"), indicator=True)
    late = both["late"].eq(True)
    found = faults_of(
        "VERIFY-LATE-UNNAMED",
        LINE_NAME,
        f"{LINE_NAME} is late and not named",
        both[late & (both["_merge"] == "left_only")],
    )
    found += faults_of(
        "VERIFY-LATE-WRONG", LINE_NAME, f"{LINE_NAME} is named late and is not", both[~late & both["cause"].notna()]
    )
    both = both[late & (both["_merge"] == "both")]
    planned = day_numbers(both["planned_date"])
    empty = both["planned_date"].isna()
    right = np.where(both["full"].eq(True), ~empty & (planned == both["last_day"]), empty)
    right &= (both["target_date_named"] == both["target_date"]) & (both["days_late_named"] == both["days_late"])
    found += faults_of(
        "VERIFY-LATE-DATES",
        LINE_NAME,
        f"{LINE_NAME} is {{days_late}} days late; plan_lateness says {{days_late_named}}, {{planned_date}}",
        both[~right],
    )
    found += faults_of(
        "VERIFY-LATE-CAUSE",
        LINE_NAME,
        f"{LINE_NAME} has no known cause: {{cause!r}}",
        both[~both["cause"].isin(CAUSES)],
    )
    return found


def _figures(facts: Facts, lines: pd.DataFrame) -> list[Fault]:
    """The plan's figures are what its rows add up to, and its bound does not exceed its objective."""
    plan = facts.plan
    objective = float((lines["weight"] * lines["days_late"]).sum())
    expected = {
        "orders": float(len(lines)),
        "late": float((lines["days_late"] > 0).sum()),
        "objective": objective,
        "whole_order_days_late": float(lines["days_late"].sum()),
        "quantity_days_late": quantity_days_late(facts, lines),
        "stock_days": stock_days(facts),
        "overtime_hours": float(plan.plan_schedule["overtime_hours"].sum()),
    }
    wrong = [
        {"figure": name, "given": float(getattr(plan, name)), "right": value}
        for name, value in expected.items()
        if not abs(float(getattr(plan, name)) - value) <= 1e-3 + 1e-6 * abs(value)
    ]
    days = {"as_of_date": facts.plan_input.as_of_date, "horizon_end": facts.plan_input.horizon_end}
    wrong += [
        {"figure": name, "given": getattr(plan, name), "right": value}
        for name, value in days.items()
        if getattr(plan, name) != value
    ]
    found = faults_of("VERIFY-FIGURE", "{figure}", "{figure} is given as {given}, it is {right}", pd.DataFrame(wrong))
    if plan.bound is not None and plan.bound > objective + 1e-6 * max(1.0, objective):
        bound = pd.DataFrame([{"bound": plan.bound, "objective": objective}])
        found += faults_of("VERIFY-BOUND", "bound", "the bound {bound} exceeds the objective {objective}", bound)
    return found


def quantity_days_late(facts: Facts, lines: pd.DataFrame) -> float:
    """Sum of quantity x days late over deliveries; what is not delivered counts on the day after the horizon."""
    delivery = facts.plan.plan_delivery.merge(lines[[*LINE, "target_day"]].drop_duplicates(LINE), on=LINE)
    days = (day_numbers(delivery["delivery_date"]) - delivery["target_day"]).clip(lower=0)
    missing = (lines["qty"] - lines["delivered"]).where(~lines["full"], 0.0).clip(lower=0.0)
    rest = (facts.horizon_end + 1 - lines["target_day"]).clip(lower=0)
    return float((delivery["qty"] * days).sum() + (missing * rest).sum())


def stock_days(facts: Facts) -> float:
    """Sum over allocations of made supply of quantity x days from its finish to its use.

    A lot uses it on used_date, an order line on the later of its target date and its delivery.
    """
    allocation = facts.plan.plan_allocation
    made = allocation[allocation["supply_kind"].isin(MAKES)]
    lot = facts.lot(made["supply_ref"])
    made = made[lot >= 0]
    lot = lot[lot >= 0]
    finished = facts.orders["finished"].to_numpy()[lot]
    made, finish = made[finished], facts.orders["finish_day"].to_numpy()[lot[finished]]
    by_lots = (made["demand_kind"] == "make").to_numpy() & made["used_date"].notna().to_numpy()
    use = np.where(by_lots, day_numbers(made["used_date"]), finish)
    targets = facts.plan_input.demand.drop_duplicates(LINE).set_index(LINE)["target_date"]
    sold = (made["demand_kind"] == "sales_order").to_numpy() & made["demand_line_no"].notna().to_numpy()
    keys = pd.MultiIndex.from_arrays([made["demand_ref"][sold], made["demand_line_no"][sold].astype("int64")])
    target = day_numbers(targets.reindex(keys))
    use[sold] = np.maximum(target, np.maximum(finish[sold], facts.first_day))
    return float((made["qty"].to_numpy() * np.maximum(0, use - finish)).sum())
