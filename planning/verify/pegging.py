"""Pegging: what each order line is said to be served by is what the ledger hands out, passed on lot by lot."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.facts import LINE, MAKES, QTY_TOLERANCE, Facts
from planning.verify.fault import Fault, faults_of

SUPPLY = ["item_no", "supply_kind", "supply_ref"]
ROUNDING = 1e-5  # what a stored quantity's sixth decimal may cost where a lot passes it on, per piece of the lot


def check_pegging(facts: Facts) -> list[Fault]:
    """Each line is pegged to what it takes, and of what its lots take to its share of their output; to nothing else.

    The pegging to lots is taken from the plan itself: as no lot supplies itself, only the right one balances with
    the ledger at every lot.
    """
    pegged = facts.plan.plan_pegging.drop_duplicates([*LINE, *SUPPLY])
    right = _balance(facts, pegged)
    both = right.merge(pegged, on=[*LINE, *SUPPLY], how="outer", suffixes=("_ledger", ""))
    given, expected = both["qty"].fillna(0.0), both["qty_ledger"].fillna(0.0)
    allowed = QTY_TOLERANCE * np.maximum(1.0, expected) + both["slack"].fillna(0.0)
    named = both.assign(qty=given, qty_ledger=expected)
    subject = "{sales_order_no}/{line_no}"
    found = faults_of(
        "VERIFY-PEGGING",
        subject,
        subject + " is pegged to {qty} of {item_no} from {supply_kind} {supply_ref}; the ledger gives it {qty_ledger}",
        named[~((given - expected).abs() <= allowed)],
    )
    dated = named[(expected > allowed) & both["qty"].notna()]
    found += faults_of(
        "VERIFY-PEGGING-DATE",
        subject,
        subject + " is pegged to {supply_kind} {supply_ref} for {available_date}; the ledger has it on {day}",
        dated[dated["available_date"] != dated["day"]],
    )
    return found


def _balance(facts: Facts, pegged: pd.DataFrame) -> pd.DataFrame:
    """LINE, SUPPLY, qty, day, and the slack that rounding may cause: what the ledger gives each line.

    Directly, and through the lots it is pegged to: what they take x its share of all that is taken of them.
    """
    ledger = facts.plan.plan_allocation
    sold = ledger[(ledger["demand_kind"] == "sales_order") & ledger["demand_line_no"].notna()]
    direct = sold[[*SUPPLY, "qty", "available_date"]].assign(
        sales_order_no=sold["demand_ref"], line_no=sold["demand_line_no"].astype("int64"), slack=0.0
    )
    output = ledger[ledger["supply_kind"].isin(MAKES)].groupby("supply_ref")["qty"].sum()
    lots = pegged[pegged["supply_kind"].isin(MAKES)].groupby([*LINE, "supply_ref"], as_index=False)["qty"].sum()
    lots = lots.assign(output=output.reindex(lots["supply_ref"]).to_numpy()).rename(columns={"supply_ref": "lot"})
    lots = lots[lots["output"] > 0]
    taken = ledger[ledger["demand_kind"] == "make"].groupby(["demand_ref", *SUPPLY], as_index=False, sort=False)
    taken = taken.agg(taken=("qty", "sum"), available_date=("available_date", "max"))
    through = lots.merge(taken.rename(columns={"demand_ref": "lot"}), on="lot")
    per_piece = through["taken"] / through["output"]
    through = through.assign(qty=through["qty"] * per_piece)
    through["slack"] = ROUNDING * (per_piece + through["qty"] / through["output"])
    columns = [*LINE, *SUPPLY, "qty", "available_date", "slack"]
    every = pd.concat([direct[columns], through[columns]], ignore_index=True)
    every = every.groupby([*LINE, *SUPPLY], as_index=False, sort=False)
    return every.agg(qty=("qty", "sum"), day=("available_date", "max"), slack=("slack", "sum"))
