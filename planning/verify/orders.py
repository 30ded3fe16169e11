"""References and identity: the plan's rows name things that exist, and every lot is there in full."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.days import Integers, day_number, day_numbers
from planning.verify.facts import QTY_TOLERANCE, Facts, item_value, looked_up
from planning.verify.fault import Fault, faults_of

KEYS = {
    "plan_order": ["order_ref"],
    "plan_schedule": ["order_ref", "step_no", "station_no", "unit_no", "work_date"],
    "plan_delivery": ["sales_order_no", "line_no", "delivery_date"],
    "plan_lateness": ["sales_order_no", "line_no"],
    "plan_allocation": ["allocation_no"],
    "plan_pegging": ["sales_order_no", "line_no", "item_no", "supply_kind", "supply_ref"],
    "plan_kit": ["order_ref"],
    "plan_message": ["order_ref", "action"],
}
NEEDED = {
    "plan_order": ["order_ref", "item_no", "qty"],
    "plan_schedule": ["order_ref", "work_date", "qty", "hours", "overtime_hours", "start_time", "finish_time"],
    "plan_delivery": ["delivery_date", "qty"],
    "plan_allocation": ["qty"],
}
NOT_NEGATIVE = ("qty", "hours", "overtime_hours")


def check_orders(facts: Facts) -> list[Fault]:
    """Faults of keys, values, references, firm orders, lot sizes and the lots' steps."""
    return [
        *_keys_and_values(facts),
        *_references(facts),
        *_firm_orders(facts),
        *_lot_sizes(facts),
        *_purchase_dates(facts),
        *_lots_without_routing(facts),
        *_lots_in_full(facts),
        *_frozen(facts),
    ]


def _keys_and_values(facts: Facts) -> list[Fault]:
    found = []
    for table, key in KEYS.items():
        rows = getattr(facts.plan, table)
        twice = rows[rows.duplicated(key)]
        name = " ".join(f"{{{column}}}" for column in key)
        found += faults_of("VERIFY-DUPLICATE", f"{table} {name}", f"{table} has this row twice: {name}", twice)
    for table, columns in NEEDED.items():
        rows = getattr(facts.plan, table)
        wrong = rows[columns].isna().any(axis=1)
        for column in (column for column in NOT_NEGATIVE if column in rows.columns):
            wrong |= rows[column] < 0
        name = f"{table} {{{KEYS[table][0]}}}"
        found += faults_of("VERIFY-VALUE", name, f"{name} has a missing or negative value", rows[wrong])
    return found


def _references(facts: Facts) -> list[Fault]:
    orders, plan = facts.orders, facts.plan
    items = set(facts.plan_input.item["item_no"])
    strange = orders[~orders["item_no"].isin(items)]
    found = faults_of("VERIFY-REFERENCE", "{order_ref}", "order {order_ref} makes or buys no known item", strange)
    schedule = plan.plan_schedule
    lot = facts.lot(schedule["order_ref"])
    made = (lot >= 0) & orders["made"].to_numpy()[lot] if len(orders) else np.zeros(len(lot), dtype=bool)
    found += faults_of(
        "VERIFY-REFERENCE", "{order_ref}", "the schedule works on {order_ref}, which is no make order", schedule[~made]
    )
    known = schedule[made]
    right = orders["item_no"].to_numpy()[lot[made]]
    wrong = known[known["item_no"].to_numpy() != right]
    found += faults_of("VERIFY-ITEM", "{order_ref}", "a row of {order_ref} names another item, {item_no}", wrong)
    return found


def _firm_orders(facts: Facts) -> list[Fault]:
    """Every firm order of the input is in the plan with its kind, item and quantity, and no other is."""
    make, buy = facts.plan_input.firm_make, facts.plan_input.firm_buy
    given = pd.concat(
        [
            make[["order_ref", "item_no", "qty"]].assign(kind="firm_make"),
            buy[["order_ref", "item_no", "qty"]].assign(kind="firm_buy"),
        ]
    )
    given = given[given["qty"] > QTY_TOLERANCE].drop_duplicates("order_ref")
    planned = facts.orders.loc[facts.orders["firm"], ["order_ref", "kind", "item_no", "qty"]]
    both = given.merge(planned, on="order_ref", how="outer", suffixes=("", "_planned"), indicator=True)
    found = faults_of(
        "VERIFY-FIRM-MISSING",
        "{order_ref}",
        "firm order {order_ref} is not in the plan",
        both[both["_merge"] == "left_only"],
    )
    found += faults_of(
        "VERIFY-FIRM-UNKNOWN",
        "{order_ref}",
        "the plan has a firm order {order_ref} that does not exist",
        both[(both["_merge"] == "right_only") & (both["qty_planned"] > QTY_TOLERANCE)],
    )
    both = both[both["_merge"] == "both"]
    differs = (
        (both["kind"] != both["kind_planned"])
        | (both["item_no"] != both["item_no_planned"])
        | ((both["qty"] - both["qty_planned"]).abs() > QTY_TOLERANCE)
    )
    found += faults_of(
        "VERIFY-FIRM-CHANGED",
        "{order_ref}",
        "firm order {order_ref} is {qty} of {item_no}, the plan has {qty_planned} of {item_no_planned}",
        both[differs],
    )
    return found


