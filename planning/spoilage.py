"""Stock that expires before the schedule comes to use it: dealt anew by the day of use, or set aside.

Materials are planned without regard to capacity, so a lot in stock may be given to a step that then starts only after
it has expired. Often another lot of the item keeps long enough. What keeps for nobody is set aside, so that
materials can be planned without it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from planning.allocate import EPSILON, NEVER
from planning.bom import Ints, day_numbers
from planning.messages import number
from planning.model import INPUT_COLUMNS, RESULT_COLUMNS, PlanInput, frame

LOT = ["item_no", "lot_no", "expiry_date"]
WHOLE_LOTS, ALL_LOTS = 3, 4  # the attempts from which more is set aside


def perishable_parts(plan_input: PlanInput) -> pd.DataFrame:
    """LOT and qty of the lots of parts that expire inside the horizon; those that are gone already are left out."""
    part = set(plan_input.bom_line["component_item_no"]) | set(plan_input.picking["item_no"])
    lots = _lots(plan_input.stock)
    expiry = lots["expiry_date"]
    inside = (expiry > pd.Timestamp(plan_input.as_of_date)) & (expiry < pd.Timestamp(plan_input.horizon_end))
    return lots[inside & lots["item_no"].isin(part) & (lots["qty"] > EPSILON)].reset_index(drop=True)


def can_spoil(plan_input: PlanInput, ledger: pd.DataFrame) -> bool:
    """Whether `ledger` gives a make order stock that expires inside the horizon."""
    lots = perishable_parts(plan_input)
    given = ledger[(ledger["supply_kind"] == "stock") & (ledger["demand_kind"] == "make")]
    return not given.merge(lots, left_on=["item_no", "supply_ref"], right_on=["item_no", "lot_no"]).empty


def dealt_by_use(stock: pd.DataFrame, ledger: pd.DataFrame, first_day: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`ledger` with stock of the items that would spoil dealt anew, and LOT and qty of what cannot be used in time.

    `ledger` as MATERIAL_COLUMNS["allocation"] with used_date. A make order uses stock on its used_date (the first
    plan day where it has none), an order line wants it to keep till its need date, safety stock takes any. The last
    to use is dealt first, from the lot that expires first of those that keep till then: as the lots of a later use
    are among those of every earlier one, no other deal serves more. Where even that leaves a use without stock, the
    item's rows stay as they are, and the lots left over that expire before that use are told.
    """
    lots = _lots(stock)
    if lots["expiry_date"].isna().all():
        return ledger, frame(_LOST)
    lots["keeps"] = day_numbers(lots["expiry_date"], missing=NEVER)
    lots = lots[lots["keeps"] >= int(np.datetime64(first_day, "D").astype(np.int64))]
    stocked = np.flatnonzero(ledger["supply_kind"] == "stock")
    taken = ledger.iloc[stocked]
    item, day, qty = taken["item_no"].to_numpy(dtype=object), _use_days(taken, first_day), taken["qty"].to_numpy()
    keeps = lots.groupby(["item_no", "lot_no"])["keeps"].min()
    last = keeps.reindex(pd.MultiIndex.from_arrays([item, taken["supply_ref"]])).fillna(NEVER).to_numpy()
    dealt, lost = [], [frame(_LOST)]
    for item_no in sorted(set(item[day > last])):
        rows = np.flatnonzero(item == item_no)
        own = lots[lots["item_no"] == item_no].sort_values(["keeps", "lot_no"], kind="stable")
        shares, left, lacking = _deal(
            day[rows].tolist(), qty[rows].tolist(), own["keeps"].tolist(), own["qty"].tolist()
        )
        if lacking < 0:
            dealt += [(int(stocked[rows[taker]]), own["lot_no"].iloc[lot], part) for taker, lot, part in shares]
        over = own.assign(qty=left)[[*LOT, "qty"]]
        lost.append(over[((own["keeps"] < lacking) & (over["qty"] > EPSILON)).to_numpy()])
    return _with_shares(ledger, dealt), pd.concat([part for part in lost if len(part)] or lost, ignore_index=True)


_LOST = {name: INPUT_COLUMNS["stock"][name] for name in (*LOT, "qty")}


def _lots(stock: pd.DataFrame) -> pd.DataFrame:
    """Lots whatever their location."""
    return stock.groupby(LOT, dropna=False, as_index=False)["qty"].sum()


