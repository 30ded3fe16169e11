"""A small factory and a sound plan for it, made by hand, for tests to break.

As of Friday 2026-11-20; the first plan day is Monday 11-23, the horizon ends on 12-20. One shift of 8 h from 08:00.

    FRAME  2 BAR (5 % scrap) at cutting (yield 0.9, then 12 h of drying), plating on either of two lines
    TABLE  1 FRAME at assembly (two units, overtime, handed on by 30), 1 BOX at packing
    STOOL  PINE, since OAK ran out of effect; a declared changeover at cutting; lots of 20
    PAD    no routing, two days; its work order has a picking list
    BIG    a CHIP that takes 40 days, so it is not made inside the horizon
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from planning.model import DEFAULTS, RESULT_COLUMNS, PlanInput, PlanResult, Settings, frame

AS_OF = dt.date(2026, 11, 20)


def day(number: int) -> pd.Timestamp:
    """A day of November 2026; beyond 30 it is December."""
    return pd.Timestamp(2026, 11, 1) + pd.Timedelta(days=number - 1)


def at(number: int, clock: str) -> pd.Timestamp:
    """A time of a day of November 2026."""
    return day(number) + pd.Timedelta(f"{clock}:00")


@cache
def _factory() -> PlanInput:
    return _made_factory({})


def factory(**tables: Any) -> PlanInput:
    """The factory; `tables` (lists of records) replace or add input tables. Its frames are not to be written to."""
    return _made_factory(tables) if tables else _factory()


def _made_factory(tables: dict[str, Any]) -> PlanInput:
    given: dict[str, Any] = {
        "item": [
            {"item_no": "TABLE", "source": "make"},
            {"item_no": "FRAME", "source": "make", "setup_family": "METAL"},
            {"item_no": "STOOL", "source": "make", "setup_family": "WOOD", "lot_policy": "fixed", "lot_qty": 20},
            {"item_no": "PAD", "source": "make", "lead_time_days": 2},
            {"item_no": "BIG", "source": "make"},
            {"item_no": "BAR", "source": "buy", "lead_time_days": 3},
            {
                "item_no": "BOX",
                "source": "buy",
                "lead_time_days": 2,
                "min_order_qty": 100,
                "order_multiple": 25,
                "scrap_rate": 0.02,
            },
            {"item_no": "OAK", "source": "buy"},
            {"item_no": "PINE", "source": "buy"},
            {"item_no": "FOAM", "source": "buy"},
            {"item_no": "CHIP", "source": "buy", "lead_time_days": 40},
        ],
        "bom_line": [
            {"parent_item_no": "FRAME", "component_item_no": "BAR", "qty_per": 2, "scrap_rate": 0.05},
            {"parent_item_no": "TABLE", "component_item_no": "FRAME", "qty_per": 1, "step_no": 10},
            {"parent_item_no": "TABLE", "component_item_no": "BOX", "qty_per": 1, "step_no": 20},
            {
                "parent_item_no": "STOOL",
                "component_item_no": "OAK",
                "qty_per": 1,
                "effective_to": dt.date(2026, 10, 31),
                "alt_group": "wood",
                "alt_rank": 1,
            },
            {
                "parent_item_no": "STOOL",
                "component_item_no": "PINE",
                "qty_per": 1,
                "alt_group": "wood",
                "alt_rank": 2,
            },
            {"parent_item_no": "PAD", "component_item_no": "FOAM", "qty_per": 1.2},
            {"parent_item_no": "BIG", "component_item_no": "CHIP", "qty_per": 1},
        ],
        "routing_step": [
            _step("FRAME", 10, "CUT", 20, setup_hours=1, yield_rate=0.9, wait_hours=12),
            _step("FRAME", 20, "PLATE1", 40, setup_hours=0.2),
            _step("FRAME", 20, "PLATE2", 30, setup_hours=0.2, alt_rank=2),
            _step("TABLE", 10, "ASSY", 10, setup_hours=0.5, transfer_qty=30),
            _step("TABLE", 20, "PACK", 20),
            _step("STOOL", 10, "CUT", 10, setup_hours=1),
            _step("BIG", 10, "CUT", 1),
        ],
        "station": [
            {"station_no": "CUT", "calendar_no": "DAY"},
            {"station_no": "PLATE1", "calendar_no": "DAY"},
            {"station_no": "PLATE2", "calendar_no": "DAY", "efficiency": 0.8},
            {
                "station_no": "ASSY",
                "calendar_no": "DAY",
                "parallel_units": 2,
                "overtime_hours": 2,
                "overtime_cost": 50,
            },
            {"station_no": "PACK", "calendar_no": "DAY"},
        ],
        "calendar": [{"calendar_no": "DAY", "weekday": n, "hours": 8.0 if n <= 5 else 0.0} for n in range(1, 8)],
        "changeover": [{"station_no": "CUT", "from_family": "METAL", "to_family": "WOOD", "hours": 0.25}],
        "demand": [
            _line("SO-1", "TABLE", 40, 27, 3),
            _line("SO-2", "TABLE", 50, 25, 2),
            _line("SO-3", "TABLE", 30, 23, 3),
            _line("SO-4", "PAD", 10, 31, 3),
            _line("SO-5", "BIG", 5, 40, 3),
            _line("SO-6", "STOOL", 20, 30, 3),
        ],
        "stock": [
            {"item_no": "BAR", "qty": 60},
            {"item_no": "FRAME", "qty": 20},
            {"item_no": "BOX", "qty": 30, "expiry_date": day(30)},
            {"item_no": "PINE", "qty": 20},
        ],
        "firm_buy": [{"order_ref": "PO-1/1", "item_no": "BAR", "qty": 150, "date": day(18)}],
        "inspection": [{"order_ref": "AR-1", "item_no": "FOAM", "qty": 10, "arrival_date": day(20)}],
        "firm_make": [
            {"order_ref": "WO-1", "item_no": "TABLE", "ordered_qty": 30, "qty": 30, "status": "started"},
            {"order_ref": "WO-2", "item_no": "PAD", "ordered_qty": 10, "qty": 10},
        ],
        "progress": [{"order_ref": "WO-1", "step_no": 10, "good_qty": 10}],
        "picking": [{"order_ref": "WO-2", "item_no": "FOAM", "required_qty": 12, "issued_qty": 2}],
        "frozen": [_row("WO-1", "TABLE", 10, "ASSY", 2, 23, "08:00", "10:30", 20, 2.5)],
    }
    rows = {name: [DEFAULTS.get(name, {}) | row for row in records] for name, records in (given | tables).items()}
    return PlanInput.of(AS_OF, Settings(horizon_days=30, frozen_days=1), **rows)


def _step(item_no: str, step_no: int, station_no: str, units_per_hour: float, **more: Any) -> dict[str, Any]:
    keys = {"item_no": item_no, "step_no": step_no, "station_no": station_no, "units_per_hour": units_per_hour}
    return keys | more


def _line(order: str, item_no: str, qty: float, target: int, priority: int) -> dict[str, Any]:
    return {
        "sales_order_no": order,
        "line_no": 1,
        "item_no": item_no,
        "qty": qty,
        "target_date": day(target),
        "priority": priority,
    }


def _row(
    order_ref: str,
    item_no: str,
    step_no: int,
    station_no: str,
    unit_no: int,
    on: int,
    start: str,
    finish: str,
    qty: float,
    hours: float,
    overtime: float = 0.0,
) -> dict[str, Any]:
    return {
        "order_ref": order_ref,
        "step_no": step_no,
        "station_no": station_no,
        "unit_no": unit_no,
        "work_date": day(on),
        "item_no": item_no,
        "qty": qty,
        "hours": hours,
        "overtime_hours": overtime,
        "start_time": at(on, start),
        "finish_time": at(on, finish),
    }


SCHEDULE = [
    _row("PM-00001", "FRAME", 10, "CUT", 1, 24, "08:00", "14:00", 90, 6.0),
    _row("PM-00001", "FRAME", 20, "PLATE2", 1, 25, "08:00", "12:00", 90, 3.2),
    _row("PM-00002", "TABLE", 10, "ASSY", 1, 25, "12:00", "18:00", 55, 6.0, 2.0),
    _row("PM-00002", "TABLE", 10, "ASSY", 1, 26, "08:00", "11:30", 35, 3.5),
    _row("PM-00002", "TABLE", 20, "PACK", 1, 26, "08:30", "13:00", 90, 4.5),
    _row("PM-00004", "STOOL", 10, "CUT", 1, 24, "14:00", "16:00", 17.5, 2.0),
    _row("PM-00004", "STOOL", 10, "CUT", 1, 25, "08:00", "08:15", 2.5, 0.25),
    _row("WO-1", "TABLE", 10, "ASSY", 2, 23, "08:00", "10:30", 20, 2.5),
    _row("WO-1", "TABLE", 20, "PACK", 1, 23, "10:30", "12:00", 30, 1.5),
]

# order_ref, kind, item_no, qty, start, finish (days of November; 51 is 12-21, the day after the horizon)
ORDERS = [
    ("PM-00001", "planned_make", "FRAME", 90, 24, 25),
    ("PM-00002", "planned_make", "TABLE", 90, 25, 26),
    ("PM-00003", "planned_make", "BIG", 5, None, 51),
    ("PM-00004", "planned_make", "STOOL", 20, 24, 25),
    ("WO-1", "firm_make", "TABLE", 30, 23, 23),
    ("WO-2", "firm_make", "PAD", 10, 23, 25),
    ("PB-00001", "planned_buy", "BOX", 100, 24, 26),
    ("PB-00002", "planned_buy", "CHIP", 5, 23, 79),
    ("PO-1/1", "firm_buy", "BAR", 150, None, 24),
]

# item_no, demand_kind, demand_ref, line or step, used, supply_kind, supply_ref, qty, available
ALLOCATIONS = [
    ("TABLE", "sales_order", "SO-3", 1, 23, "firm_make", "WO-1", 30, 23),
    ("TABLE", "sales_order", "SO-2", 1, 26, "planned_make", "PM-00002", 50, 26),
    ("TABLE", "sales_order", "SO-1", 1, 26, "planned_make", "PM-00002", 40, 26),
    ("PAD", "sales_order", "SO-4", 1, 25, "firm_make", "WO-2", 10, 25),
    ("BIG", "sales_order", "SO-5", 1, None, "planned_make", "PM-00003", 5, 51),
    ("STOOL", "sales_order", "SO-6", 1, 25, "planned_make", "PM-00004", 20, 25),
    ("FRAME", "make", "WO-1", 10, 23, "stock", "", 20, 23),
    ("FRAME", "make", "PM-00002", 10, 25, "planned_make", "PM-00001", 90, 25),
    ("BOX", "make", "WO-1", 20, 23, "stock", "", 30, 23),
    ("BOX", "make", "PM-00002", 20, 26, "planned_buy", "PB-00001", 90, 26),
    ("BAR", "make", "PM-00001", 10, 24, "stock", "", 60, 23),
    ("BAR", "make", "PM-00001", 10, 24, "firm_buy", "PO-1/1", 150, 24),
    ("PINE", "make", "PM-00004", 10, 24, "stock", "", 20, 23),
    ("FOAM", "make", "WO-2", None, 23, "inspection", "AR-1", 10, 23),
    ("CHIP", "make", "PM-00003", 10, None, "planned_buy", "PB-00002", 5, 79),
]

# order, item_no, supply_kind, supply_ref, qty, available. PM-00002 gives SO-2 50 and SO-1 40 of its 90.
PEGGING = [
    ("SO-1", "TABLE", "planned_make", "PM-00002", 40, 26),
    ("SO-1", "FRAME", "planned_make", "PM-00001", 40, 25),
    ("SO-1", "BOX", "planned_buy", "PB-00001", 40, 26),
    ("SO-1", "BAR", "stock", "", 60 * 40 / 90, 23),
    ("SO-1", "BAR", "firm_buy", "PO-1/1", 150 * 40 / 90, 24),
    ("SO-2", "TABLE", "planned_make", "PM-00002", 50, 26),
    ("SO-2", "FRAME", "planned_make", "PM-00001", 50, 25),
    ("SO-2", "BOX", "planned_buy", "PB-00001", 50, 26),
    ("SO-2", "BAR", "stock", "", 60 * 50 / 90, 23),
    ("SO-2", "BAR", "firm_buy", "PO-1/1", 150 * 50 / 90, 24),
    ("SO-3", "TABLE", "firm_make", "WO-1", 30, 23),
    ("SO-3", "FRAME", "stock", "", 20, 23),
    ("SO-3", "BOX", "stock", "", 30, 23),
    ("SO-4", "PAD", "firm_make", "WO-2", 10, 25),
    ("SO-4", "FOAM", "inspection", "AR-1", 10, 23),
    ("SO-5", "BIG", "planned_make", "PM-00003", 5, 51),
    ("SO-5", "CHIP", "planned_buy", "PB-00002", 5, 79),
    ("SO-6", "STOOL", "planned_make", "PM-00004", 20, 25),
    ("SO-6", "PINE", "stock", "", 20, 23),
]

# order_ref, status, kit date, can make, blocking. 60 of the 210 BAR for 90 FRAME are in hand, 2 of 12 FOAM are issued.
KITS = [
    ("PM-00001", "partial", 24, 25, "BAR"),
    ("PM-00002", "none", 26, 0, "BOX,FRAME"),
    ("PM-00003", "none", None, 0, "CHIP"),
    ("PM-00004", "full", 23, 20, ""),
    ("WO-1", "full", 23, 30, ""),
    ("WO-2", "partial", 23, 1, "FOAM"),
    ("SO-1/1", "none", 26, 0, "BOX,FRAME"),
    ("SO-2/1", "none", 26, 0, "BOX,FRAME"),
    ("SO-3/1", "full", 23, 30, ""),
    ("SO-4/1", "partial", 23, 1, "FOAM"),
    ("SO-5/1", "none", None, 0, "CHIP"),
    ("SO-6/1", "full", 23, 20, ""),
]

DELIVERIES = [("SO-1", 26, 40), ("SO-2", 26, 50), ("SO-3", 23, 30), ("SO-4", 25, 10), ("SO-6", 25, 20)]


@cache
def sound_plan() -> PlanResult:
    """A plan for `factory()` without a fault. Its frames are not to be written to."""
    tables = {
        "plan_order": [
            {
                "order_ref": ref,
                "kind": kind,
                "item_no": item_no,
                "qty": qty,
                "start_date": _day_or_none(start),
                "finish_date": day(finish),
                "supplier_no": "",
                "bom_date": day(23) if kind.endswith("make") else None,
            }
            for ref, kind, item_no, qty, start, finish in ORDERS
        ],
        "plan_schedule": SCHEDULE,
        "plan_delivery": [
            {"sales_order_no": order, "line_no": 1, "delivery_date": day(on), "qty": qty}
            for order, on, qty in DELIVERIES
        ],
        "plan_lateness": [_late("SO-2", 25, 26, 1, "material"), _late("SO-5", 40, None, 11, "lead_time")],
        "plan_allocation": allocations(),
        "plan_pegging": [
            {
                "sales_order_no": order,
                "line_no": 1,
                "item_no": item_no,
                "supply_kind": kind,
                "supply_ref": ref,
                "qty": qty,
                "available_date": day(available),
            }
            for order, item_no, kind, ref, qty, available in PEGGING
        ],
        "plan_kit": [
            {
                "order_ref": ref,
                "status": status,
                "kit_date": _day_or_none(on),
                "can_make_qty": can_make,
                "blocking": blocking,
            }
            for ref, status, on, can_make, blocking in KITS
        ],
        "plan_message": [
            message("PB-00002", "order", "CHIP", to_date=day(23), to_qty=5.0),
            message("PM-00004", "release", "STOOL", to_date=day(24), to_qty=20.0),
        ],
    }
    return PlanResult(
        as_of_date=AS_OF,
        horizon_end=dt.date(2026, 12, 20),
        status="heuristic",
        orders=6,
        late=2,
        objective=37.0,  # 4 x 1 day of SO-2, 3 x 11 days of SO-5
        whole_order_days_late=12.0,
        quantity_days_late=105.0,  # 50 x 1, 5 x 11
        stock_days=200.0,  # 10 PAD x 6, 40 TABLE x 1, 20 STOOL x 5
        overtime_hours=2.0,
        seconds=0.0,
        bound=33.0,
        **{name: frame(columns, tables.get(name)) for name, columns in RESULT_COLUMNS.items()},
    )


def message(order_ref: str, action: str, item_no: str, **values: Any) -> dict[str, Any]:
    """A row of plan_message."""
    blank = {"from_date": None, "to_date": None, "from_qty": None, "to_qty": None, "reason": ""}
    return {"order_ref": order_ref, "action": action, "item_no": item_no} | blank | values


def allocations() -> pd.DataFrame:
    """The ledger of the sound plan."""
    rows = [
        {
            "allocation_no": number,
            "item_no": item_no,
            "demand_kind": kind,
            "demand_ref": ref,
            "demand_line_no": line_or_step if kind == "sales_order" else None,
            "step_no": line_or_step if kind == "make" else None,
            "need_date": day(25),
            "used_date": _day_or_none(used),
            "supply_kind": supply_kind,
            "supply_ref": supply_ref,
            "qty": qty,
            "available_date": day(available),
        }
        for number, (item_no, kind, ref, line_or_step, used, supply_kind, supply_ref, qty, available) in enumerate(
            ALLOCATIONS, 1
        )
    ]
    return frame(RESULT_COLUMNS["plan_allocation"], rows)


def _day_or_none(number: int | None) -> pd.Timestamp | None:
    return None if number is None else day(number)


def _late(order: str, target: int, planned: int | None, days_late: int, cause: str) -> dict[str, Any]:
    return {
        "sales_order_no": order,
        "line_no": 1,
        "target_date": day(target),
        "planned_date": _day_or_none(planned),
        "days_late": days_late,
        "cause": cause,
        "detail": "",
        "remedy": "",
    }


def changed(plan: PlanResult, table: str, where: dict[str, Any], **values: Any) -> PlanResult:
    """The plan with `values` in the rows of `table` that match `where`."""
    rows = getattr(plan, table).copy()
    hit = _matching(rows, where)
    for column, value in values.items():
        rows.loc[hit, column] = value
    return replace(plan, **{table: rows})


def without(plan: PlanResult, table: str, where: dict[str, Any]) -> PlanResult:
    """The plan without the rows of `table` that match `where`."""
    rows = getattr(plan, table)
    return replace(plan, **{table: rows[~_matching(rows, where)].reset_index(drop=True)})


def twice(plan: PlanResult, table: str, where: dict[str, Any], **values: Any) -> PlanResult:
    """The plan with a second copy, holding `values`, of the rows of `table` that match `where`."""
    rows = getattr(plan, table)
    copy = rows[_matching(rows, where)].assign(**values)
    return replace(plan, **{table: frame(RESULT_COLUMNS[table], pd.concat([rows, copy], ignore_index=True))})


def _matching(rows: pd.DataFrame, where: dict[str, Any]) -> pd.Series:
    hit = pd.Series(True, index=rows.index)
    for column, value in where.items():
        hit &= rows[column] == value
    if not hit.any():
        raise AssertionError(f"no row has {where}")
    return hit