def _lot_sizes(facts: Facts) -> list[Fault]:
    """Planned orders keep the minimum, the multiple and the fixed lot of their item."""
    planned = facts.orders[~facts.orders["firm"]]
    rules = ["item_no", "min_order_qty", "order_multiple", "lot_policy", "lot_qty"]
    planned = planned.merge(facts.plan_input.item[rules].drop_duplicates("item_no"), on="item_no")
    fixed = (planned["lot_policy"] == "fixed") & (planned["lot_qty"] > 0)
    step = planned["order_multiple"].where(planned["order_multiple"] > 0)
    least = np.maximum(planned["lot_qty"], planned["min_order_qty"])
    # a fixed lot is itself raised to the minimum and the multiple
    multiple = (np.ceil(least / step - 1e-9) * step).fillna(least).where(fixed, planned["order_multiple"])
    few = planned[planned["qty"] < planned["min_order_qty"] - QTY_TOLERANCE]
    found = faults_of("VERIFY-MOQ", "{order_ref}", "{order_ref} orders {qty}, the minimum is {min_order_qty}", few)
    lots = planned["qty"] / multiple.where(multiple > 0)
    uneven = planned.assign(multiple=multiple)[(lots - lots.round()).abs() * multiple > QTY_TOLERANCE]
    found += faults_of("VERIFY-MULTIPLE", "{order_ref}", "{order_ref} is {qty}, no multiple of {multiple}", uneven)
    return found


def _purchase_dates(facts: Facts) -> list[Fault]:
    """A planned purchase is placed from the first plan day on and comes its lead time later; a firm one on its date."""
    orders, days = facts.orders, facts.days
    planned = orders[orders["kind"] == "planned_buy"]
    default = float(facts.plan_input.settings.default_lead_time_days)
    lead = item_value(facts.plan_input, planned["item_no"], "lead_time_days")
    lead = np.where(np.isnan(lead), default, lead)
    ordered = np.maximum(planned["start_day"].to_numpy(), facts.first_day)
    earliest = days.add(ordered, np.ceil(lead - 1e-9))
    early = planned.assign(lead_time_days=lead)[
        planned["start_date"].isna().to_numpy()
        | (planned["start_day"].to_numpy() < facts.first_day)
        | (planned["finish_day"].to_numpy() < earliest)
    ]
    found = faults_of(
        "VERIFY-LEAD-TIME",
        "{order_ref}",
        "{order_ref} is ordered {start_date} and comes {finish_date}, its lead time is {lead_time_days:g} working days",
        early,
    )
    firm = orders[orders["kind"] == "firm_buy"]
    buy = facts.plan_input.firm_buy
    assumed = looked_up(firm["order_ref"], buy["order_ref"], pd.Series(firm_buy_days(facts)))
    found += faults_of(
        "VERIFY-FIRM-DATE",
        "{order_ref}",
        "{order_ref} is counted on {finish_date}, before it can be there",
        firm[firm["finish_day"].to_numpy() < assumed],
    )
    return found


def firm_buy_days(facts: Facts) -> Integers:
    """The day each open purchase line counts from: its date; if overdue, the first plan day plus the grace."""
    date = day_numbers(facts.plan_input.firm_buy["date"])
    late = int(facts.days.add(facts.first_day, facts.plan_input.settings.overdue_grace_days))
    overdue = date <= day_number(facts.plan_input.as_of_date)
    assumed: Integers = np.where(overdue, late, date)
    return assumed


