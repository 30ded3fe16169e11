"""Action messages: each is about an order that is there, says of it what is so, and asks for what the plan needs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.days import day_numbers
from planning.verify.facts import QTY_TOLERANCE, Facts, item_value, looked_up
from planning.verify.fault import Fault, faults_of
from planning.verify.orders import firm_buy_days

KINDS = {
    "order": ("planned_buy",),
    "release": ("planned_make",),
    "expedite": ("firm_buy", "firm_make"),
    "defer": ("firm_buy", "firm_make"),
    "cancel": ("firm_buy", "firm_make"),
    "decrease": ("firm_buy", "firm_make"),
    "increase": ("firm_buy",),
}
SUBJECT = "{order_ref} {action}"
NONE = np.iinfo(np.int64).min // 2


def check_messages(facts: Facts) -> list[Fault]:
    """Faults of plan_message: what it is about, its dates, its quantities, and what it should say and does not."""
    about, of_stock, strange = _subjects(facts)
    return [
        *faults_of(
            "VERIFY-MESSAGE-ORDER",
            SUBJECT,
            "{action} {order_ref}: there is no such order of {item_no} that this could be done to",
            strange,
        ),
        *_quantities(facts, about),
        *_dates(facts, about),
        *_stock(of_stock),
        *_missing(facts),
    ]


def _subjects(facts: Facts) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Messages with the order they are about, messages on a lot in stock, and those about nothing there is.

    Of an order: kind, qty, start_day, named (the date it bears), comes (the day it counts from, NONE where unknown),
    and taken, the quantity that is handed out of it.
    """
    messages, orders = facts.plan.plan_message, facts.orders
    known = orders[["order_ref", "kind", "item_no", "qty", "start_day", "finish_day"]].assign(
        started=orders["start_date"].notna()
    )
    both = messages.merge(known, on="order_ref", how="left", suffixes=("", "_order"))
    kinds = both["action"].map(KINDS)
    fits = np.array(
        [
            kind in allowed if isinstance(allowed, tuple) else False
            for kind, allowed in zip(both["kind"], kinds, strict=True)
        ],
        dtype=bool,
    )
    fits &= (both["item_no"] == both["item_no_order"]).to_numpy()
    stock = _stock_lots(facts)
    lots = both[~fits & (both["action"] == "decrease").to_numpy()].drop(columns=["qty"])
    lots = lots.merge(stock, on=["order_ref", "item_no"])
    strange = both[~fits & ~both["order_ref"].isin(set(lots["order_ref"])).to_numpy()]
    about = both[fits].copy()
    taken = facts.plan.plan_allocation.groupby(["supply_kind", "supply_ref"])["qty"].sum()
    about["taken"] = taken.reindex(pd.MultiIndex.from_frame(about[["kind", "order_ref"]])).fillna(0.0).to_numpy()
    about["named"], about["comes"] = _named(facts, about)
    return about, lots, strange


