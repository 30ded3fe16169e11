"""A random small factory with a past and two plans: the same seed gives the same one."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

AS_OF = dt.date(2026, 11, 24)  # a Tuesday
HORIZON_END = dt.date(2026, 12, 24)
MADE = ("DESK", "STOOL")
BOUGHT = ("WOOD", "SCREW", "PAINT")
STATIONS = ("SAW", "SAW2", "GLUE")
CATEGORIES = ("machine", "material", "quality")


def day(number: int) -> dt.date:
    """The day `number` days after the as-of date."""
    return AS_OF + dt.timedelta(days=number)


def random_factory(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Records of every table that a figure reads."""
    draw = random.Random(seed)
    tables = _masters(draw) | _sales(draw) | _purchasing(draw)
    tables |= _production(draw, tables["sales_order"])
    tables |= _stock(draw)
    return tables | _plans(draw, tables)


def _masters(draw: random.Random) -> dict[str, list[dict[str, Any]]]:
    items = [
        {
            "item_no": item_no,
            "name": item_no,
            "category": "finished" if item_no in MADE else "raw",
            "source": "make" if item_no in MADE else "buy",
            "uom": "pcs",
            "unit_cost": draw.choice([0, 2, 5.5]),
        }
        for item_no in (*MADE, *BOUGHT)
    ]
    return {
        "customer": [{"customer_no": f"C{n}", "name": f"C{n}"} for n in (1, 2, 3)],
        "supplier": [{"supplier_no": f"S{n}", "name": f"S{n}"} for n in (1, 2)],
        "item": items,
        "supplier_item": [{"supplier_no": "S1", "item_no": "WOOD", "rank": 1, "unit_price": 3}],
        "calendar": [{"calendar_no": "D", "weekday": n, "hours": 8 if n < 6 else 0} for n in range(1, 8)],
        "calendar_day": [{"calendar_no": "D", "work_date": day(2), "hours": draw.choice([0, 4])}],
        "station": [
            {
                "station_no": station_no,
                "name": station_no,
                "calendar_no": "D",
                "parallel_units": draw.choice([1, 2]),
                "efficiency": draw.choice([0.8, 1.0]),
            }
            for station_no in STATIONS
        ],
        "routing_step": [
            {
                "item_no": item_no,
                "step_no": step_no,
                "station_no": station_no,
                "alt_rank": rank,
                "units_per_hour": 10,
                "yield_rate": 0.8,
            }
            for item_no in MADE
            for step_no, station_no, rank in ((10, "SAW", 1), (10, "SAW2", 2), (20, "GLUE", 1))
        ],
    }


def _sales(draw: random.Random) -> dict[str, list[dict[str, Any]]]:
    statuses = [
        "confirmed",
        "in_production",
        "ready",
        "shipped",
        "closed",
        "on_hold",
        "draft",
        "reviewing",
        "cancelled",
    ]
    orders = []
    for number in range(40):
        due = day(draw.randint(-50, 20))
        orders.append(
            {
                "sales_order_no": f"SO-{number // 2}",
                "line_no": number % 2 + 1,
                "customer_no": f"C{draw.randint(1, 3)}",
                "item_no": draw.choice(MADE),
                "qty": draw.randint(1, 40),
                "unit_price": draw.choice([None, 7, 12.5]),
                "order_date": day(-60),
                "due_date": due,
                "promised_date": draw.choice([None, due + dt.timedelta(days=draw.randint(-4, 9))]),
                "qty_shipped": draw.choice([0, 0, 3]),
                "status": draw.choice(statuses),
            }
        )
    shipments = []
    for number in range(45):
        line = draw.choice(orders)
        shipments.append(
            {
                "shipment_no": f"SH-{number}",
                "line_no": 1,
                "sales_order_no": line["sales_order_no"],
                "sales_order_line_no": line["line_no"],
                "qty": draw.choice([line["qty"], draw.randint(1, 40)]),
                "ship_date": min(line["due_date"] + dt.timedelta(days=draw.randint(-5, 8)), day(5)),
            }
        )
    return {"sales_order": orders, "shipment": shipments}


