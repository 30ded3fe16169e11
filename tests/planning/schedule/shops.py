"""Tiny shops to schedule, with the lots and the ledger written by hand.

As of Sunday 2026-11-22: day 1 is Monday the 23rd. Calendar C works Monday to Friday, 8 hours from 08:00.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from planning.model import MATERIAL_COLUMNS, MaterialPlan, PlanInput, Schedule, Settings, frame
from planning.schedule import first_schedule

AS_OF = dt.date(2026, 11, 22)
Rows = list[dict[str, Any]]
Run = tuple[str, str, str]


def day(number: int) -> pd.Timestamp:
    """Day 1 is the first plan day."""
    return pd.Timestamp(AS_OF) + pd.Timedelta(days=number)


def at(number: int, clock: str) -> pd.Timestamp:
    """A time of a day."""
    return day(number) + pd.Timedelta(f"{clock}:00")


def calendar(calendar_no: str, hours: float = 8.0, start: int = 480, weekend: float = 0.0) -> Rows:
    """A week of one calendar."""
    return [
        {
            "calendar_no": calendar_no,
            "weekday": weekday,
            "hours": hours if weekday < 6 else weekend,
            "start_minute": start,
        }
        for weekday in range(1, 8)
    ]


def step(
    item_no: str, step_no: int = 10, station_no: str = "S", units_per_hour: float = 1.0, **more: Any
) -> dict[str, Any]:
    """A step at a piece an hour."""
    usual = {"setup_hours": 0.0, "yield_rate": 1.0, "wait_hours": 0.0, "transfer_qty": 0.0, "alt_rank": 1}
    return (
        {
            "item_no": item_no,
            "step_no": step_no,
            "station_no": station_no,
            "units_per_hour": units_per_hour,
        }
        | usual
        | more
    )


def station(station_no: str = "S", **more: Any) -> dict[str, Any]:
    """A station with one unit on calendar C."""
    usual = {"calendar_no": "C", "parallel_units": 1, "efficiency": 1.0, "overtime_hours": 0.0}
    return {"station_no": station_no} | usual | more


def lot(order_ref: str, item_no: str, qty: float, due: int | None = None, weight: float = 3.0) -> dict[str, Any]:
    """A lot; with `due` it serves an order line of its own that is wanted on that day."""
    return {"order_ref": order_ref, "item_no": item_no, "qty": float(qty), "due": due, "weight": weight}


def takes(lot_ref: str, supply_ref: str, available: int | None = None, step_no: float | None = None) -> dict[str, Any]:
    """A row of the ledger: a lot takes from another lot, or from stock that is there on a day."""
    return {"kind": "make", "demand_ref": lot_ref, "supply_ref": supply_ref, "available": available, "step_no": step_no}


def line_takes(lot_ref: str, supply_ref: str, available: int | None = None) -> dict[str, Any]:
    """A row of the ledger: the order line that `lot_ref` serves takes from something else as well."""
    return takes(f"SO-{lot_ref}", supply_ref, available) | {"kind": "sales_order"}


def factory(routing: Rows, lots: Rows, settings: Settings | None = None, **tables: Any) -> PlanInput:
    """The factory in which `lots` are made, with an order line for each lot that is due."""
    items = {row["item_no"]: {"item_no": row["item_no"], "source": "make"} for row in [*routing, *lots]}
    for row in tables.pop("item", []):
        items[row["item_no"]] = {"source": "make"} | row
    usual = {
        "item": list(items.values()),
        "station": [station(name) for name in sorted({"S"} | {row["station_no"] for row in routing})],
        "calendar": calendar("C"),
        "demand": [
            {
                "sales_order_no": f"SO-{row['order_ref']}",
                "item_no": row["item_no"],
                "qty": row["qty"],
                "target_date": day(row["due"]),
                "priority": int(6 - row["weight"]),
            }
            for row in lots
            if row["due"] is not None
        ],
    }
    if routing:
        usual["routing_step"] = routing
    given = {name: rows for name, rows in (usual | tables).items() if len(rows)}
    return PlanInput.of(AS_OF, settings or Settings(horizon_days=60), **given)


def materials(lots: Rows, ledger: Rows = (), firm: tuple[str, ...] = ()) -> MaterialPlan:  # type: ignore[assignment]
    """The material plan of `lots`: each that is due serves its line, `ledger` says what lots take."""
    kinds = {row["order_ref"]: "firm_make" if row["order_ref"] in firm else "planned_make" for row in lots}
    items = {row["order_ref"]: row["item_no"] for row in lots}
    make = [
        {
            "order_ref": row["order_ref"],
            "kind": kinds[row["order_ref"]],
            "item_no": row["item_no"],
            "qty": row["qty"],
            "start_date": day(1),
            "need_date": day(row["due"] or 30),
            "bom_date": day(1),
            "priority": int(6 - row["weight"]),
            "weight": row["weight"],
        }
        for row in lots
    ]
    served = [
        {
            "item_no": row["item_no"],
            "demand_kind": "sales_order",
            "demand_ref": f"SO-{row['order_ref']}",
            "demand_line_no": 1.0,
            "step_no": None,
            "need_date": day(row["due"]),
            "supply_kind": kinds[row["order_ref"]],
            "supply_ref": row["order_ref"],
            "qty": row["qty"],
            "available_date": None,
        }
        for row in lots
        if row["due"] is not None
    ]
    taken = [
        {
            "item_no": items.get(row["supply_ref"], "MATERIAL"),
            "demand_kind": row["kind"],
            "demand_ref": row["demand_ref"],
            "demand_line_no": None if row["kind"] == "make" else 1.0,
            "step_no": row["step_no"],
            "need_date": day(1),
            "supply_kind": kinds.get(row["supply_ref"], "planned_buy"),
            "supply_ref": row["supply_ref"],
            "qty": 1.0,
            "available_date": None if row["available"] is None else day(row["available"]),
        }
        for row in ledger
    ]
    allocation = [{"allocation_no": number} | row for number, row in enumerate([*served, *taken], start=1)]
    return MaterialPlan(
        frame(MATERIAL_COLUMNS["make"], make),
        frame(MATERIAL_COLUMNS["buy"]),
        frame(MATERIAL_COLUMNS["allocation"], allocation),
    )


def schedule(routing: Rows, lots: Rows, ledger: Rows = (), **tables: Any) -> Schedule:  # type: ignore[assignment]
    """The schedule of `lots`."""
    firm = tuple(row["order_ref"] for row in tables.get("firm_make", ()))
    return first_schedule(factory(routing, lots, **tables), materials(lots, ledger, firm))


def runs(plan: Schedule) -> dict[tuple[str, int], Run]:
    """Of each lot and step the unit and its first and last minute, as ("S/1", "1 08:00", "2 09:30")."""
    found = {}
    for (ref, number), rows in plan.rows.groupby(["order_ref", "step_no"]):
        first = rows.iloc[0]
        unit = f"{first['station_no']}/{first['unit_no']}"
        found[ref, int(number)] = (unit, clock(rows["start_time"].min()), clock(rows["finish_time"].max()))
    return found


def clock(time: pd.Timestamp) -> str:
    """A time as "day hh:mm"."""
    return f"{(time.normalize() - pd.Timestamp(AS_OF)).days} {time:%H:%M}"
