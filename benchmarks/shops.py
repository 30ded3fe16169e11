"""Synthetic job shops of any size, the same ones from the same seed, planned and timed by the benchmarks.

The shop of the scheduling measurements: 50 products, 5 steps over 10 stations, 16 hours a day on 60 days, a load of
90 % of the busiest station, a burst of due dates in the middle, weights 1 to 5. On request with sub-assemblies (a
tree of lots for each line), changeovers by family, overtime, transfer lots and stations that can replace each other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.model import MATERIAL_COLUMNS, MaterialPlan, PlanInput, Settings, frame

AS_OF = dt.date(2026, 1, 4)  # a Sunday
BURST = (5 / 12, 11 / 20)  # of the days, in which the burst falls due


@dataclass(frozen=True, slots=True)
class Shop:
    """What a shop is drawn from. `subassemblies`: lots that each order's lot waits for."""

    lines: int
    seed: int = 1
    products: int = 50
    steps: int = 5
    stations: int = 10
    units: int = 1
    hours: float = 16.0
    days: int = 60
    horizon_days: int = 120
    load: float = 0.9
    burst: float = 0.25
    earliest_due: int = 5
    subassemblies: int = 0
    families: int = 0
    setup_hours: float = 0.0
    overtime_hours: float = 0.0
    transfer_share: float = 0.0
    alternatives: bool = False
    time_limit_seconds: float = 30.0


def make_shop(shop: Shop) -> PlanInput:
    """The factory and its order lines, without stock: every line is made to order."""
    draw = np.random.default_rng(shop.seed)
    parts = shop.products * (1 + shop.subassemblies)
    item_no = np.array([f"P{product:03d}" for product in range(shop.products)])
    sub_no = np.array([[f"{item}-{k + 1}" for k in range(shop.subassemblies)] for item in item_no])
    routing = _routing(shop, draw, [*item_no, *sub_no.ravel()])
    product = draw.integers(0, shop.products, shop.lines)
    qty = draw.uniform(0.5, 1.5, shop.lines)
    qty = np.maximum((qty * _scale(shop, routing, product, qty, item_no, sub_no)).round(2), 0.01)
    families = draw.integers(0, max(shop.families, 1), parts)
    return PlanInput.of(
        AS_OF,
        Settings(horizon_days=shop.horizon_days, time_limit_seconds=shop.time_limit_seconds),
        item=[
            {"item_no": item, "setup_family": f"F{family}" if shop.families else ""}
            for item, family in zip([*item_no, *sub_no.ravel()], families, strict=True)
        ],
        **({"bom_line": _bom(item_no, sub_no)} if shop.subassemblies else {}),
        station=[
            {
                "station_no": f"S{station:02d}",
                "calendar_no": "C",
                "parallel_units": shop.units,
                "overtime_hours": shop.overtime_hours,
            }
            for station in range(shop.stations)
        ],
        calendar=[
            {"calendar_no": "C", "weekday": weekday, "hours": shop.hours, "start_minute": 360}
            for weekday in range(1, 8)
        ],
        routing_step=_with_transfer(shop, routing, float(qty.mean())),
        demand={
            "sales_order_no": [f"SO-{line:06d}" for line in range(shop.lines)],
            "line_no": 1,
            "item_no": item_no[product],
            "qty": qty,
            "due_date": pd.Timestamp(AS_OF) + pd.to_timedelta(_due_days(shop, draw), unit="D"),
            "priority": draw.integers(1, 6, shop.lines),
        },
    )


def _routing(shop: Shop, draw: np.random.Generator, items: list[str]) -> pd.DataFrame:
    rows = []
    for item in items:
        for k, station in enumerate(draw.choice(shop.stations, shop.steps, replace=False)):
            step = {
                "item_no": item,
                "step_no": 10 * (k + 1),
                "station_no": f"S{station:02d}",
                "units_per_hour": float(draw.uniform(10, 40)),
                "setup_hours": shop.setup_hours,
                "alt_rank": 1,
            }
            rows.append(step)
            if shop.alternatives and k == 0:
                other = f"S{(station + 1) % shop.stations:02d}"
                rows.append({**step, "station_no": other, "alt_rank": 2})
    return pd.DataFrame(rows)