def _purchasing(draw: random.Random) -> dict[str, list[dict[str, Any]]]:
    orders = []
    for number in range(30):
        due = day(draw.randint(-45, 10))
        orders.append(
            {
                "purchase_order_no": f"PO-{number}",
                "line_no": 1,
                "supplier_no": f"S{draw.randint(1, 2)}",
                "item_no": draw.choice(BOUGHT),
                "qty": draw.randint(5, 30),
                "order_date": day(-70),
                "due_date": due,
                "confirmed_date": draw.choice([None, due + dt.timedelta(days=draw.randint(-3, 6))]),
                "qty_received": draw.choice([0, 0, 0, 4]),
                "status": draw.choice(["open", "open", "closed", "draft", "cancelled"]),
            }
        )
    arrivals, receipts, concessions = [], [], []
    for number in range(35):
        line = draw.choice(orders)
        arrived = min(line["due_date"] + dt.timedelta(days=draw.randint(-6, 6)), day(3))
        inspection = draw.choice(["accepted", "accepted", "rejected", "pending"])
        qty = draw.choice([line["qty"], draw.randint(1, 30)])
        inspected = draw.choice([None, arrived + dt.timedelta(days=draw.randint(0, 2))])
        arrivals.append(
            {
                "arrival_no": f"AR-{number}",
                "purchase_order_no": line["purchase_order_no"],
                "line_no": 1,
                "item_no": line["item_no"],
                "qty": qty,
                "arrival_date": arrived,
                "inspection": inspection,
                "inspected_date": inspected,
                "defect_qty": draw.choice([0, 0, min(3, qty)]),
            }
        )
        if inspection == "accepted":
            receipts.append(
                {
                    "receipt_no": f"GR-{number}",
                    "arrival_no": f"AR-{number}",
                    "item_no": line["item_no"],
                    "qty": qty,
                    "receipt_date": arrived,
                }
            )
        if inspection == "rejected":
            concessions.append(
                {
                    "concession_no": f"CN-{number}",
                    "arrival_no": f"AR-{number}",
                    "item_no": line["item_no"],
                    "qty": 1,
                    "requested_date": arrived,
                    "requested_by": "production",
                    "reason": "rush",
                    "status": draw.choice(["requested", "approved", "rejected"]),
                }
            )
    return {
        "purchase_order": orders,
        "material_arrival": arrivals,
        "goods_receipt": receipts,
        "concession": concessions,
    }


