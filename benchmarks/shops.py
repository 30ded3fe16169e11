"""Synthetic job shops of any size, the same ones from the same seed, planned and timed by the benchmarks.

The shop of the scheduling measurements: 50 products, 5 steps over 10 stations, 16 hours a day on 60 days, a load of
90 % of the busiest station, a burst of due dates in the middle, weights 1 to 5. On request with sub-assemblies (a
tree of lots for each line, or lots of semi-finished goods that several products share), bought parts that come in
late, changeovers by family, overtime, transfer lots and stations that can replace each other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.model import MATERIAL_COLUMNS, MaterialPlan, PlanInput, Settings, frame
from planning.mrp import plan_materials

AS_OF = dt.date(2026, 1, 4)  # a Sunday
BURST = (5 / 12, 11 / 20)  # of the days, in which the burst falls due


@dataclass(frozen=True, slots=True)
class Shop:
    """What a shop is drawn from.

    subassemblies: lots that each order's lot waits for; where `shared` is given, of as many items for all products,
    made for `period_days` at a time. parts: bought parts of which each product takes two; they are on order, to come
    `ahead` days before the due dates that they are for, some of them up to `delay` days later.
    """

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
    shared: int = 0
    period_days: int = 3
    parts: int = 0
    ahead: int = 8
    delay: int = 8
    families: int = 0
    setup_hours: float = 0.0
    overtime_hours: float = 0.0
    transfer_share: float = 0.0
    alternatives: bool = False
    time_limit_seconds: float = 30.0


def make_shop(shop: Shop) -> PlanInput:
    """The factory and its order lines, without stock: every line is made to order."""
    draw = np.random.default_rng(shop.seed)
    item_no = np.array([f"P{product:03d}" for product in range(shop.products)])
    sub_no = _sub_numbers(shop, draw, item_no)
    made = [*item_no, *dict.fromkeys(sub_no.ravel().tolist())]
    routing = _routing(shop, draw, made)
    product = draw.integers(0, shop.products, shop.lines)
    qty = draw.uniform(0.5, 1.5, shop.lines)
    qty = np.maximum((qty * _scale(shop, routing, product, qty, item_no, sub_no)).round(2), 0.01)
    families = draw.integers(0, max(shop.families, 1), len(made))
    due = _due_days(shop, draw)
    bom = _bom(item_no, sub_no)
    bought, firm_buy = _parts(shop, draw, item_no, product, qty, due, bom)
    return PlanInput.of(
        AS_OF,
        Settings(horizon_days=shop.horizon_days, time_limit_seconds=shop.time_limit_seconds),
        item=[
            {
                "item_no": item,
                "source": "make",
                "lead_time_days": None,
                "setup_family": f"F{family}" if shop.families else "",
                "lot_policy": "period" if shop.shared and item not in item_no else "lot_for_lot",
                "lot_period_days": shop.period_days,
            }
            for item, family in zip(made, families, strict=True)
        ]
        + bought,
        **({"bom_line": bom} if bom else {}),
        **({"firm_buy": firm_buy} if firm_buy else {}),
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
            "due_date": pd.Timestamp(AS_OF) + pd.to_timedelta(due, unit="D"),
            "priority": draw.integers(1, 6, shop.lines),
        },
    )


def _sub_numbers(shop: Shop, draw: np.random.Generator, item_no: np.ndarray) -> np.ndarray:
    """The sub-assemblies of each product."""
    if not shop.shared:
        return np.array([[f"{item}-{k + 1}" for k in range(shop.subassemblies)] for item in item_no])
    every = np.array([f"M{k:03d}" for k in range(shop.shared)])
    return np.array([draw.choice(every, shop.subassemblies, replace=False) for _ in item_no])


def _parts(
    shop: Shop,
    draw: np.random.Generator,
    item_no: np.ndarray,
    product: np.ndarray,
    qty: np.ndarray,
    due: np.ndarray,
    bom: list[dict[str, object]],
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Bought parts and what is on order of them, a purchase order a week each; adds what products take to `bom`."""
    if not shop.parts:
        return [], []
    every = [f"B{k:03d}" for k in range(shop.parts)]
    of_product = [draw.choice(shop.parts, 2, replace=False) for _ in item_no]
    for item, chosen in zip(item_no, of_product, strict=True):
        bom += [
            {"parent_item_no": item, "component_item_no": every[k], "line_no": 50 + n, "qty_per": 1.0}
            for n, k in enumerate(chosen)
        ]
    week = np.maximum(due - shop.ahead, 0) // 5
    firm_buy = []
    for k, part in enumerate(every):
        takes = np.array([k in chosen for chosen in of_product])[product]
        for number in np.unique(week[takes]).tolist():
            late = int(draw.integers(0, shop.delay + 1)) if draw.random() < 0.5 else 0
            day = max(5 * number, 1) + late
            firm_buy.append(
                {
                    "order_ref": f"PO-{part}-{number:02d}",
                    "item_no": part,
                    "qty": float(qty[takes & (week == number)].sum()),
                    "date": pd.Timestamp(AS_OF) + pd.Timedelta(days=day),
                }
            )
    fixed = {"source": "buy", "lead_time_days": 2.0 * shop.days, "setup_family": "", "lot_policy": "lot_for_lot"}
    return [{"item_no": part, "lot_period_days": 0, **fixed} for part in every], firm_buy


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


def materials_of(shop: Shop, plan_input: PlanInput) -> MaterialPlan:
    """What MRP says of the shop; where every lot is made for one line that needs no MRP."""
    return plan_materials(plan_input) if shop.shared or shop.parts else lots_to_order(plan_input)


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
