"""Kit readiness: which lots and order lines have their material here, when the rest comes, what can be made now."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.bom import Floats
from planning.lead_time import DayLine
from planning.model import RESULT_COLUMNS, MaterialPlan, PlanInput
from planning.pegging import line_refs

_NOTHING = 1e-9
_KIT = ["order_ref", "item_no"]


def kits(plan_input: PlanInput, materials: MaterialPlan, allocation: pd.DataFrame) -> pd.DataFrame:
    """RESULT_COLUMNS["plan_kit"]: a row per make order, then one per order line as "sales_order_no/line_no".

    `allocation` as in RESULT_COLUMNS["plan_allocation"]. status: full where stock in hand that is allocated to the
    order, with what is issued already, covers every component; none where no component has any; else partial.
    kit_date: when the last component is there, empty outside the horizon. can_make_qty: the least over the
    components of ⌊there now ÷ usage⌋, in whole pieces if the order is. blocking: the items that are not there yet,
    the last to come first. The kit of a line is that of the lots it takes from, in proportion, and what it takes
    itself.
    """
    first_day = pd.Timestamp(np.datetime64(DayLine.of(plan_input).first, "D"))
    components = _components(plan_input, materials, allocation)
    lots = _lot_kits(materials, components, first_day)
    lines, waiting = _line_kits(plan_input, allocation, lots, components, first_day)
    waiting = pd.concat([components.loc[components["missing"] > _NOTHING, [*_KIT, "latest"]], waiting])
    rows = pd.concat([lots, lines], ignore_index=True)
    blocking = _blocking(waiting)
    rows["blocking"] = pd.array([blocking.get(ref, "") for ref in rows["order_ref"]], dtype="str")
    beyond = pd.Timestamp(plan_input.horizon_end)
    rows["kit_date"] = rows["latest"].where(rows["latest"] <= beyond).astype("datetime64[us]")
    rows["status"] = pd.array(["none", "partial", "full"], dtype="str").take(rows["state"].to_numpy())
    return rows[list(RESULT_COLUMNS["plan_kit"])]


def _latest(allocation: pd.DataFrame) -> pd.Series:
    """When each allocation is there; the last of all days where it is outside the horizon."""
    return allocation["available_date"].fillna(pd.Timestamp.max.floor("D").as_unit("us"))


def _components(plan_input: PlanInput, materials: MaterialPlan, allocation: pd.DataFrame) -> pd.DataFrame:
    """Per make order and component: pieces of the order there is material for, what is missing, the latest day."""
    used = allocation[allocation["demand_kind"] == "make"]
    here = used["qty"].where(used["supply_kind"] == "stock", 0.0)
    taken = pd.DataFrame(
        {
            "order_ref": used["demand_ref"],
            "item_no": used["item_no"],
            "open": used["qty"],
            "here": here,
            "latest": _latest(used),
            "required_qty": np.nan,
            "issued_qty": 0.0,
        }
    )
    picking = plan_input.picking
    planned = pd.Index(materials.make["order_ref"]).get_indexer(picking["order_ref"]) >= 0
    listed = picking.loc[planned, [*_KIT, "required_qty", "issued_qty"]].assign(open=0.0, here=0.0)
    parts = [part for part in (taken, listed.assign(latest=taken["latest"].iloc[:0])) if len(part)]
    kit = pd.concat(parts or [taken], ignore_index=True).groupby(_KIT, sort=False)
    rows = kit[["open", "here", "issued_qty"]].sum()
    rows["latest"] = kit["latest"].max()
    rows["required_qty"] = kit["required_qty"].sum(min_count=1)
    rows = rows.reset_index()
    rows["required"] = rows["required_qty"].fillna(rows["open"])
    rows["missing"] = (rows["open"] - rows["here"]).clip(lower=0.0)
    rows["here"] = (rows["here"] + rows["issued_qty"]).clip(upper=rows["required"])
    rows = rows[rows["required"] > _NOTHING]
    order = materials.make.set_index("order_ref")["qty"]
    ordered = plan_input.firm_make.set_index("order_ref")["ordered_qty"]
    qty = order.reindex(rows["order_ref"]).to_numpy()
    # a picking list is for the whole order, of which a part is done; a BOM requirement is for what is left
    whole = np.where(rows["required_qty"].notna(), ordered.reindex(rows["order_ref"]).to_numpy(), qty)
    rows["pieces"] = rows["here"] * whole / rows["required"] - (whole - qty)
    return rows[[*_KIT, "here", "missing", "pieces", "latest"]]


def _lot_kits(materials: MaterialPlan, components: pd.DataFrame, first_day: pd.Timestamp) -> pd.DataFrame:
    """Per make order: order_ref, state (0 none, 1 partial, 2 full), can_make_qty, latest, qty."""
    kit = components.groupby("order_ref").agg({"here": "sum", "missing": "max", "pieces": "min", "latest": "max"})
    rows = materials.make[["order_ref", "qty"]].copy()
    found = kit.reindex(rows["order_ref"])
    full = ~(found["missing"] > _NOTHING).to_numpy()
    some = (found["here"] > _NOTHING).to_numpy()
    qty = rows["qty"].to_numpy()
    pieces = found["pieces"].fillna(np.inf).to_numpy()
    rows["state"] = np.where(full, 2, np.where(some, 1, 0))
    rows["can_make_qty"] = np.where(full, qty, _whole(np.clip(pieces, 0.0, qty), qty))
    rows["latest"] = found["latest"].fillna(first_day).to_numpy()
    return rows


def _whole(pieces: Floats, ordered: Floats) -> Floats:
    """Whole pieces of orders that are whole; others as they are. A billionth is forgiven."""
    counted = np.abs(ordered - np.round(ordered)) < _NOTHING
    return np.where(counted, np.floor(pieces + _NOTHING), pieces)


def _line_kits(
    plan_input: PlanInput,
    allocation: pd.DataFrame,
    lots: pd.DataFrame,
    components: pd.DataFrame,
    first_day: pd.Timestamp,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Per order line as `_lot_kits`, and what it waits for: order_ref, item_no, latest."""
    taken = allocation[allocation["demand_kind"] == "sales_order"]
    ref = line_refs(taken["demand_ref"], taken["demand_line_no"])
    lot = lots.set_index("order_ref").reindex(taken["supply_ref"])
    made = taken["supply_kind"].isin(("firm_make", "planned_make")).to_numpy()
    stock = (taken["supply_kind"] == "stock").to_numpy()
    qty = taken["qty"].to_numpy()
    share = np.where(made, (lot["can_make_qty"] / lot["qty"]).to_numpy() * qty, np.where(stock, qty, 0.0))
    parts = pd.DataFrame(
        {
            "order_ref": ref,
            "state": np.where(made, lot["state"].fillna(0).to_numpy(), np.where(stock, 2, 0)),
            "can_make_qty": share,
            "latest": np.where(made, lot["latest"].to_numpy(), _latest(taken).to_numpy()),
            "supply_ref": taken["supply_ref"].to_numpy(),
            "item_no": taken["item_no"].to_numpy(),
        }
    )
    whole = parts.groupby("order_ref").agg(
        least=("state", "min"), most=("state", "max"), can_make_qty=("can_make_qty", "sum"), latest=("latest", "max")
    )
    demand = plan_input.demand.sort_values(["sales_order_no", "line_no"])
    rows = pd.DataFrame(
        {"order_ref": line_refs(demand["sales_order_no"], demand["line_no"]), "qty": demand["qty"].to_numpy()}
    )
    found = whole.reindex(rows["order_ref"])
    rows["state"] = np.where(found["least"] == 2, 2, np.where(found["most"] > 0, 1, 0))
    rows["can_make_qty"] = _whole(found["can_make_qty"].fillna(0.0).to_numpy(), rows["qty"].to_numpy())
    rows["latest"] = found["latest"].fillna(first_day).to_numpy()
    bought = parts.loc[~made & ~stock, [*_KIT, "latest"]]
    missing = components[components["missing"] > _NOTHING]
    through = parts.loc[made, ["order_ref", "supply_ref"]].merge(
        missing.rename(columns={"order_ref": "supply_ref"}), on="supply_ref"
    )
    return rows, pd.concat([bought, through[[*_KIT, "latest"]]], ignore_index=True)


def _blocking(waiting: pd.DataFrame) -> dict[str, str]:
    """Per order the items it waits for, the last to come first, then by number, comma separated."""
    latest = waiting.groupby(_KIT, sort=True)["latest"].max().reset_index()
    latest = latest.sort_values(["order_ref", "latest", "item_no"], ascending=[True, False, True])
    order, item = latest["order_ref"].to_numpy(dtype=object), latest["item_no"].to_numpy(dtype=object)
    start = np.flatnonzero(np.append(True, order[1:] != order[:-1])) if len(order) else np.zeros(0, dtype=np.int64)
    ends = np.append(start[1:], len(order))[: len(start)]
    return {order[begin]: ",".join(item[begin:end]) for begin, end in zip(start.tolist(), ends.tolist(), strict=True)}
