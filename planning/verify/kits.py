"""Kit readiness: what is said to be in hand, to come and to be missing is what the ledger gives each order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.days import day_numbers
from planning.verify.facts import LINE, MAKES, QTY_TOLERANCE, Facts
from planning.verify.fault import Fault, faults_of

KIT = ["order_ref", "item_no"]
NOTHING = 1e-9
STATUS = ("none", "partial", "full")


def check_kits(facts: Facts) -> list[Fault]:
    """Faults of plan_kit: one row per make order and open line, each what the ledger and the picking lists say.

    The kit of a line is judged by those of the lots it takes from, which are judged themselves.
    """
    kits = facts.plan.plan_kit.drop_duplicates("order_ref")
    parts = _components(facts)
    lots = _lots(facts, parts)
    taken = _taken(facts, lots.merge(kits, on="order_ref", how="left", suffixes=("", "_given")))
    right = pd.concat([lots, _lines(facts, taken)], ignore_index=True)
    right["blocking"] = _blocking(parts, taken).reindex(right["order_ref"]).fillna("").to_numpy()
    both = right.merge(kits, on="order_ref", how="outer", suffixes=("", "_given"), indicator=True)
    found = faults_of(
        "VERIFY-KIT-ORDER", "{order_ref}", "{order_ref} has no kit in the plan", both[both["_merge"] == "left_only"]
    )
    found += faults_of(
        "VERIFY-KIT-ORDER",
        "{order_ref}",
        "there is a kit of {order_ref}, which is neither make order nor open line",
        both[both["_merge"] == "right_only"],
    )
    return found + _compared(facts, both[both["_merge"] == "both"])


def _compared(facts: Facts, both: pd.DataFrame) -> list[Fault]:
    """Status, date, quantity and missing items of each kit against what they should be.

    Quantities within the tolerance may be called something or nothing.
    """
    given, waits, some = both["status"], both["waits"].eq(True), both["some"].eq(True)
    wrong = ~given.isin(STATUS)
    wrong |= (given == "full") & waits & (both["missing"] > QTY_TOLERANCE)
    wrong |= (given != "full") & ~waits
    wrong |= (given == "none") & (both["here"] > QTY_TOLERANCE)
    wrong |= (given == "partial") & ~some
    found = faults_of(
        "VERIFY-KIT-STATUS",
        "{order_ref}",
        "the kit of {order_ref} is called {status}; it has {here} in hand and lacks {missing}",
        both[wrong],
    )
    inside = both["day"] <= facts.horizon_end
    named = both["kit_date"].notna()
    right = np.where(inside, named & (day_numbers(both["kit_date"]) == both["day"]), ~named)
    found += faults_of(
        "VERIFY-KIT-DATE",
        "{order_ref}",
        "the kit of {order_ref} is said to be full on {kit_date}, its material says otherwise",
        both[~right.astype(bool)],
    )
    qty, pieces, can = both["qty"], both["pieces"], both["can_make_qty"]
    allowed = QTY_TOLERANCE * np.maximum(1.0, qty)
    # what is counted in pieces is told in whole ones
    counted = (qty - qty.round()).abs() < NOTHING
    least = np.where(counted, np.floor(pieces - allowed), pieces - allowed)
    part = counted & ((can - can.round()).abs() > QTY_TOLERANCE)
    found += faults_of(
        "VERIFY-KIT-QTY",
        "{order_ref}",
        "{can_make_qty} of {order_ref} are said to be possible now, there is material for {pieces}",
        both[part | ~((can <= pieces + allowed) & (can >= least))],
    )
    found += faults_of(
        "VERIFY-KIT-BLOCKING",
        "{order_ref}",
        "{order_ref} is said to wait for {blocking_given!r}, it waits for {blocking!r}",
        both[both["blocking"] != both["blocking_given"]],
    )
    return found


def _components(facts: Facts) -> pd.DataFrame:
    """Per make order and item: here (in hand or issued), missing, waits, required, whole (pieces), day (all there)."""
    used = facts.plan.plan_allocation
    used = used[(used["demand_kind"] == "make") & used["qty"].notna()]
    in_hand = (used["supply_kind"] == "stock").to_numpy()
    ledger = pd.DataFrame(
        {
            "order_ref": used["demand_ref"],
            "item_no": used["item_no"],
            "open": used["qty"],
            "stock": used["qty"].where(in_hand, 0.0),
            "rows": 1,
            "stock_rows": in_hand.astype(np.int64),
            "day": day_numbers(used["available_date"]),
        }
    )
    ledger = ledger.groupby(KIT, sort=False).agg(
        open=("open", "sum"),
        stock=("stock", "sum"),
        rows=("rows", "sum"),
        stock_rows=("stock_rows", "sum"),
        day=("day", "max"),
    )
    made = facts.orders.loc[facts.orders["made"], ["order_ref", "qty"]].set_index("order_ref")["qty"]
    picking = facts.plan_input.picking
    listed = picking[picking["order_ref"].isin(set(made.index))].groupby(KIT)[["required_qty", "issued_qty"]].sum()
    both = ledger.join(listed, how="outer").reset_index()
    counted = both[["open", "stock", "rows", "stock_rows", "issued_qty"]].fillna(0.0)
    required = both["required_qty"].fillna(counted["open"])
    here = np.minimum(counted["stock"] + counted["issued_qty"], required)
    firm = facts.plan_input.firm_make.drop_duplicates("order_ref").set_index("order_ref")["ordered_qty"]
    qty = made.reindex(both["order_ref"]).to_numpy()
    # a picking list is for all pieces of the order, of which some are done
    whole = np.where(both["required_qty"].notna(), firm.reindex(both["order_ref"]).to_numpy(), qty)
    parts = pd.DataFrame(
        {
            "order_ref": both["order_ref"],
            "item_no": both["item_no"],
            "here": here,
            "some": (here > NOTHING) | (counted["stock_rows"] > 0),
            "missing": counted["open"] - counted["stock"],
            "waits": counted["rows"] > counted["stock_rows"],
            "pieces": here * whole / required.where(required > 0) - (whole - qty),
            "day": both["day"].fillna(facts.first_day),
        }
    )
    return parts[(required > NOTHING) | (counted["rows"] > 0)]


def _lots(facts: Facts, parts: pd.DataFrame) -> pd.DataFrame:
    """Per make order what its kit should be: here, missing, waits, some, pieces, day."""
    kit = parts.groupby("order_ref").agg(
        here=("here", "sum"),
        missing=("missing", "max"),
        waits=("waits", "max"),
        some=("some", "max"),
        pieces=("pieces", "min"),
        day=("day", "max"),
    )
    lots = facts.orders.loc[facts.orders["made"], ["order_ref", "qty"]]
    found = kit.reindex(lots["order_ref"])
    waits = found["waits"].eq(True).to_numpy()
    pieces = np.clip(found["pieces"].fillna(np.inf).to_numpy(), 0.0, np.maximum(0.0, lots["qty"].to_numpy()))
    return lots.assign(
        here=found["here"].fillna(0.0).to_numpy(),
        missing=found["missing"].fillna(0.0).to_numpy(),
        waits=waits,
        some=found["some"].eq(True).to_numpy(),
        pieces=np.where(waits, pieces, lots["qty"].to_numpy()),
        day=found["day"].fillna(facts.first_day).to_numpy(),
    )


def _taken(facts: Facts, lots: pd.DataFrame) -> pd.DataFrame:
    """What lines take, row by row, with the kit that the plan gives the lot it comes from (`lots`)."""
    ledger = facts.plan.plan_allocation
    sold = ledger[(ledger["demand_kind"] == "sales_order") & ledger["demand_line_no"].notna()]
    line_no = sold["demand_line_no"].astype("int64").astype(str)
    lot = lots.set_index("order_ref").reindex(sold["supply_ref"])
    made = sold["supply_kind"].isin(MAKES).to_numpy()
    in_hand = (sold["supply_kind"] == "stock").to_numpy()
    beyond = facts.horizon_end + 1
    kit_day = np.where(lot["kit_date"].isna(), beyond, day_numbers(lot["kit_date"]))
    state = lot["status"].map({name: number for number, name in enumerate(STATUS)}).fillna(0).to_numpy()
    share = (lot["can_make_qty"] / lot["qty"].where(lot["qty"] > 0)).fillna(0.0).to_numpy() * sold["qty"].to_numpy()
    return pd.DataFrame(
        {
            "order_ref": sold["demand_ref"] + "/" + line_no,
            "item_no": sold["item_no"],
            "lot": sold["supply_ref"].where(made),
            "bought": ~made & ~in_hand,
            "state": np.where(made, state, np.where(in_hand, 2, 0)),
            "pieces": np.where(made, share, np.where(in_hand, sold["qty"], 0.0)),
            "day": np.where(made, kit_day, day_numbers(sold["available_date"])),
        }
    )


def _lines(facts: Facts, taken: pd.DataFrame) -> pd.DataFrame:
    """Per open line what its kit should be, in the columns of `_lots`: the quantities count what is full or not."""
    kit = taken.groupby("order_ref").agg(
        least=("state", "min"), most=("state", "max"), pieces=("pieces", "sum"), day=("day", "max")
    )
    demand = facts.plan_input.demand.drop_duplicates(LINE)
    ref = demand["sales_order_no"] + "/" + demand["line_no"].astype(str)
    found = kit.reindex(ref)
    waits = ~(found["least"] == 2).to_numpy()
    some = (found["most"] > 0).to_numpy()
    return pd.DataFrame(
        {
            "order_ref": ref.to_numpy(),
            "qty": demand["qty"].to_numpy(),
            "here": some.astype(np.float64),
            "missing": waits.astype(np.float64),
            "waits": waits,
            "some": some,
            "pieces": found["pieces"].fillna(0.0).to_numpy(),
            "day": found["day"].fillna(facts.first_day).to_numpy(),
        }
    )


def _blocking(parts: pd.DataFrame, taken: pd.DataFrame) -> pd.Series:
    """Per order the items it waits for, the last to come first, then by number, separated by commas."""
    waiting = parts.loc[parts["waits"], [*KIT, "day"]]
    through = taken[["order_ref", "lot"]].dropna().drop_duplicates()
    through = through.merge(waiting.rename(columns={"order_ref": "lot"}), on="lot")
    every = pd.concat([waiting, taken.loc[taken["bought"], [*KIT, "day"]], through[[*KIT, "day"]]])
    every = every.groupby(KIT, as_index=False)["day"].max()
    every = every.sort_values(["order_ref", "day", "item_no"], ascending=[True, False, True], kind="stable")
    named: pd.Series = every.groupby("order_ref")["item_no"].agg(",".join)
    return named