def _use_days(ledger: pd.DataFrame, first_day: Any) -> Ints:
    """The day until which what a row takes has to keep."""
    by_lot, by_line = (ledger["demand_kind"] == kind for kind in ("make", "sales_order"))
    use = ledger["used_date"].where(by_lot, ledger["need_date"].where(by_line))
    return day_numbers(use.fillna(pd.Timestamp(first_day)))


def _deal(
    day: list[int], qty: list[float], keeps: list[int], there: list[float]
) -> tuple[list[tuple[int, int, float]], list[float], int]:
    """(taker, lot, quantity) of each share, what is left of each lot, and the last day for which there was too little.

    Lots in order of `keeps`. The day is -1 where there was enough for all.
    """
    left, lacking = list(there), -1
    shares = []
    for taker in sorted(range(len(day)), key=lambda one: (-day[one], one)):
        wanted = qty[taker]
        for lot in range(bisect_left(keeps, day[taker]), len(keeps)):
            amount = min(wanted, left[lot])
            if amount > 0:
                shares.append((taker, lot, amount))
                left[lot], wanted = left[lot] - amount, wanted - amount
            if wanted <= 0:
                break
        if wanted > EPSILON * max(1.0, qty[taker]):
            lacking = max(lacking, day[taker])
    return sorted(shares), left, lacking


def _with_shares(ledger: pd.DataFrame, shares: list[tuple[int, str, float]]) -> pd.DataFrame:
    """The ledger with some rows (by position) replaced by their shares of lots."""
    if not shares:
        return ledger
    position, lot, qty = zip(*shares, strict=True)
    kept = np.setdiff1d(np.arange(len(ledger)), position)
    row = np.concatenate([kept, position])
    order = np.argsort(row, kind="stable")
    new = ledger.iloc[row[order]].reset_index(drop=True)
    changed = np.flatnonzero(order >= len(kept))
    new.loc[changed, "supply_ref"] = [lot[place - len(kept)] for place in order[changed].tolist()]
    new.loc[changed, "qty"] = [qty[place - len(kept)] for place in order[changed].tolist()]
    new["allocation_no"] = np.arange(1, len(new) + 1)
    return new


def set_aside(plan_input: PlanInput, lost: pd.DataFrame, attempt: int = 1) -> PlanInput:
    """`plan_input` without the stock `lost` (LOT and qty); rows of less than nothing take it off its lots.

    What is left of a lot may be given to another who comes too late. So from the third attempt on the lots are set
    aside wholly, and at the fourth every lot that expires inside the horizon, after which nothing can spoil.
    """
    if attempt >= WHOLE_LOTS:
        every = perishable_parts(plan_input)
        lost = every if attempt >= ALL_LOTS else every.merge(lost[LOT], on=LOT)
    off = frame(INPUT_COLUMNS["stock"], lost.assign(location="", qty=-lost["qty"]))
    return replace(plan_input, stock=pd.concat([plan_input.stock, off], ignore_index=True))


def with_spoilage(messages: pd.DataFrame, stock: pd.DataFrame, usable: pd.DataFrame) -> pd.DataFrame:
    """RESULT_COLUMNS["plan_message"] with what of `stock` is not in `usable`: a decrease per lot, as "item_no/lot_no".

    from_date: the day the lot expires; from_qty, to_qty: the stock of the lot, and what of it the plan counts on.
    """
    before = stock.groupby(["item_no", "lot_no"]).agg(qty=("qty", "sum"), expiry_date=("expiry_date", "min"))
    left = usable.groupby(["item_no", "lot_no"])["qty"].sum().reindex(before.index)
    rows = before.assign(lost=before["qty"] - left, left=left).reset_index()
    rows = rows[rows["lost"] > EPSILON]
    if rows.empty:
        return messages
    found = [
        {
            "order_ref": f"{row.item_no}/{row.lot_no}" if row.lot_no else row.item_no,
            "action": "decrease",
            "item_no": row.item_no,
            "from_date": row.expiry_date,
            "to_date": None,
            "from_qty": row.qty,
            "to_qty": max(row.left, 0.0),
            "reason": f"{number(row.lost)} expire on {row.expiry_date:%Y-%m-%d} before the plan comes to use them",
        }
        for row in rows.itertuples(index=False)
    ]
    every = pd.concat([messages, frame(RESULT_COLUMNS["plan_message"], found)], ignore_index=True)
    return every.sort_values(["order_ref", "action"], kind="stable", ignore_index=True)