def _named(facts: Facts, about: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
    """The date that each order that exists bears (NaT: none), and the day the plan counts on it, from the first on."""
    buy, make = facts.plan_input.firm_buy, facts.plan_input.firm_make
    due = make["planned_finish"].fillna(make["due_date"])
    dates = pd.concat(
        [
            pd.DataFrame({"kind": "firm_buy", "order_ref": buy["order_ref"], "date": buy["date"]}),
            pd.DataFrame({"kind": "firm_make", "order_ref": make["order_ref"], "date": due}),
        ]
    ).drop_duplicates(["kind", "order_ref"])
    named = (
        about[["kind", "order_ref"]].merge(dates, on=["kind", "order_ref"], how="left")["date"].set_axis(about.index)
    )
    bought = (about["kind"] == "firm_buy").to_numpy()
    assumed = looked_up(about["order_ref"], buy["order_ref"], pd.Series(firm_buy_days(facts)))
    comes = np.where(bought, np.nan_to_num(assumed, nan=NONE), np.where(named.isna(), NONE, day_numbers(named)))
    return named, np.where(comes == NONE, NONE, np.maximum(comes, facts.first_day)).astype(np.int64)


def _stock_lots(facts: Facts) -> pd.DataFrame:
    """Lots in stock, by the name that messages give them: order_ref, item_no, qty, expiry_date."""
    stock = facts.plan_input.stock
    lots = stock.groupby(["item_no", "lot_no"], as_index=False).agg(
        qty=("qty", "sum"), expiry_date=("expiry_date", "min")
    )
    with_lot = lots["item_no"] + "/" + lots["lot_no"]
    return lots.assign(order_ref=with_lot.where(lots["lot_no"] != "", lots["item_no"]))


def _close(given: pd.Series, right: pd.Series) -> pd.Series:
    return (given - right).abs() <= QTY_TOLERANCE * np.maximum(1.0, right.abs())


def _quantities(facts: Facts, about: pd.DataFrame) -> list[Fault]:
    """Quantities are the order's; what is left of it covers what is taken of it, rounded as orders are."""
    action, before, after, qty, taken = (about[name] for name in ("action", "from_qty", "to_qty", "qty", "taken"))
    new = action.isin(["order", "release"])
    right = _close(after, qty).where(new, _close(before, qty))
    allowed = QTY_TOLERANCE * np.maximum(1.0, taken)
    right &= (action != "cancel") | ((taken <= QTY_TOLERANCE) & (after == 0))
    step = np.nan_to_num(item_value(facts.plan_input, about["item_no"], "order_multiple"))
    least = np.nan_to_num(item_value(facts.plan_input, about["item_no"], "min_order_qty"))
    enough = (after >= taken - allowed) & (after < qty) & (after <= np.maximum(least, taken) + step + allowed)
    right &= (action != "decrease") | enough
    right &= (action != "increase") | (after > qty)
    return faults_of(
        "VERIFY-MESSAGE-QTY",
        SUBJECT,
        "{action} {order_ref} from {from_qty} to {to_qty}: it is {qty}, {taken} are taken of it",
        about[~right],
    )


def _dates(facts: Facts, about: pd.DataFrame) -> list[Fault]:
    """Orders that exist bear the date that is named, and the new one is a day on which somebody wants or uses it.

    expedite: before it comes, on the day of a need or the first plan day. defer: after it comes, on the first day it
    is used. order: the day it is to be ordered. release: from the day the lot starts to that of its first material.
    """
    action, day = about["action"], day_numbers(about["to_date"])
    stated = about["to_date"].notna()
    dated = action.isin(["expedite", "defer", "order", "release"])
    right = ~dated | stated
    exists = action.isin(["expedite", "defer", "cancel", "decrease"])
    right &= ~exists | (about["from_date"] == about["named"]) | (about["from_date"].isna() & about["named"].isna())
    right &= (action != "increase") | (day_numbers(about["from_date"]) == about["comes"])
    right &= (action != "order") | (day == about["start_day"])
    uses = _uses(facts)
    first_use = looked_up(about["order_ref"], uses["lot"], uses["use"])
    # a lot that takes no material may be released for the day on which it has to start at the latest
    started = np.isnan(first_use) | ((day >= about["start_day"]) & (day <= first_use))
    right &= (action != "release") | ~about["started"].eq(True) | started
    comes = about["comes"].to_numpy()
    right &= (action != "expedite") | ((comes != NONE) & (day < comes) & _wanted(facts, about, day))
    taken_from = _first_use(facts, about)
    right &= (action != "defer") | ((comes != NONE) & (day > comes) & (day == taken_from))
    return faults_of(
        "VERIFY-MESSAGE-DATE",
        SUBJECT,
        "{action} {order_ref} from {from_date} to {to_date} does not agree with its dates in the plan",
        about[~right],
    )


def _uses(facts: Facts) -> pd.DataFrame:
    """Per make order the first day it uses material: lot, use."""
    ledger = facts.plan.plan_allocation
    used = ledger[(ledger["demand_kind"] == "make") & ledger["used_date"].notna()]
    days = pd.Series(day_numbers(used["used_date"]), used["demand_ref"].to_numpy(), dtype="int64")
    first = days.groupby(level=0).min()
    return pd.DataFrame({"lot": first.index, "use": first.to_numpy()})


def _wanted(facts: Facts, about: pd.DataFrame, day: np.ndarray) -> np.ndarray:
    """Whether somebody who takes of the order wants it on that day (before the first plan day: on that)."""
    ledger = facts.plan.plan_allocation
    wants = pd.DataFrame(
        {
            "kind": ledger["supply_kind"],
            "order_ref": ledger["supply_ref"],
            "day": np.maximum(day_numbers(ledger["need_date"]), facts.first_day),
        }
    ).drop_duplicates()
    asked = about[["kind", "order_ref"]].assign(day=day)
    found: np.ndarray = asked.merge(wants, how="left", indicator=True)["_merge"].eq("both").to_numpy()
    return found


def _first_use(facts: Facts, about: pd.DataFrame) -> np.ndarray:
    """The first day on which something of each order is used: by a lot when its step starts, else when it is wanted."""
    ledger = facts.plan.plan_allocation
    by_lot = (ledger["demand_kind"] == "make") & ledger["used_date"].notna()
    day = np.where(by_lot, day_numbers(ledger["used_date"]), day_numbers(ledger["need_date"]))
    first = pd.Series(day, pd.MultiIndex.from_frame(ledger[["supply_kind", "supply_ref"]]), dtype="int64")
    first = first.groupby(level=[0, 1]).min()
    found: np.ndarray = first.reindex(pd.MultiIndex.from_frame(about[["kind", "order_ref"]])).fillna(NONE).to_numpy()
    return found


def _stock(of_stock: pd.DataFrame) -> list[Fault]:
    """A lot in stock that the plan counts on in part only: its own quantity and the day it expires."""
    before, after = of_stock["from_qty"], of_stock["to_qty"]
    right = _close(before, of_stock["qty"]) & (after >= 0) & (after < of_stock["qty"])
    right &= of_stock["from_date"] == of_stock["expiry_date"]
    return faults_of(
        "VERIFY-MESSAGE-QTY",
        SUBJECT,
        "{action} {order_ref} from {from_qty} to {to_qty} ({from_date}): the stock is {qty}, until {expiry_date}",
        of_stock[~right],
    )


def _missing(facts: Facts) -> list[Fault]:
    """What cannot wait is said: orders that nobody needs, and what is to be ordered or made on the first day.

    A purchase may go without where a purchase line of its item is to be increased instead. A lot is released in time
    where it is on the day of its first material.
    """
    orders, messages = facts.orders, facts.plan.plan_message
    said = {action: set(rows["order_ref"]) for action, rows in messages.groupby("action")}
    increased = set(messages.loc[messages["action"] == "increase", "item_no"])
    taken = facts.plan.plan_allocation
    used = set(zip(taken["supply_kind"], taken["supply_ref"], strict=True))
    unused = ~pd.Series(list(zip(orders["kind"], orders["order_ref"], strict=True)), orders.index).isin(used)
    idle = orders[orders["firm"] & unused & (orders["qty"] > QTY_TOLERANCE)].assign(action="cancel")
    today = orders[orders["start_date"].notna() & (orders["start_day"] <= facts.first_day)]
    order = today[(today["kind"] == "planned_buy") & ~today["item_no"].isin(increased)].assign(action="order")
    uses = _uses(facts)
    first = today["order_ref"].isin(set(uses.loc[uses["use"] <= facts.first_day, "lot"]))
    release = today[(today["kind"] == "planned_make") & first].assign(action="release")
    wanted = pd.concat([idle, order, release])
    lacking = [
        ref not in said.get(action, set()) for ref, action in zip(wanted["order_ref"], wanted["action"], strict=True)
    ]
    return faults_of(
        "VERIFY-MESSAGE-MISSING",
        SUBJECT,
        "{order_ref} is to be dealt with now ({action}), and no message says so",
        wanted[np.array(lacking, dtype=bool)],
    )