def _lots_without_routing(facts: Facts) -> list[Fault]:
    """A lot without a routing takes its item's lead time in working days."""
    orders = facts.orders
    lots = orders[orders["made"] & ~orders["routed"] & orders["finished"]]
    item = facts.plan_input.item
    # nobody entered one: a subcontractor takes the default of bought items, one's own making no days
    unknown = item["source"].map({"make": 0.0}).fillna(float(facts.plan_input.settings.default_lead_time_days))
    lead = looked_up(lots["item_no"], item["item_no"], item["lead_time_days"].fillna(unknown.astype("float64")))
    lead = np.nan_to_num(lead)
    earliest = facts.days.add(lots["start_day"].to_numpy(), np.ceil(lead - 1e-9))
    early = lots["start_date"].isna() | (lots["start_day"] < facts.first_day) | (lots["finish_day"] < earliest)
    return faults_of(
        "VERIFY-LEAD-TIME",
        "{order_ref}",
        "{order_ref} has no routing and must take its lead time; it runs from {start_date} to {finish_date}",
        lots[early],
    )


def _lots_in_full(facts: Facts) -> list[Fault]:
    """Each step of each finished lot is there, with all its good pieces; an unfinished lot has no rows."""
    orders, ops = facts.orders, facts.ops
    finished = orders["finished"].to_numpy()
    free = facts.rows[~facts.rows["frozen"]].drop_duplicates("key")
    idle = free[~finished[free["lot"].to_numpy()]] if len(free) else free
    found = faults_of(
        "VERIFY-UNFINISHED", "{order_ref}", "{order_ref} is not finished inside the horizon but is scheduled", idle
    )
    steps = facts.steps.loc[finished[facts.steps["lot"].to_numpy()] & facts.steps["remaining"].to_numpy()]
    work = steps[["key", "order_ref", "step_no", "good"]].merge(
        ops[["key", "order_ref", "step_no", "qty", "frozen_qty"]], on="key", how="outer", suffixes=("", "_done")
    )
    found += faults_of(
        "VERIFY-STEP-MISSING",
        "{order_ref}/{step_no:g}",
        "{order_ref} is finished without step {step_no:g}",
        work[work["qty"].isna()],
    )
    extra = work[work["good"].isna()].merge(ops[["key", "lot", "frozen_start"]], on="key")
    extra = extra[finished[extra["lot"].to_numpy().astype(np.int64)] & ~extra["frozen_start"].astype(bool)]
    found += faults_of(
        "VERIFY-STEP-UNKNOWN",
        "{order_ref_done}/{step_no_done:g}",
        "{order_ref_done} has no work to do at step {step_no_done:g}",
        extra,
    )
    both = work[work["qty"].notna() & work["good"].notna()]
    allowed = QTY_TOLERANCE * np.maximum(1.0, both["good"])
    over = both["qty"] - np.maximum(both["good"], both["frozen_qty"])
    found += faults_of(
        "VERIFY-STEP-QTY",
        "{order_ref}/{step_no:g}",
        "step {step_no:g} of {order_ref} gives {qty} good pieces, not {good}",
        both[(both["qty"] < both["good"] - allowed) | (over > allowed)],
    )
    return found + _order_dates(facts)


def _order_dates(facts: Facts) -> list[Fault]:
    """A scheduled lot's order starts on the day of its first row and finishes on the day of its last."""
    spans = facts.ops.groupby("lot")
    lots = facts.orders[facts.orders["finished"]]
    first, last = lots["lot"].map(spans["day"].min()), lots["lot"].map(spans["last_day"].max())
    wrong = first.notna() & ((lots["start_day"] != first) | (lots["finish_day"] != last))
    return faults_of(
        "VERIFY-ORDER-DATES",
        "{order_ref}",
        "{order_ref} is said to run from {start_date} to {finish_date}, its rows say otherwise",
        lots[wrong],
    )


def _frozen(facts: Facts) -> list[Fault]:
    """The frozen work of orders that are still open is kept to the minute and the piece."""
    frozen = facts.plan_input.frozen
    left = facts.steps.loc[facts.steps["remaining"] & (facts.steps["kind"] == "firm_make"), ["order_ref", "step_no"]]
    frozen = frozen.merge(left, on=["order_ref", "step_no"])
    columns = ["order_ref", "step_no", "station_no", "unit_no", "work_date", "start_time", "finish_time"]
    rows = facts.plan.plan_schedule[[*columns, "qty", "hours", "overtime_hours"]]
    kept = frozen.merge(rows, on=columns, how="left", suffixes=("", "_planned"), indicator=True)
    moved = kept["_merge"] == "left_only"
    for column in ("qty", "hours", "overtime_hours"):
        moved |= (kept[column] - kept[f"{column}_planned"]).abs() > QTY_TOLERANCE
    return faults_of(
        "VERIFY-FROZEN",
        "{order_ref}/{step_no}",
        "the frozen work of {order_ref}, step {step_no}, on {work_date} was changed",
        kept[moved],
    )
