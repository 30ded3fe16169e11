"""Action messages: what to change about supply that exists, what to order and release now.

Source of the actions: Orlicky, Material Requirements Planning (2nd ed.), chapter 7, and Vollmann, Berry and
Whybark, Manufacturing Planning and Control Systems, chapter 2 (exception codes).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.bom import day_numbers
from planning.lead_time import DayLine, buy_days
from planning.lot_sizing import LotRule
from planning.model import RESULT_COLUMNS, MaterialPlan, PlanInput, frame
from planning.pegging import best_lines

TOLERANCE_DAYS = 3  # working days that supply may be early before it is worth a message
SOON_DAYS = 3  # orders and releases within so many working days of the first plan day are named now
_NOTHING = 1e-6

Message = dict[str, object]


def messages(
    plan_input: PlanInput, materials: MaterialPlan, allocation: pd.DataFrame, starts: pd.Series | None = None
) -> pd.DataFrame:
    """RESULT_COLUMNS["plan_message"]: at most one row per order and action, by order_ref and action.

    On supply that exists: expedite (wanted before it comes), defer (used more than TOLERANCE_DAYS working days
    after it comes), cancel (nobody takes any), decrease (partly taken), increase (a planned purchase of the same
    item and supplier, no larger, is wanted within TOLERANCE_DAYS behind a purchase line that a supplier could
    still enlarge in his lead time; then that purchase is not to be ordered by itself). On new supply: order and
    release, where the order day or start is within SOON_DAYS working days. `materials.buy` carries the order dates
    to be kept, `allocation` (RESULT_COLUMNS["plan_allocation"]) the days the plan uses things, `starts` the days its
    lots start, by order_ref; where it is not given, a lot is released for the day its material is first used.
    """
    days = DayLine.of(plan_input)
    takers = _takers(plan_input, allocation)
    existing = _existing(plan_input, materials, takers)
    increases, merged = _increases(plan_input, materials, days)
    found = [
        *_on_existing(plan_input, materials, existing, takers, days),
        *increases,
        *_orders(materials, takers, days, merged),
        *_releases(materials, allocation, starts, takers, days),
    ]
    rows = frame(RESULT_COLUMNS["plan_message"], found)
    return rows.sort_values(["order_ref", "action"], kind="stable", ignore_index=True)


def _message(order_ref: object, action: str, item_no: object, reason: str, **values: object) -> Message:
    blank: Message = {"from_date": None, "to_date": None, "from_qty": None, "to_qty": None}
    return {"order_ref": order_ref, "action": action, "item_no": item_no, "reason": reason} | blank | values


@dataclass(frozen=True, slots=True)
class _Takers:
    """Per supply, by order_ref: quantity taken, first need, first need of those who wait for it, first use.

    row: the ledger row of the first need. lines: the first in rank of the order lines behind each make order.
    """

    taken: pd.Series
    first_need: pd.Series
    waiting: pd.Series
    first_use: pd.Series
    row: pd.Series
    rows: pd.DataFrame
    lines: dict[str, str]

    def reasons(self, order_ref: pd.Series) -> list[str]:
        """Who wants each supply first: "SO-1203/1 needs 40 on 2026-11-30"; nothing where nobody does."""
        names = ["demand_kind", "demand_ref", "demand_line_no", "qty", "need_date"]
        row = self.row.reindex(order_ref).to_numpy()
        known = ~np.isnan(row)
        columns = (self.rows[name].array.take(row[known].astype(np.int64)) for name in names)
        told = (self._told(*values) for values in zip(*columns, strict=True))
        return [next(told) if one else "" for one in known.tolist()]

    def _told(self, kind: str, ref: str, line: float, qty: float, need: pd.Timestamp) -> str:
        if kind == "sales_order":
            who = f"{ref}/{int(line)}"
        elif kind == "make":
            who = f"{ref} for {self.lines[ref]}" if ref in self.lines else ref
        else:
            who = "safety stock"
        return f"{who} needs {number(qty)} on {need:%Y-%m-%d}"


def number(qty: float) -> str:
    """A quantity as a person writes it: no needless decimals, no exponent."""
    return f"{qty:.6f}".rstrip("0").rstrip(".")


def _takers(plan_input: PlanInput, allocation: pd.DataFrame) -> _Takers:
    rows = allocation[~allocation["supply_kind"].isin(("stock", "inspection"))].reset_index(drop=True)
    by_lot = rows["demand_kind"] == "make"
    # an order line takes what is there; what a lot waits for is used the day it comes
    use = rows["used_date"].where(by_lot).fillna(rows["need_date"])
    waits = ~by_lot | rows["used_date"].isna() | (rows["used_date"] <= rows["available_date"])
    code, refs = pd.factorize(rows["supply_ref"])
    by_ref = pd.DataFrame(
        {"qty": rows["qty"], "need": rows["need_date"], "waiting": rows["need_date"].where(waits), "use": use}
    ).groupby(code)
    found = by_ref.agg({"qty": "sum", "need": "min", "waiting": "min", "use": "min"}).set_axis(refs)
    order = np.lexsort((rows["need_date"].to_numpy(), code))  # of equal days, the first in the ledger
    first = np.flatnonzero(np.diff(code[order], prepend=-1))
    row = pd.Series(order[first], index=refs)
    lines = best_lines(plan_input, allocation)
    return _Takers(found["qty"], found["need"], found["waiting"], found["use"], row, rows, lines)


def _existing(plan_input: PlanInput, materials: MaterialPlan, takers: _Takers) -> pd.DataFrame:
    """Supply that exists: order_ref, item_no, qty, date (named, may be empty), comes (the day the plan counts on)."""
    buys = materials.buy[materials.buy["kind"] == "firm_buy"]
    named = plan_input.firm_buy.drop_duplicates("order_ref").set_index("order_ref")["date"]
    bought = pd.DataFrame(
        {
            "order_ref": buys["order_ref"],
            "item_no": buys["item_no"],
            "qty": buys["qty"],
            "date": _found(named, buys["order_ref"]),
            "comes": buys["available_date"],
            "bought": True,
        }
    )
    lots = materials.make[materials.make["kind"] == "firm_make"]
    orders = plan_input.firm_make.drop_duplicates("order_ref").set_index("order_ref")
    due = orders["planned_finish"].fillna(orders["due_date"])
    due = due.reindex(lots["order_ref"]).set_axis(lots.index)  # map() fails on an empty series of dates
    made = pd.DataFrame(
        {"order_ref": lots["order_ref"], "item_no": lots["item_no"], "qty": lots["qty"], "date": due, "comes": due}
    ).assign(bought=False)
    rows = pd.concat([part for part in (bought, made) if len(part)] or [bought], ignore_index=True)
    ref = rows["order_ref"]
    rows["taken"] = _found(takers.taken, ref).fillna(0.0)
    rows["wanted"] = _found(takers.waiting, ref).where(rows["bought"], _found(takers.first_need, ref))
    rows["first_use"] = _found(takers.first_use, ref)
    return rows


def _on_existing(
    plan_input: PlanInput, materials: MaterialPlan, existing: pd.DataFrame, takers: _Takers, days: DayLine
) -> Iterator[Message]:
    """Cancel, decrease, expedite and defer. What others would have to order anew before its use is not deferred."""
    rules = _rules(plan_input)
    comes = np.maximum(day_numbers(existing["comes"]), days.first)
    wanted = np.maximum(day_numbers(existing["wanted"]), days.first)
    use = day_numbers(existing["first_use"])
    planned = pd.concat([part[["kind", "item_no", "need_date"]] for part in (materials.buy, materials.make)])
    planned = planned[planned["kind"].isin(("planned_buy", "planned_make"))]
    others = _found(planned.groupby("item_no")["need_date"].min(), existing["item_no"])
    spare = days.between(comes, use) > TOLERANCE_DAYS
    dated = existing["comes"].notna().to_numpy()
    early = dated & existing["wanted"].notna().to_numpy() & (wanted < comes)
    later = (
        dated & existing["first_use"].notna().to_numpy() & spare & ~early & ~(others < existing["first_use"]).to_numpy()
    )
    to_date = np.where(early, wanted, use).astype("datetime64[D]")
    reasons = takers.reasons(existing["order_ref"])
    for at, row in enumerate(existing.itertuples(index=False)):
        ref, taken, qty = str(row.order_ref), float(row.taken), float(row.qty)
        dates = {"from_date": row.date, "from_qty": qty}
        if taken <= _NOTHING:
            yield _message(ref, "cancel", row.item_no, "no order needs it", **dates, to_qty=0.0)
            continue
        enough = rules[str(row.item_no)].rounded(taken)
        if enough < qty - _NOTHING:
            reason = f"{number(taken)} of {number(qty)} are needed"
            yield _message(ref, "decrease", row.item_no, reason, **dates, to_qty=enough)
        if early[at] or later[at]:
            action = "expedite" if early[at] else "defer"
            yield _message(ref, action, row.item_no, reasons[at], **dates, to_date=pd.Timestamp(to_date[at]))


def _found(values: pd.Series, keys: pd.Series) -> pd.Series:
    """The value at each key, missing where there is none; unlike `map` it keeps the type where there is no value."""
    return pd.Series(values.reindex(keys).array, index=keys.index)


def _rules(plan_input: PlanInput) -> dict[str, LotRule]:
    item = plan_input.item
    columns = (item[name].tolist() for name in ("item_no", "min_order_qty", "order_multiple"))
    return {no: LotRule(min_order_qty=least, order_multiple=times) for no, least, times in zip(*columns, strict=True)}


def _increases(plan_input: PlanInput, materials: MaterialPlan, days: DayLine) -> tuple[list[Message], set[str]]:
    """Purchase lines that could carry a planned purchase, and the planned purchases they would carry."""
    buy = materials.buy[materials.buy["need_date"].notna()].copy()
    buy["comes"] = day_numbers(buy["available_date"])
    buy["need"] = days.back(day_numbers(buy["need_date"]), 0)
    firm = buy[(buy["kind"] == "firm_buy") & ~buy["overdue"]].sort_values(["comes", "order_ref"])
    names = pd.Index(plan_input.item["item_no"])
    soonest = days.add(days.first, buy_days(plan_input, names)[names.get_indexer(firm["item_no"])])
    firm = firm[firm["comes"].to_numpy() >= soonest]
    pairs = buy[buy["kind"] == "planned_buy"].merge(firm, on=["item_no", "supplier_no"], suffixes=("", "_firm"))
    gap = days.between(pairs["comes_firm"].to_numpy(), pairs["need"].to_numpy())
    near = (pairs["comes_firm"] <= pairs["need"]) & (gap <= TOLERANCE_DAYS) & (pairs["qty"] <= pairs["qty_firm"])
    pairs = pairs[near].sort_values(["order_ref", "comes_firm", "order_ref_firm"])
    pairs = pairs.drop_duplicates("order_ref", keep="last")  # the line that comes latest, yet in time
    more = pairs.groupby("order_ref_firm")["qty"].transform("sum")
    pairs = pairs[more <= pairs["qty_firm"]]
    first = {"item_no": "first", "qty_firm": "first", "available_date_firm": "first"}
    lines = pairs.groupby("order_ref_firm").agg(first | {"qty": "sum", "need_date": "min"})
    refs = pairs["order_ref"].astype(object).groupby(pairs["order_ref_firm"]).agg(", ".join).to_numpy()
    found = [
        _message(
            row.Index,
            "increase",
            row.item_no,
            f"instead of {planned}: {number(row.qty)} more by {row.need_date:%Y-%m-%d}",
            from_date=row.available_date_firm,
            from_qty=row.qty_firm,
            to_qty=row.qty_firm + row.qty,
        )
        for row, planned in zip(lines.itertuples(), refs, strict=True)
    ]
    return found, set(pairs["order_ref"])


def _orders(materials: MaterialPlan, takers: _Takers, days: DayLine, merged: set[str]) -> Iterator[Message]:
    """Planned purchases that have to be ordered by now."""
    buy = materials.buy[materials.buy["kind"] == "planned_buy"]
    soon = day_numbers(buy["order_date"]) <= int(days.add(days.first, SOON_DAYS))
    buy = buy[soon & np.array([ref not in merged for ref in buy["order_ref"]], dtype=bool)]
    for row, reason in zip(buy.itertuples(index=False), takers.reasons(buy["order_ref"]), strict=True):
        yield _message(row.order_ref, "order", row.item_no, reason, to_date=row.order_date, to_qty=row.qty)


def _releases(
    materials: MaterialPlan, allocation: pd.DataFrame, starts: pd.Series | None, takers: _Takers, days: DayLine
) -> Iterator[Message]:
    """Planned lots that start soon: by `starts`, else on the day of their first material, else on that of MRP."""
    lots = materials.make[materials.make["kind"] == "planned_make"]
    first_use = (
        allocation["used_date"].groupby(allocation["demand_ref"].where(allocation["demand_kind"] == "make")).min()
    )
    start = _found(first_use, lots["order_ref"]).fillna(lots["start_date"])
    if starts is not None:
        start = _found(starts, lots["order_ref"]).fillna(start)
    soon = day_numbers(start) <= int(days.add(days.first, SOON_DAYS))
    lots, start = lots[soon], start[soon]
    for row, begin, reason in zip(lots.itertuples(index=False), start, takers.reasons(lots["order_ref"]), strict=True):
        yield _message(row.order_ref, "release", row.item_no, reason, to_date=begin, to_qty=row.qty)