def _production(draw: random.Random, sales: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    orders, dispatches, handovers, exceptions = [], [], [], []
    for number in range(8):
        line = draw.choice(sales)
        order: dict[str, Any] = {
            "work_order_no": f"W-{number}",
            "item_no": draw.choice([line["item_no"], draw.choice(MADE)]),
            "qty": 100,
            "status": draw.choice(["released", "started", "finished"]),
        }
        if draw.random() < 0.7:
            order |= {"sales_order_no": line["sales_order_no"], "sales_order_line_no": line["line_no"]}
        orders.append(order)
    planned = set()
    for _ in range(30):
        step_no = draw.choice([10, 20])
        station_no = draw.choice(["SAW", "SAW2"]) if step_no == 10 else "GLUE"
        key = (draw.choice(orders)["work_order_no"], step_no, station_no, day(-draw.randint(0, 6)))
        if key not in planned:
            planned.add(key)
            dispatches.append(
                {
                    "work_order_no": key[0],
                    "step_no": step_no,
                    "station_no": station_no,
                    "work_date": key[3],
                    "planned_qty": draw.choice([0, 10, 20, 30]),
                    "planned_hours": draw.choice([None, 2, 3]),
                }
            )
    for number in range(40):
        step_no = draw.choice([10, 20])
        handovers.append(
            {
                "handover_no": f"H-{number}",
                "work_order_no": draw.choice(orders)["work_order_no"],
                "from_step_no": step_no,
                "to_step_no": 20 if step_no == 10 else None,
                "good_qty": draw.randint(0, 25),
                "scrap_qty": draw.choice([0, 0, 2, 5]),
                "handover_time": dt.datetime.combine(day(1 - draw.randint(0, 8)), dt.time(draw.randint(8, 23))),
            }
        )
    for number in range(12):
        planned_qty = draw.choice([None, 20])
        exceptions.append(
            {
                "exception_no": f"EX-{number:02d}",
                "report_date": day(-draw.randint(0, 6)),
                "work_order_no": draw.choice([None, draw.choice(orders)["work_order_no"]]),
                "step_no": draw.choice([None, 10, 20]),
                "station_no": draw.choice([None, "SAW", "GLUE"]),
                "planned_qty": planned_qty,
                "actual_qty": None if planned_qty is None else draw.choice([12, 17, 20]),
                "category": draw.choice(CATEGORIES),
                "reason": draw.choice(["belt broke", " "]),
            }
        )
    return {"work_order": orders, "dispatch": dispatches, "handover": handovers, "exception_report": exceptions}


def _stock(draw: random.Random) -> dict[str, list[dict[str, Any]]]:
    balances = [
        {
            "as_of_date": day(-draw.choice([0, 30, 120])),
            "item_no": item_no,
            "location": "MAIN",
            "lot_no": "",
            "on_hand_qty": draw.randint(0, 200),
        }
        for item_no in (*MADE, *BOUGHT)
        if draw.random() < 0.8
    ]
    issues = [
        {
            "issue_no": f"GI-{number}",
            "line_no": 1,
            "item_no": draw.choice(BOUGHT),
            "qty": draw.randint(1, 5),
            "issue_date": day(-draw.choice([1, 40, 89, 90, 91, 200])),
        }
        for number in range(3)
    ]
    return {"stock_balance": balances, "goods_issue": issues}


def _plans(draw: random.Random, tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    runs = [
        {
            "run_no": run_no,
            "created_at": dt.datetime.combine(AS_OF, dt.time(hour)),
            "as_of_date": day(-1) if run_no == "P-1" else AS_OF,
            "scenario": "rush" if run_no == "P-3" else None,
            "horizon_end": HORIZON_END,
            "status": "heuristic",
            "verified": True,
            "data_version": "1",
            "settings": json.dumps({"frozen_days": 3}),
        }
        for run_no, hour in (("P-1", 6), ("P-2", 7), ("P-3", 8))
    ]
    orders, schedule, kits, allocations = [], [], [], []
    firm = [order["work_order_no"] for order in tables["work_order"] if order["status"] != "finished"]
    for run in runs:
        for number, ref in enumerate([*firm, "PM-00001", "PM-00002"]):
            start = draw.randint(0, 18)
            item_no = next((o["item_no"] for o in tables["work_order"] if o["work_order_no"] == ref), MADE[number % 2])
            orders.append(
                {
                    "run_no": run["run_no"],
                    "order_ref": ref,
                    "kind": "planned_make" if ref.startswith("PM") else "firm_make",
                    "item_no": item_no,
                    "qty": 50,
                    "start_date": day(start),
                    "finish_date": day(start + 2),
                }
            )
            kits.append(_kit(draw, run["run_no"], ref))
            schedule += [
                {
                    "run_no": run["run_no"],
                    "order_ref": ref,
                    "step_no": 10,
                    "station_no": draw.choice(["SAW", "SAW2"]),
                    "unit_no": 1,
                    "work_date": day(start + offset),
                    "item_no": item_no,
                    "qty": draw.choice([5, 10, 20]),
                    "hours": draw.choice([1.5, 4, 9]),
                    "start_time": dt.datetime.combine(day(start + offset), dt.time(8)),
                    "finish_time": dt.datetime.combine(day(start + offset), dt.time(12)),
                }
                for offset in (0, 1)
            ]
        lines = [f"{order['sales_order_no']}/{order['line_no']}" for order in tables["sales_order"]]
        kits += [_kit(draw, run["run_no"], line) for line in lines]
        allocations += [
            {
                "run_no": run["run_no"],
                "allocation_no": number,
                "item_no": draw.choice([*MADE, *BOUGHT]),
                "demand_kind": draw.choice(["sales_order", "make", "make", "safety_stock"]),
                "demand_ref": "X",
                "need_date": day(draw.randint(-3, 40)),
                "supply_kind": "stock",
                "qty": draw.randint(1, 30),
                "available_date": day(1),
            }
            for number in range(20)
        ]
        allocations += _kit_material(run["run_no"], orders, tables["purchase_order"])
    return {
        "plan_run": runs,
        "plan_order": orders,
        "plan_schedule": schedule,
        "plan_kit": kits,
        "plan_allocation": allocations,
    }


def _kit_material(run_no: str, orders: list[dict[str, Any]], purchases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each make order of a run takes: nothing, or two parts from supply of any kind and day."""
    draw = random.Random(f"{run_no} {len(orders)} {len(purchases)}")
    lines = [f"{purchase['purchase_order_no']}/{purchase['line_no']}" for purchase in purchases]
    kinds = ("stock", "inspection", "firm_buy", "firm_buy", "firm_buy", "firm_make", "planned_buy", "planned_make")
    takes = [
        (order["order_ref"], item_no, draw.choice(kinds))
        for order in orders
        if order["run_no"] == run_no and draw.random() < 0.8
        for item_no in BOUGHT[:2]
    ]
    return [
        {
            "run_no": run_no,
            "allocation_no": number,
            "item_no": item_no,
            "demand_kind": "make",
            "demand_ref": ref,
            "need_date": day(1),
            "supply_kind": kind,
            "supply_ref": draw.choice(lines) if kind == "firm_buy" else "X",
            "qty": draw.randint(1, 30),
            "available_date": day(draw.randint(-3, 12)),
        }
        for number, (ref, item_no, kind) in enumerate(takes, start=1000)
    ]


def _kit(draw: random.Random, run_no: str, order_ref: str) -> dict[str, Any]:
    status = draw.choice(["full", "full", "partial", "none"])
    return {"run_no": run_no, "order_ref": order_ref, "status": status, "can_make_qty": 1}
