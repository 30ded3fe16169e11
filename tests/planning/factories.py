"""Small factories to plan materials for, and one as large as a real one.

The small ones work every day, so that a day is a period of a textbook's record: `day(1)` is the first plan day.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from planning.model import MaterialPlan, PlanInput, Settings
from planning.mrp import plan_materials

AS_OF = dt.date(2026, 11, 24)
Rows = list[dict[str, Any]]


def day(period: int) -> pd.Timestamp:
    """The first plan day is day(1)."""
    return pd.Timestamp(AS_OF) + pd.Timedelta(days=period)


def periods(dates: pd.Series) -> list[int]:
    """The dates as periods."""
    return [(date - pd.Timestamp(AS_OF)).days for date in dates]


def made(item_no: str, lead_time_days: float = 0, **more: Any) -> dict[str, Any]:
    """An item made without routing."""
    return _item(item_no, "make", lead_time_days, more)


def bought(item_no: str, lead_time_days: float = 0, **more: Any) -> dict[str, Any]:
    """An item bought."""
    return _item(item_no, "buy", lead_time_days, more)


def _item(item_no: str, source: str, lead_time_days: float | None, more: dict[str, Any]) -> dict[str, Any]:
    usual = {
        "safety_stock": 0.0,
        "min_order_qty": 0.0,
        "order_multiple": 0.0,
        "lot_policy": "lot_for_lot",
        "lot_qty": 0.0,
    }
    usual |= {"lot_period_days": 0.0, "scrap_rate": 0.0}
    return {"item_no": item_no, "source": source, "lead_time_days": lead_time_days} | usual | more


def wants(item_no: str, *needs: tuple[int, float], priority: int = 3, order: str = "SO") -> Rows:
    """One order line per (period, quantity)."""
    return [
        {
            "sales_order_no": order,
            "line_no": number,
            "item_no": item_no,
            "qty": float(qty),
            "due_date": day(period),
            "priority": priority,
        }
        for number, (period, qty) in enumerate(needs, start=1)
    ]


def order(number: str, item_no: str, period: int, qty: float, priority: int = 3) -> dict[str, Any]:
    """An order of one line."""
    return wants(item_no, (period, qty), priority=priority, order=number)[0]


def firm_make(order_ref: str, item_no: str, qty: float, **more: Any) -> dict[str, Any]:
    """A released work order."""
    usual = {"sales_order_no": "", "sales_order_line_no": None, "due_date": None, "planned_start": None}
    usual |= {"planned_finish": None, "priority": 3, "status": "released", "ordered_qty": float(qty)}
    return {"order_ref": order_ref, "item_no": item_no, "qty": float(qty)} | usual | more


def buy(order_ref: str, item_no: str, period: int, qty: float) -> dict[str, Any]:
    """An open purchase line."""
    return {"order_ref": order_ref, "item_no": item_no, "qty": float(qty), "date": day(period)}


def uses(parent: str, component: str, qty_per: float = 1.0, **more: Any) -> dict[str, Any]:
    """A BOM line."""
    usual = {"line_no": 1, "scrap_rate": 0.0, "step_no": None, "effective_from": None, "effective_to": None}
    usual |= {"alt_group": "", "alt_rank": 1}
    return {"parent_item_no": parent, "component_item_no": component, "qty_per": qty_per} | usual | more


def step(item_no: str, step_no: int, yield_rate: float = 1.0, **more: Any) -> dict[str, Any]:
    """A step of a station that works eight hours a day, a piece an hour."""
    usual = {"station_no": "S", "units_per_hour": 1.0, "yield_rate": yield_rate, "alt_rank": 1, "setup_hours": 0.0}
    usual |= {"wait_hours": 0.0, "transfer_qty": 0.0}
    return {"item_no": item_no, "step_no": step_no} | usual | more


def factory(settings: Settings | None = None, **tables: Any) -> PlanInput:
    """A factory with one station that works eight hours every day."""
    stations = {
        "station": [{"station_no": "S", "calendar_no": "C"}],
        "calendar": [{"calendar_no": "C", "weekday": weekday, "hours": 8.0} for weekday in range(1, 8)],
    }
    return PlanInput.of(AS_OF, settings, **(stations | {name: rows for name, rows in tables.items() if len(rows)}))


def plan(settings: Settings | None = None, **tables: Any) -> MaterialPlan:
    """The material plan of such a factory."""
    return plan_materials(factory(settings, **tables))


def ledger(materials: MaterialPlan, item_no: str) -> list[tuple[str, str, float]]:
    """Who takes an item from where, in order: (demand, supply, quantity); a line as "SO/1"."""
    rows = materials.allocation[materials.allocation["item_no"] == item_no]
    found = []
    for row in rows.itertuples(index=False):
        line = f"/{int(row.demand_line_no)}" if row.demand_kind == "sales_order" else ""
        taker = row.demand_ref + line or row.demand_kind
        found.append((taker, row.supply_ref or row.supply_kind, round(row.qty, 6)))
    return found


def receipts(materials: MaterialPlan, item_no: str) -> dict[int, float]:
    """Planned receipts of an item by period: made and bought."""
    return _planned(materials, item_no, "need_date", "need_date")


def releases(materials: MaterialPlan, item_no: str) -> dict[int, float]:
    """Planned order releases of an item by period."""
    return _planned(materials, item_no, "start_date", "order_date")


def _planned(materials: MaterialPlan, item_no: str, made_on: str, bought_on: str) -> dict[int, float]:
    make = materials.make[(materials.make["item_no"] == item_no) & (materials.make["kind"] == "planned_make")]
    buy = materials.buy[(materials.buy["item_no"] == item_no) & (materials.buy["kind"] == "planned_buy")]
    when = [*periods(make[made_on]), *periods(buy[bought_on])]
    total: dict[int, float] = {}
    for period, qty in sorted(zip(when, [*make["qty"], *buy["qty"]], strict=True)):
        total[period] = round(total.get(period, 0.0) + qty, 6)
    return total


def finished(materials: MaterialPlan) -> pd.DataFrame:
    """The ledger as a plan would complete it if every lot were done on the day it is wanted."""
    allocation = materials.allocation.copy()
    wanted = materials.make.set_index("order_ref")["need_date"].reindex(allocation["supply_ref"])
    allocation["available_date"] = allocation["available_date"].fillna(pd.Series(wanted.array, allocation.index))
    allocation["used_date"] = allocation["need_date"]
    return allocation


def large_factory(goods: int = 600, lines: int = 10_000, seed: int = 1) -> PlanInput:
    """Finished goods over two levels of parts and 1,500 bought items, with stock, purchases and work orders."""
    draw = np.random.default_rng(seed)
    finished_goods, middle, low, raw = (
        [f"{letter}{number:04d}" for number in range(count)]
        for letter, count in (("F", goods), ("M", 300), ("L", 300), ("R", 1500))
    )
    parts = [*finished_goods, *middle, *low]
    items = [made(item_no, 1) for item_no in parts] + [
        bought(
            item_no,
            float(draw.integers(3, 30)),
            min_order_qty=float(draw.choice([0, 0, 100])),
            order_multiple=float(draw.choice([0, 10])),
            safety_stock=float(draw.choice([0, 20])),
        )
        for item_no in raw
    ]
    lines_of_bom = []
    for parents, subs, count in ((finished_goods, middle, 2), (middle, low, 1), (low, [], 0)):
        for parent in parents:
            chosen = [*(draw.choice(subs, count, replace=False) if count else []), *draw.choice(raw, 5, replace=False)]
            lines_of_bom += [uses(parent, part, 2.0, line_no=number) for number, part in enumerate(chosen)]
    routing = [step(part, 10 * k, 0.98, units_per_hour=50.0, setup_hours=0.5) for part in parts for k in range(1, 5)]
    orders = pd.DataFrame(
        {
            "sales_order_no": [f"SO-{number // 2:05d}" for number in range(lines)],
            "line_no": np.arange(lines) % 2 + 1,
            "item_no": draw.choice(finished_goods, lines),
            "qty": draw.integers(10, 200, lines).astype(float),
            "due_date": pd.Timestamp(AS_OF) + pd.to_timedelta(draw.integers(1, 150, lines), unit="D"),
            "priority": draw.integers(1, 6, lines),
        }
    )
    stock = [
        {"item_no": item_no, "lot_no": lot, "qty": float(draw.integers(0, 500))}
        for item_no in [*raw, *middle, *low]
        for lot in ("A", "B")
    ]
    firm_buy = [
        {
            "order_ref": f"PO{number}/{line}",
            "item_no": item_no,
            "qty": float(draw.integers(100, 2000)),
            "date": day(int(draw.integers(-5, 60))),
        }
        for number, item_no in enumerate(raw)
        for line in range(3)
    ]
    firm_make = [
        {"order_ref": f"WO{number:04d}", "item_no": item_no, "qty": 100.0, "due_date": day(int(draw.integers(1, 30)))}
        for number, item_no in enumerate(draw.choice(parts, 500))
    ]
    return factory(
        item=items,
        bom_line=lines_of_bom,
        routing_step=routing,
        demand=orders,
        stock=stock,
        firm_buy=firm_buy,
        firm_make=firm_make,
    )
