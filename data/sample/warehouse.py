"""The warehouse of the sample factory: issues with their stock lots, and the snapshots around all movements."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sample.clock import Clock, Floats, Ints
from data.sample.design import BRIGHTENER, CHEMICALS, Design
from data.sample.floor import Floor
from data.sample.purchases import Purchases, Terms, locations, slipping_raw
from data.sample.rows import group_numbers, table, where_date, where_text
from data.sample.stock import Moves, first_in_first_out, opening_stock

EXPIRED_LOT = "L-EXP-N88"
HELD = 6  # lots of stock that quality holds


def stock_tables(
    plan: Design,
    floor: Floor,
    buying: Purchases,
    shipped: Moves,
    usage: Floats,
    terms: Terms,
    box: int,
    past: int,
    history: bool,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
) -> dict[str, pd.DataFrame]:
    """Issues and snapshots: what was there after working day `past` plus all later movements is what is there now."""
    coming = _joined(buying.receipts, floor.output).after(past)
    going = _joined(floor.issues, shipped).after(past)
    spare = _spare(plan, usage, terms, box)
    opening = opening_stock(plan.items, coming, going, past, spare)
    lot_names = _supply_lots(buying, floor, past)
    supply_order = np.lexsort((coming.day, coming.item))
    demand_order = np.lexsort((going.day, going.item))
    held = np.flatnonzero(opening > 0)
    item = np.concatenate([held, coming.item[supply_order]])
    merge = np.argsort(item, kind="stable")
    supply_item = item[merge]
    supply_qty = np.concatenate([opening[held], coming.qty[supply_order]])[merge]
    opening_lot = np.full(len(held), f"L{str(clock.date(past))[2:7].replace('-', '')}-0000", dtype=object)
    lot = np.concatenate([opening_lot, lot_names[supply_order]])[merge]
    day = np.concatenate([np.full(len(held), past), coming.day[supply_order]])[merge]
    taken = first_in_first_out(supply_item, supply_qty, going.item[demand_order], going.qty[demand_order])
    left = taken.demand < 0
    closing = pd.DataFrame(
        {
            "item": supply_item[taken.supply[left]],
            "lot": lot[taken.supply[left]],
            "day": day[taken.supply[left]],
            "qty": taken.qty[left],
        }
    )
    closing = closing.groupby(["item", "lot"], as_index=False).agg(day=("day", "min"), qty=("qty", "sum"))
    snapshots = [_snapshot(plan, closing, buying, clock, 0, item_no)]
    if history:
        begin = pd.DataFrame({"item": held, "lot": opening_lot, "day": past - 30, "qty": opening[held]})
        snapshots.insert(0, _snapshot(plan, begin, None, clock, past, item_no))
    issue_rows = demand_order[np.where(left, 0, taken.demand)]
    issued = ~left & (issue_rows < int((floor.issues.day > past).sum()))
    later = np.flatnonzero(floor.issues.day > past)
    issues = pd.DataFrame(
        {
            "row": later[issue_rows[issued]],
            "lot_no": lot[taken.supply[issued]],
            "qty": taken.qty[issued],
        }
    )
    earlier = np.flatnonzero(floor.issues.day <= past)
    before = pd.DataFrame({"row": earlier, "lot_no": None, "qty": floor.issues.qty[earlier]})
    return {
        "goods_issue": _issues(plan, floor, pd.concat([before, issues], ignore_index=True), clock, item_no),
        "stock_balance": pd.concat(snapshots, ignore_index=True),
    }


def _joined(first: Moves, second: Moves) -> Moves:
    return Moves(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in Moves.__slots__))


def _supply_lots(buying: Purchases, floor: Floor, past: int) -> npt.NDArray[np.object_]:
    received = buying.receipt_lots[buying.receipts.day > past]
    made = floor.work_order_no[floor.output.row[floor.output.day > past]]
    return np.concatenate([received, made])


def _spare(plan: Design, usage: Floats, terms: Terms, box: int) -> Floats:
    """Stock above the least: safety stock and a day or two of what is bought and of goods made to stock."""
    spare = usage * np.where(terms.supplier >= 0, 8.0, 0.0)
    goods = plan.kinds.of("good")
    spare[goods] = usage[goods] * np.where(plan.to_stock, 2.5, 0.05)
    parts = np.concatenate([plan.kinds.of("part"), plan.kinds.of("blank")])
    spare[parts] = 0.4 * usage[parts]
    chain = np.flatnonzero(plan.raw_of == slipping_raw(plan))
    spare[plan.kinds.first["blank"] + chain] = 0.0
    spare[[box, slipping_raw(plan)]] = 0.0
    whole: Floats = np.where(plan.whole, np.ceil(spare), np.round(spare, 3))
    return whole


def _snapshot(
    plan: Design,
    lots: pd.DataFrame,
    buying: Purchases | None,
    clock: Clock,
    day: int,
    item_no: npt.NDArray[np.object_],
) -> pd.DataFrame:
    """One snapshot: lots with their place and expiry; of the last one also what quality holds and what is inspected."""
    item = lots["item"].to_numpy()
    shelf = np.zeros(plan.items, dtype=np.int64)
    chemicals = plan.kinds.of("chemical")
    shelf[chemicals] = [row[3] for row in CHEMICALS]
    expiry = clock.date(np.minimum(lots["day"].to_numpy(), 0)).astype("datetime64[D]")
    opening = lots["day"].to_numpy() <= day - 25
    expiry = np.where(opening & (day < 0), np.datetime64(clock.as_of) + np.timedelta64(60, "D"), expiry + shelf[item])
    soonest = np.datetime64(clock.as_of) + np.timedelta64(45, "D")
    rows = pd.DataFrame(
        {
            "item_no": item_no[item],
            "location": locations(plan)[item],
            "lot_no": lots["lot"].to_numpy(dtype=object),
            "on_hand_qty": lots["qty"].to_numpy(),
            "quality_status": "available",
            "expiry_date": where_date(shelf[item] > 0, np.maximum(expiry, soonest)),
        }
    )
    brightener = chemicals[BRIGHTENER]
    expired = pd.DataFrame(
        {
            "item_no": [item_no[brightener]],
            "location": ["H01"],
            "lot_no": [EXPIRED_LOT],
            "on_hand_qty": [40.0],
            "quality_status": ["available"],
            "expiry_date": np.array([clock.as_of], dtype="datetime64[us]") - np.timedelta64(6, "D"),
        }
    )
    parts = [rows, expired]
    if buying is not None:
        parts += _not_available(plan, rows, buying, item_no)
    found = pd.concat(parts, ignore_index=True)
    date = np.datetime64(clock.as_of) if day == 0 else clock.date(day)
    return table("stock_balance", {"as_of_date": np.full(len(found), date), **{name: found[name] for name in found}})


def _not_available(
    plan: Design, rows: pd.DataFrame, buying: Purchases, item_no: npt.NDArray[np.object_]
) -> list[pd.DataFrame]:
    """Lots that quality holds in part, taken out of `rows`; arrivals under inspection, in a place of their own."""
    kind = rows["item_no"].str[:2]
    picked = rows[kind.isin(["FG", "SF", "HW"]) & (rows["on_hand_qty"] >= 60)].index
    picked = picked[:: max(1, len(picked) // HELD)][:HELD]
    held = rows.loc[picked].assign(location="HOLD", quality_status="hold")
    held["on_hand_qty"] = np.floor(held["on_hand_qty"] * 0.2)
    rows.loc[picked, "on_hand_qty"] -= held["on_hand_qty"]
    pending = buying.pending.groupby(["item", "lot_no"], as_index=False)["qty"].sum()
    waiting = pd.DataFrame(
        {
            "item_no": item_no[pending["item"].to_numpy(dtype=np.int64)],
            "location": "IQC",
            "lot_no": pending["lot_no"].to_numpy(dtype=object),
            "on_hand_qty": pending["qty"].to_numpy(),
            "quality_status": "inspection",
            "expiry_date": np.full(len(pending), np.datetime64("NaT", "us")),
        }
    )
    return [held, waiting]


def _issues(
    plan: Design, floor: Floor, issues: pd.DataFrame, clock: Clock, item_no: npt.NDArray[np.object_]
) -> pd.DataFrame:
    """One issue a work order and day; a line for every stock lot that it took from."""
    source = floor.issue.iloc[issues["row"].to_numpy()].reset_index(drop=True)
    source["qty"], source["lot_no"] = issues["qty"].to_numpy(), issues["lot_no"].to_numpy(dtype=object)
    source["item_no"] = item_no[source["item"].to_numpy()]
    source = source.sort_values(["day", "lot", "supplement", "item_no", "lot_no"], ignore_index=True)
    day, lot = source["day"].to_numpy(), source["lot"].to_numpy()
    key = ((day - day.min(initial=0)) * (int(lot.max(initial=0)) + 1) + lot) * 2 + source["supplement"].to_numpy()
    group: Ints = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return table(
        "goods_issue",
        {
            "issue_no": group_numbers("GI", clock.date(day), group),
            "line_no": 1 + np.arange(len(group)) - np.searchsorted(group, group),
            "item_no": source["item_no"].to_numpy(),
            "qty": source["qty"].to_numpy(),
            "issue_date": clock.date(day),
            "issue_type": np.where(source["supplement"], "supplement", "production"),
            "work_order_no": source["work_order_no"].to_numpy(dtype=object),
            "picking_no": where_text(~source["supplement"].to_numpy(), source["picking_no"].to_numpy(dtype=object)),
            "location": locations(plan)[source["item"].to_numpy()],
            "lot_no": source["lot_no"].to_numpy(dtype=object),
        },
    )
