"""A factory small enough to check by hand, with a plan: two stations and products, two bought parts that come late.

As of Tuesday 2026-11-24. W-1 (100 x FG1 for SO-1/1) waits for 60 RAW until Monday 11-30 and is delivered late;
PM-00001 (50 x FG2 for SO-2/1) waits for 50 LABEL, to be ordered at once; PM-00002 (30 x FG1 for SO-3/1) waits for
nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from data.plans import read_input, save_plan
from data.store import Store, Writer
from planning.model import RESULT_COLUMNS, PlanResult, Settings, frame

AS_OF = dt.date(2026, 11, 24)
FIRST_DAY = dt.date(2026, 11, 25)


def day(number: int) -> dt.date:
    """The day `number` days after the as-of date."""
    return AS_OF + dt.timedelta(days=number)


def at(number: int, clock: str) -> dt.datetime:
    """The hour `clock` ("13:30") of that day."""
    return dt.datetime.combine(day(number), dt.time.fromisoformat(clock))


MASTERS: Mapping[str, Iterable[Mapping[str, object]]] = {
    "customer": [
        {"customer_no": "C1", "name": "华兴电子", "priority": 1},
        {"customer_no": "C2", "name": "Northwind", "priority": 3},
    ],
    "supplier": [{"supplier_no": "S1", "name": "明达铜材"}, {"supplier_no": "S2", "name": "LabelWorks"}],
    "item": [
        {"item_no": "FG1", "name": "连接器", "category": "finished", "source": "make", "uom": "pcs"},
        {"item_no": "FG2", "name": "端子", "category": "finished", "source": "make", "uom": "pcs"},
        {
            "item_no": "RAW",
            "name": "铜带",
            "category": "raw",
            "source": "buy",
            "uom": "kg",
            "lead_time_days": 10,
            "supplier_no": "S1",
        },
        {
            "item_no": "LABEL",
            "name": "标贴",
            "category": "label",
            "source": "buy",
            "uom": "pcs",
            "lead_time_days": 4,
            "supplier_no": "S2",
        },
    ],
    "calendar": [
        {"calendar_no": "DAY", "weekday": weekday, "hours": 8 if weekday <= 5 else 0, "start_time": "08:00"}
        for weekday in range(1, 8)
    ],
    "calendar_day": [{"calendar_no": "DAY", "work_date": day(7), "hours": 4, "reason": "保养"}],
    "station": [
        {"station_no": "CUT", "name": "冲压", "calendar_no": "DAY", "parallel_units": 1, "team": "A组"},
        {
            "station_no": "PLATE",
            "name": "电镀",
            "calendar_no": "DAY",
            "parallel_units": 2,
            "efficiency": 0.9,
            "overtime_hours": 2,
            "team": "B组",
        },
    ],
    "routing_step": [
        {"item_no": item_no, "step_no": step_no, "station_no": station_no, "name": name, "units_per_hour": 10}
        for item_no in ("FG1", "FG2")
        for step_no, station_no, name in ((10, "CUT", "冲切"), (20, "PLATE", "镀金"))
    ],
    "bom_line": [
        {"parent_item_no": "FG1", "component_item_no": "RAW", "line_no": 1, "qty_per": 1},
        {"parent_item_no": "FG2", "component_item_no": "RAW", "line_no": 1, "qty_per": 1},
        {"parent_item_no": "FG2", "component_item_no": "LABEL", "line_no": 2, "qty_per": 1, "step_no": 20},
    ],
    "sales_order": [
        {
            "sales_order_no": f"SO-{number}",
            "line_no": 1,
            "customer_no": customer,
            "item_no": item_no,
            "qty": qty,
            "unit_price": price,
            "order_date": day(-20),
            "due_date": due,
        }
        for number, customer, item_no, qty, price, due in (
            (1, "C1", "FG1", 100, 10, day(7)),
            (2, "C2", "FG2", 50, 20, day(9)),
            (3, "C2", "FG1", 30, 10, day(21)),
        )
    ],
    "purchase_order": [
        {
            "purchase_order_no": "PO-1",
            "line_no": 1,
            "supplier_no": "S1",
            "item_no": "RAW",
            "qty": 200,
            "order_date": day(-10),
            "due_date": day(6),
        }
    ],
    "stock_balance": [
        {"as_of_date": AS_OF, "item_no": "RAW", "location": "MAIN", "lot_no": "", "on_hand_qty": 120},
    ],
    "work_order": [
        {
            "work_order_no": "W-1",
            "sales_order_no": "SO-1",
            "sales_order_line_no": 1,
            "item_no": "FG1",
            "qty": 100,
            "status": "released",
        }
    ],
}

# order, step, station, unit, day, item, qty, hours, overtime, from, to
WORK = (
    ("W-1", 10, "CUT", 1, 6, "FG1", 80.0, 8.0, 0.0, "08:00", "16:00"),
    ("W-1", 10, "CUT", 1, 7, "FG1", 20.0, 2.0, 0.0, "08:00", "10:00"),
    ("PM-00001", 10, "CUT", 1, 1, "FG2", 50.0, 5.0, 0.0, "08:00", "13:00"),
    ("PM-00002", 10, "CUT", 1, 2, "FG1", 30.0, 3.0, 0.0, "08:00", "11:00"),
    ("W-1", 20, "PLATE", 1, 8, "FG1", 66.6, 9.0, 1.8, "08:00", "18:00"),
    ("W-1", 20, "PLATE", 1, 9, "FG1", 33.4, 3.4, 0.0, "08:00", "11:46"),
    ("PM-00001", 20, "PLATE", 2, 8, "FG2", 50.0, 7.2, 0.0, "08:00", "16:00"),
    ("PM-00002", 20, "PLATE", 1, 3, "FG1", 30.0, 3.0, 0.0, "08:00", "11:20"),
)

# item, demand kind, ref, line, step, needed, used, supply kind, ref, qty, available
LEDGER = (
    ("FG1", "sales_order", "SO-1", 1, None, 7, 9, "firm_make", "W-1", 100.0, 9),
    ("FG2", "sales_order", "SO-2", 1, None, 9, 8, "planned_make", "PM-00001", 50.0, 8),
    ("FG1", "sales_order", "SO-3", 1, None, 21, 3, "planned_make", "PM-00002", 30.0, 3),
    ("RAW", "make", "PM-00001", None, 10, -2, 1, "stock", "", 50.0, 1),
    ("RAW", "make", "PM-00002", None, 10, 2, 2, "stock", "", 30.0, 1),
    ("RAW", "make", "W-1", None, 10, 2, 6, "stock", "", 40.0, 1),
    ("RAW", "make", "W-1", None, 10, 2, 6, "firm_buy", "PO-1/1", 60.0, 6),
    ("LABEL", "make", "PM-00001", None, 20, 3, 8, "planned_buy", "PB-00001", 50.0, 8),
    ("LABEL", "safety_stock", "", None, None, 3, None, "planned_buy", "PB-00002", 10.0, 9),
)


def result() -> PlanResult:
    """The plan of the factory, as a planner would return it."""
    rows: dict[str, list[dict[str, object]]] = {
        "plan_order": [
            order("W-1", "firm_make", "FG1", 100, 6, 9),
            order("PM-00001", "planned_make", "FG2", 50, 1, 8),
            order("PM-00002", "planned_make", "FG1", 30, 2, 3),
            order("PO-1/1", "firm_buy", "RAW", 200, None, 6, "S1"),
            order("PB-00001", "planned_buy", "LABEL", 50, 1, 8, "S2"),
            order("PB-00002", "planned_buy", "LABEL", 10, 3, 9, "S2"),
        ],
        "plan_schedule": [
            {
                "order_ref": ref,
                "step_no": step,
                "station_no": station,
                "unit_no": unit,
                "work_date": day(number),
                "item_no": item,
                "qty": qty,
                "hours": hours,
                "overtime_hours": overtime,
                "start_time": at(number, start),
                "finish_time": at(number, finish),
            }
            for ref, step, station, unit, number, item, qty, hours, overtime, start, finish in WORK
        ],
        "plan_delivery": [
            {"sales_order_no": f"SO-{number}", "line_no": 1, "delivery_date": day(when), "qty": qty}
            for number, when, qty in ((1, 9, 100.0), (2, 8, 50.0), (3, 3, 30.0))
        ],
        "plan_lateness": [
            {
                "sales_order_no": "SO-1",
                "line_no": 1,
                "target_date": day(7),
                "planned_date": day(9),
                "days_late": 2,
                "cause": "material",
                "detail": "{}",
                "remedy": "",
            }
        ],
        "plan_pegging": [
            {
                "sales_order_no": f"SO-{number}",
                "line_no": 1,
                "item_no": item,
                "supply_kind": kind,
                "supply_ref": ref,
                "qty": qty,
                "available_date": day(when),
            }
            for number, item, kind, ref, qty, when in (
                (1, "FG1", "firm_make", "W-1", 100.0, 9),
                (1, "RAW", "stock", "", 40.0, 1),
                (1, "RAW", "firm_buy", "PO-1/1", 60.0, 6),
                (2, "FG2", "planned_make", "PM-00001", 50.0, 8),
                (2, "RAW", "stock", "", 50.0, 1),
                (2, "LABEL", "planned_buy", "PB-00001", 50.0, 8),
                (3, "FG1", "planned_make", "PM-00002", 30.0, 3),
                (3, "RAW", "stock", "", 30.0, 1),
            )
        ],
        "plan_allocation": [
            {
                "allocation_no": number,
                "item_no": item,
                "demand_kind": demand_kind,
                "demand_ref": demand_ref,
                "demand_line_no": line,
                "step_no": step,
                "need_date": day(needed),
                "used_date": None if used is None else day(used),
                "supply_kind": supply_kind,
                "supply_ref": supply_ref,
                "qty": qty,
                "available_date": day(available),
            }
            for number, (
                item,
                demand_kind,
                demand_ref,
                line,
                step,
                needed,
                used,
                supply_kind,
                supply_ref,
                qty,
                available,
            ) in enumerate(LEDGER, start=1)
        ],
        "plan_kit": [
            kit("SO-1/1", "partial", 6, 40, "RAW"),
            kit("SO-2/1", "none", 8, 0, "LABEL"),
            kit("SO-3/1", "full", 1, 30, ""),
            kit("W-1", "partial", 6, 40, "RAW"),
            kit("PM-00001", "none", 8, 0, "LABEL"),
            kit("PM-00002", "full", 1, 30, ""),
        ],
        "plan_message": [],
    }
    return PlanResult(
        as_of_date=AS_OF,
        horizon_end=day(60),
        status="heuristic",
        orders=3,
        late=1,
        objective=10.0,
        whole_order_days_late=2.0,
        quantity_days_late=200.0,
        stock_days=0.0,
        overtime_hours=1.8,
        seconds=1.5,
        verified=True,
        **{name: frame(RESULT_COLUMNS[name], found) for name, found in rows.items()},
    )


def order(
    ref: str, kind: str, item: str, qty: float, start: int | None, finish: int, supplier: str = ""
) -> dict[str, object]:
    """A row of plan_order; days count from the as-of date."""
    return {
        "order_ref": ref,
        "kind": kind,
        "item_no": item,
        "qty": float(qty),
        "start_date": None if start is None else day(start),
        "finish_date": day(finish),
        "supplier_no": supplier,
        "bom_date": None,
    }


def kit(ref: str, status: str, when: int, can_make: float, blocking: str) -> dict[str, object]:
    """A row of plan_kit."""
    return {
        "order_ref": ref,
        "status": status,
        "kit_date": day(when),
        "can_make_qty": float(can_make),
        "blocking": blocking,
    }


def fill(store: Store) -> None:
    """Put the factory, without a plan, into `store`."""
    with store.write("test", "factory") as writer:
        for table, rows in MASTERS.items():
            for row in rows:
                insert(writer, table, row)


def insert(writer: Writer, table: str, row: Mapping[str, object]) -> None:
    """Put one row, with its trace, into a table."""
    row = {**row, "recorded_by": "test", "recorded_at": dt.datetime(2026, 11, 24, 8)}
    writer.execute(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )


def plan(store: Store, frozen_days: int = 0) -> str:
    """Save the plan of the factory; returns its run number."""
    plan_input = read_input(store, AS_OF, Settings(horizon_days=60, frozen_days=frozen_days))
    return save_plan(store, result(), plan_input, "test")
