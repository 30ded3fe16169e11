"""Material: every use is allocated in full, from supply that exists and is there in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.capacity import MINUTE
from planning.verify.days import DAY_MINUTES, Floats, Integers, day_number, day_numbers
from planning.verify.facts import MAKES, QTY_TOLERANCE, STEP_KEY, Facts, item_value
from planning.verify.fault import Fault, faults_of

NO_STEP = -1
ALWAYS = -1.0  # stock is there from the beginning


def check_material(facts: Facts, supply: pd.DataFrame) -> list[Fault]:
    """Faults of requirements, allocations, of the `supplies` and of the balance of every item over time."""
    need = requirements(facts)
    use = _uses(facts, supply)
    return [
        *_allocations(facts, use),
        *_covered(facts, need, use),
        *_overdrawn(use, supply),
        *_stock_expiry(facts, use),
        *_in_time(facts, use),
        *_balances(facts, need, supply),
    ]


def requirements(facts: Facts) -> pd.DataFrame:
    """What each lot uses, per item and step: lot, item_no, step_no, qty; a lot without routing has step NO_STEP.

    A firm order with a picking list uses what is required less issued, at whichever step (NO_STEP).
    """
    picking = facts.plan_input.picking
    picking = picking[picking["item_no"].isin(set(facts.plan_input.item["item_no"]))]
    picking = picking.groupby(["order_ref", "item_no"], as_index=False)[["required_qty", "issued_qty"]].sum()
    picking["lot"] = facts.lot(picking["order_ref"])
    made = facts.orders["made"].to_numpy()
    picking = picking[(picking["lot"] >= 0) & made[picking["lot"].to_numpy()]] if len(made) else picking[:0]
    picking["qty"] = (picking["required_qty"] - picking["issued_qty"]).clip(lower=0.0)
    exploded = _exploded(facts, set(picking["lot"]))
    columns = ["lot", "item_no", "step_no", "qty"]
    need = pd.concat([exploded[columns], picking.assign(step_no=NO_STEP)[columns]])
    return need.groupby(["lot", "item_no", "step_no"], as_index=False, sort=False)["qty"].sum()


def _exploded(facts: Facts, picked: set[int]) -> pd.DataFrame:
    """Uses by the BOM effective on each lot's bom_date: started x qty_per, with the line's scrap."""
    lots = facts.orders[facts.orders["made"] & ~facts.orders["lot"].isin(picked)]
    bom = facts.plan_input.bom_line
    lines = lots[["lot", "item_no", "qty", "bom_date", "routed"]].merge(
        bom, left_on="item_no", right_on="parent_item_no", sort=False
    )
    begun = lines["effective_from"].isna() | (lines["effective_from"] <= lines["bom_date"])
    open_ = lines["effective_to"].isna() | (lines["effective_to"] >= lines["bom_date"])
    lines = lines[begun & open_].reset_index(drop=True)
    # lines of one group replace each other: of those effective the first in rank holds
    lines = lines.sort_values(["lot", "alt_group", "alt_rank", "line_no", "component_item_no"], kind="stable")
    replaced = (lines["alt_group"] != "") & lines.duplicated(["lot", "alt_group"])
    lines = lines[~replaced].reset_index(drop=True)
    step, started = _used_at(facts, lines)
    rate = lines["scrap_rate"]
    with_scrap = 1 / (1 - rate) if facts.plan_input.settings.bom_scrap == "divide" else 1 + rate
    return pd.DataFrame(
        {
            "lot": lines["lot"],
            "item_no": lines["component_item_no"],
            "step_no": step,
            "qty": started * lines["qty_per"] * with_scrap,
        }
    )


def _used_at(facts: Facts, lines: pd.DataFrame) -> tuple[Integers, pd.Series]:
    """The step at which each BOM line of each lot is used, and the pieces that step starts."""
    started = pd.Series(facts.steps["started"].where(facts.steps["remaining"], 0.0).to_numpy(), facts.steps["key"])
    first = facts.steps.drop_duplicates("lot").set_index("lot")["step_no"]
    named = lines["lot"] * STEP_KEY + lines["step_no"].fillna(0.0).astype("int64")
    has_named = lines["step_no"].notna() & named.isin(started.index)
    step = lines["step_no"].where(has_named, lines["lot"].map(first)).fillna(NO_STEP).astype("int64")
    pieces = (lines["lot"] * STEP_KEY + step).map(started)
    scrap = item_value(facts.plan_input, lines["item_no"], "scrap_rate")
    pieces = pieces.where(lines["routed"], lines["qty"] * (1 + scrap))
    return step.to_numpy(), pieces.fillna(0.0)


def supplies(facts: Facts) -> pd.DataFrame:
    """Every supply but stock: kind, ref, item_no, qty that may be used, available day and minute."""
    orders, plan_input = facts.orders, facts.plan_input
    loss = np.nan_to_num(item_value(plan_input, orders["item_no"], "scrap_rate"))
    usable = orders["qty"] / np.where(orders["kind"] == "planned_buy", 1 + loss, 1.0)
    day = orders["finish_day"].astype("float64").where(orders["finished"] | ~orders["made"], np.inf)
    finish = facts.ops.groupby("lot")["finish"].max()
    at = orders["lot"].map(finish).where(orders["made"] & orders["routed"]).fillna(day * DAY_MINUTES)
    ordered = pd.DataFrame(
        {
            "supply_kind": orders["kind"],
            "supply_ref": orders["order_ref"],
            "item_no": orders["item_no"],
            "qty": usable,
            "day": day,
            "at": at.where(np.isfinite(day), np.inf),
        }
    )
    checked = facts.days.add(day_number(plan_input.as_of_date), plan_input.settings.inspection_days)
    checked = max(int(checked), facts.first_day)
    inspected = plan_input.inspection.groupby(["order_ref", "item_no"], as_index=False)["qty"].sum()
    inspection = pd.DataFrame(
        {
            "supply_kind": "inspection",
            "supply_ref": inspected["order_ref"],
            "item_no": inspected["item_no"],
            "qty": inspected["qty"],
            "day": float(checked),
            "at": float(checked) * DAY_MINUTES,
        }
    )
    every = pd.concat([ordered, inspection], ignore_index=True)
    return every.drop_duplicates(["supply_kind", "supply_ref"])


def supply_of(allocation: pd.DataFrame, supply: pd.DataFrame) -> Integers:
    """The row in `supply` of each allocation, -1 for stock and where there is none."""
    # a purchase, an arrival and a lot may bear the same number, so the kind is part of the name
    key = supply["supply_ref"] + "\n" + supply["supply_kind"]
    names = allocation["supply_ref"] + "\n" + allocation["supply_kind"]
    row: Integers = pd.Index(key).get_indexer(pd.Index(names)).astype(np.int64)
    return row


def usable_stock(facts: Facts) -> pd.DataFrame:
    """Stock that has not expired by the first plan day, with its last usable day (infinite where it keeps)."""
    # what one location owes is taken off the same lot elsewhere
    stock = facts.plan_input.stock.groupby(["item_no", "lot_no", "expiry_date"], dropna=False, as_index=False)["qty"]
    stock = stock.sum()
    last = pd.Series(day_numbers(stock["expiry_date"]), stock.index).where(stock["expiry_date"].notna(), np.inf)
    kept = stock.assign(last=last)
    return kept[(kept["last"] >= facts.first_day) & (kept["qty"] > 0)]


def _uses(facts: Facts, supply: pd.DataFrame) -> pd.DataFrame:
    """The allocations with their supply's available time and their lot's time of use."""
    use = facts.plan.plan_allocation
    from_stock = (use["supply_kind"] == "stock").to_numpy()
    row = supply_of(use, supply)
    known = row >= 0
    named = np.where(known, supply["item_no"].to_numpy()[row], None) if len(supply) else None
    day = np.where(known, supply["day"].to_numpy()[row], np.nan) if len(supply) else np.nan
    at = np.where(known, supply["at"].to_numpy()[row], np.nan) if len(supply) else np.nan
    use = use.assign(
        supply=row,
        known=from_stock | known,
        supply_item=named,
        day=np.where(from_stock, float(facts.first_day), day),
        at=np.where(from_stock, ALWAYS, at),
    )
    for_lot = (use["demand_kind"] == "make").to_numpy()
    lot = np.where(for_lot, facts.lot(use["demand_ref"]), -1)
    if len(facts.orders):
        lot = np.where((lot >= 0) & facts.orders["made"].to_numpy()[lot], lot, -1)
    first = facts.steps[facts.steps["remaining"]].drop_duplicates("lot").set_index("lot")["step_no"]
    step = use["step_no"].where(use["step_no"].notna(), pd.Series(lot, use.index).map(first)).fillna(NO_STEP)
    use["lot"], use["step"] = lot, step.astype("int64")
    op = pd.Index(facts.ops["key"]).get_indexer(pd.Index(lot * STEP_KEY + use["step"].to_numpy()))
    use["op"] = np.where(lot >= 0, op, -1)
    return use


def _allocations(facts: Facts, use: pd.DataFrame) -> list[Fault]:
    """An allocation names a supply and a demand of its item, and dates them as the plan does."""
    name, subject = "allocation {allocation_no}", "{allocation_no}"
    found = faults_of(
        "VERIFY-SUPPLY-UNKNOWN", subject, name + ": there is no {supply_kind} {supply_ref}", use[~use["known"]]
    )
    other = use[use["supply_item"].notna() & (use["supply_item"] != use["item_no"])]
    found += faults_of("VERIFY-ALLOCATION-ITEM", subject, name + ": {supply_ref} is no supply of {item_no}", other)
    demand = facts.plan_input.demand[["sales_order_no", "line_no", "item_no"]]
    lines = demand.rename(columns={"sales_order_no": "demand_ref", "line_no": "demand_line_no", "item_no": "wanted"})
    lines = lines.drop_duplicates(["demand_ref", "demand_line_no"]).astype({"demand_line_no": "float64"})
    sold = use[use["demand_kind"] == "sales_order"].merge(lines, on=["demand_ref", "demand_line_no"], how="left")
    strange = sold[sold["wanted"].isna() | (sold["wanted"] != sold["item_no"])]
    found += faults_of(
        "VERIFY-DEMAND-UNKNOWN", subject, name + ": no line {demand_ref}/{demand_line_no} wants {item_no}", strange
    )
    kinds = use["demand_kind"].isin(["sales_order", "make", "safety_stock"])
    lost = use[~kinds | ((use["demand_kind"] == "make") & (use["lot"] < 0))]
    found += faults_of("VERIFY-DEMAND-UNKNOWN", subject, name + ": there is no make order {demand_ref}", lost)
    return found + _allocation_dates(facts, use)


def _allocation_dates(facts: Facts, use: pd.DataFrame) -> list[Fault]:
    """available_date is the supply's; used_date is the day the step starts that uses it."""
    available = use["available_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    right = np.where(use["supply_kind"] == "stock", available <= facts.first_day, available == use["day"])
    wrong = use[use["known"] & np.isfinite(use["day"]) & ~right]
    found = faults_of(
        "VERIFY-AVAILABLE-DATE",
        "{allocation_no}",
        "allocation {allocation_no}: {supply_kind} {supply_ref} is not available on {available_date}",
        wrong,
    )
    at_work = use[use["op"] >= 0]
    day = facts.ops["day"].to_numpy()[at_work["op"].to_numpy()]
    off = at_work[day_numbers(at_work["used_date"]) != day]
    found += faults_of(
        "VERIFY-USED-DATE",
        "{allocation_no}",
        "allocation {allocation_no}: {demand_ref} does not use it on {used_date}",
        off,
    )
    return found


def _covered(facts: Facts, need: pd.DataFrame, use: pd.DataFrame) -> list[Fault]:
    """Each lot's requirement is allocated in full, and not more than it."""
    listed = set(facts.lot(facts.plan_input.picking["order_ref"]))
    lots = use[use["lot"] >= 0]
    step = lots["step"].where(~lots["lot"].isin(listed), NO_STEP)
    given = lots.assign(step_no=step, qty_given=lots["qty"], qty=0.0)[["lot", "item_no", "step_no", "qty", "qty_given"]]
    both = pd.concat([need.assign(qty_given=0.0), given])
    both = both.groupby(["lot", "item_no", "step_no"], as_index=False, sort=False)[["qty", "qty_given"]].sum()
    orders = facts.orders
    both["order_ref"] = orders["order_ref"].to_numpy()[both["lot"].to_numpy()] if len(orders) else ""
    finished = orders["finished"].to_numpy()[both["lot"].to_numpy()] if len(orders) else np.zeros(0, dtype=bool)
    allowed = QTY_TOLERANCE * np.maximum(1.0, both["qty"])
    subject = "{order_ref}/{item_no}"
    found = faults_of(
        "VERIFY-REQUIREMENT",
        subject,
        "{order_ref} needs {qty} of {item_no} at step {step_no}, {qty_given} are allocated",
        both[finished & (both["qty_given"] < both["qty"] - allowed)],
    )
    found += faults_of(
        "VERIFY-OVERALLOCATED",
        subject,
        "{order_ref} needs {qty} of {item_no} at step {step_no}, {qty_given} are allocated",
        both[both["qty_given"] > both["qty"] + allowed],
    )
    return found


def _overdrawn(use: pd.DataFrame, supply: pd.DataFrame) -> list[Fault]:
    """The allocations of a supply add up to no more than it gives; a purchase gives its quantity less its scrap."""
    drawn = use[use["supply"] >= 0]
    taken = np.bincount(drawn["supply"], drawn["qty"], minlength=len(supply))
    over = supply.assign(qty_taken=taken)[taken > supply["qty"] + QTY_TOLERANCE * np.maximum(1.0, supply["qty"])]
    message = "{supply_kind} {supply_ref} gives {qty} of {item_no}, {qty_taken} are handed out"
    return faults_of("VERIFY-OVERDRAWN", "{supply_ref}", message, over)


def _stock_expiry(facts: Facts, use: pd.DataFrame) -> list[Fault]:
    """For every day: what is taken from stock after it does not exceed the stock that keeps beyond it.

    A lot keeps through its expiry date; uses that may take any lot not expired by then can all be served just
    when this holds for each expiry date (Hall's condition on nested sets). A sales order line takes its stock on
    the first plan day, a make order when its step starts.
    """
    stock = usable_stock(facts)
    taken = use[(use["supply_kind"] == "stock") & (use["demand_kind"] != "safety_stock")]
    starts = facts.ops["day"].to_numpy().astype("float64")
    day = np.full(len(taken), float(facts.first_day))
    working = (taken["op"] >= 0).to_numpy()
    day[working] = starts[taken["op"].to_numpy()[working]]
    reserved = use[(use["supply_kind"] == "stock") & (use["demand_kind"] == "safety_stock")]
    events = pd.concat(
        [
            pd.DataFrame({"item_no": stock["item_no"], "day": stock["last"], "qty": stock["qty"], "order": 0}),
            pd.DataFrame({"item_no": taken["item_no"], "day": day, "qty": -taken["qty"], "order": 1}),
            pd.DataFrame(
                {"item_no": reserved["item_no"], "day": float(facts.first_day), "qty": -reserved["qty"], "order": 1}
            ),
        ]
    ).sort_values(["day", "order"], ascending=[False, True], kind="stable")
    events["left"] = events.groupby("item_no", sort=False)["qty"].cumsum()
    short = events[events["left"] < -QTY_TOLERANCE].drop_duplicates("item_no")
    return faults_of(
        "VERIFY-STOCK", "{item_no}", "more stock of {item_no} is handed out than keeps till its use", short
    )


def _in_time(facts: Facts, use: pd.DataFrame) -> list[Fault]:
    """Supply is there when the step starts that uses it; frozen work is kept even if its material has slipped."""
    lots = use[(use["lot"] >= 0) & use["known"]].copy()
    finished = facts.orders["finished"].to_numpy()[lots["lot"].to_numpy()]
    routed = facts.orders["routed"].to_numpy()[lots["lot"].to_numpy()]
    ops = facts.ops
    idle = lots[finished & routed & (lots["op"].to_numpy() < 0)]
    found = faults_of(
        "VERIFY-ALLOCATION-STEP",
        "{allocation_no}",
        "allocation {allocation_no}: {demand_ref} does no step {step}",
        idle,
    )
    op = lots["op"].to_numpy()
    # a lot without a routing may start at any minute of its day
    at_day_end = (facts.orders["start_day"].to_numpy()[lots["lot"].to_numpy()] + 1) * DAY_MINUTES - MINUTE
    start = np.where(op >= 0, ops["start"].to_numpy()[op], at_day_end) if len(ops) else at_day_end
    frozen = (op >= 0) & ops["frozen_start"].to_numpy()[op] if len(ops) else np.zeros(len(lots), dtype=bool)
    made = lots["supply_kind"].isin(MAKES).to_numpy()
    late = finished & ((op >= 0) | ~routed) & ~frozen & (lots["at"].to_numpy() > start + np.where(made, MINUTE, 0.0))
    message = "{demand_ref} starts step {step} before {supply_kind} {supply_ref} of {item_no} is there"
    found += faults_of("VERIFY-MATERIAL", "{demand_ref}/{item_no}", message, lots[late & ~made])
    found += faults_of("VERIFY-SUBASSEMBLY", "{demand_ref}/{item_no}", message, lots[late & made])
    return found


def _balances(facts: Facts, need: pd.DataFrame, supply: pd.DataFrame) -> list[Fault]:
    """Item by item and minute by minute, all that came in covers all that went out, whatever the ledger says.

    What goes out: each requirement when its step starts, each delivery at the end of its day.
    """
    orders, ops = facts.orders, facts.ops
    finished = need[orders["finished"].to_numpy()[need["lot"].to_numpy()]] if len(orders) else need
    op = pd.Index(ops["key"]).get_indexer(pd.Index(finished["lot"] * STEP_KEY + finished["step_no"]))
    lot_start = (orders["start_day"] + 1) * DAY_MINUTES - 2 * MINUTE
    if len(ops):
        lot_start = lot_start.where(~orders["routed"], orders["lot"].map(ops.groupby("lot")["finish"].max()))
    start = finished["lot"].map(lot_start).to_numpy(dtype="float64")
    if len(ops):
        # what a picking list names no step for goes with the lot's first; frozen work is kept whatever has slipped
        frozen_lot = finished["lot"].map(ops.drop_duplicates("lot").set_index("lot")["frozen_start"])
        start = np.where(frozen_lot.fillna(False).to_numpy(bool), np.inf, start)
        start = np.where(
            op >= 0, np.where(ops["frozen_start"].to_numpy()[op], np.inf, ops["start"].to_numpy()[op]), start
        )
    lines = facts.plan_input.demand.drop_duplicates(["sales_order_no", "line_no"])
    sold = facts.plan.plan_delivery.merge(lines, on=["sales_order_no", "line_no"], suffixes=("", "_line"))
    stock = usable_stock(facts)
    received = supply[np.isfinite(supply["at"])]
    events = pd.concat(
        [
            pd.DataFrame({"item_no": stock["item_no"], "at": ALWAYS, "qty": stock["qty"]}),
            pd.DataFrame({"item_no": received["item_no"], "at": received["at"], "qty": received["qty"]}),
            pd.DataFrame({"item_no": finished["item_no"], "at": start + MINUTE, "qty": -finished["qty"]}),
            pd.DataFrame({"item_no": sold["item_no"], "at": _day_ends(facts, sold), "qty": -sold["qty"]}),
        ]
    )
    events = events.assign(out=events["qty"] < 0).sort_values(["at", "out"], kind="stable")
    item = pd.factorize(events["item_no"])[0]
    left = events["qty"].groupby(item, sort=False).cumsum()
    moved = events["qty"].abs().groupby(item, sort=False).cumsum()
    short = events[left < -QTY_TOLERANCE * np.maximum(1.0, moved)].drop_duplicates("item_no")
    return faults_of("VERIFY-BALANCE", "{item_no}", "more of {item_no} is used than has come in by then", short)


def _day_ends(facts: Facts, deliveries: pd.DataFrame) -> Floats:
    """The last minute that belongs to each delivery's day, night shifts included."""
    day = day_numbers(deliveries["delivery_date"])
    midnight = ((day + 1) * DAY_MINUTES).astype(np.float64)
    if not len(facts.days.opens):
        return midnight
    column = facts.days.column(day)
    latest = np.maximum(midnight, facts.days.overtime_closes.max(axis=0)[column])
    return np.where(column >= 0, latest, midnight).astype(np.float64)