def _scale(
    shop: Shop,
    routing: pd.DataFrame,
    product: np.ndarray,
    qty: np.ndarray,
    item_no: np.ndarray,
    sub_no: np.ndarray,
) -> float:
    """Pieces per unit of drawn quantity that load the busiest station to `shop.load`."""
    made = pd.DataFrame({"item_no": item_no[product], "qty": qty})
    made = pd.concat(
        [made, *[pd.DataFrame({"item_no": sub_no[product, k], "qty": qty}) for k in range(sub_no.shape[1])]]
    )
    work = made.groupby("item_no")["qty"].sum()
    preferred = routing[routing["alt_rank"] == 1]
    hours = preferred["item_no"].map(work).fillna(0.0) / preferred["units_per_hour"]
    return shop.load * shop.days * shop.hours * shop.units / hours.groupby(preferred["station_no"]).sum().max()


def _bom(item_no: np.ndarray, sub_no: np.ndarray) -> list[dict[str, object]]:
    return [
        {"parent_item_no": item, "component_item_no": sub, "line_no": k + 1, "qty_per": 1.0}
        for item, subs in zip(item_no, sub_no, strict=True)
        for k, sub in enumerate(subs)
    ]


def _with_transfer(shop: Shop, routing: pd.DataFrame, mean_qty: float) -> pd.DataFrame:
    return routing.assign(transfer_qty=max(round(shop.transfer_share * mean_qty, 2), 0.0))


def _due_days(shop: Shop, draw: np.random.Generator) -> np.ndarray:
    due = draw.integers(shop.earliest_due, shop.days + 1, shop.lines)
    in_burst = draw.random(shop.lines) < shop.burst
    due[in_burst] = draw.integers(*(int(part * shop.days) for part in BURST), in_burst.sum())
    return due


def lots_to_order(plan_input: PlanInput) -> MaterialPlan:
    """One lot for each line and each of its sub-assemblies, as MRP would make them without stock, in numbers' order."""
    demand = plan_input.demand
    first = pd.Timestamp(plan_input.as_of_date) + pd.Timedelta(days=1)
    top = pd.DataFrame(
        {
            "order_ref": "PM-" + demand["sales_order_no"],
            "kind": "planned_make",
            "item_no": demand["item_no"],
            "qty": demand["qty"],
            "start_date": first,
            "need_date": demand["target_date"],
            "bom_date": first,
            "priority": demand["priority"],
            "weight": demand["weight"],
        }
    )
    subs = top.merge(plan_input.bom_line, left_on="item_no", right_on="parent_item_no")
    parent = subs["order_ref"]
    subs = subs.assign(order_ref=parent + "-" + subs["line_no"].astype("str"), item_no=subs["component_item_no"])
    make = pd.concat([top, subs[top.columns]], ignore_index=True)
    taken = pd.concat(
        [
            make.iloc[: len(top)].assign(demand_kind="sales_order", demand_ref=demand["sales_order_no"], line=1.0),
            make.iloc[len(top) :].assign(demand_kind="make", demand_ref=parent.to_numpy(), line=np.nan),
        ],
        ignore_index=True,
    ).rename(columns={"line": "demand_line_no", "order_ref": "supply_ref", "kind": "supply_kind"})
    taken = taken.assign(allocation_no=np.arange(1, len(taken) + 1), step_no=np.nan, available_date=pd.NaT)
    taken["step_no"] = taken["step_no"].mask(taken["demand_kind"] == "make", 10.0)
    return MaterialPlan(
        frame(MATERIAL_COLUMNS["make"], make),
        frame(MATERIAL_COLUMNS["buy"]),
        frame(MATERIAL_COLUMNS["allocation"], taken),
    )
