"""Small factories drawn at random, with everything that makes schedules hard."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from planning.model import INPUT_COLUMNS, PlanInput, Settings, frame
from planning.schedule.problem import Problem
from planning.schedule.sweep import Found, Sweep, Trial

AS_OF = dt.date(2026, 11, 20)  # a Friday
DRAWN_HOURS = (0.0, 4.0, 7.5, 8.0, 12.0, 16.0, 24.0)


def swept(problem: Problem, seconds: float) -> Found:
    """The best plan of some passes of the first rung."""
    return Sweep(Trial(problem)).run(seconds, time.perf_counter() + 30, lambda _: None, lambda: False)


def random_shop(seed: int, **settings: Any) -> PlanInput:
    """A factory with days off, shifts past midnight, round-the-clock stations, overtime, alternatives, families,
    declared changeovers, yields, waits, transfer lots, two levels of BOM, bought parts and work orders under way.
    """
    draw = np.random.default_rng(seed)
    stations = [f"S{k}" for k in range(int(draw.integers(2, 5)))]
    goods, parts, bought = [f"G{k}" for k in range(3)], [f"M{k}" for k in range(3)], [f"B{k}" for k in range(3)]
    calendars = [f"C{k}" for k in range(2)]
    routing = [row for item in [*goods, *parts] for row in _routing(draw, item, stations)]
    return PlanInput.of(
        AS_OF,
        Settings(**{"horizon_days": 40, "time_limit_seconds": 5.0} | settings),
        item=_items(draw, goods, parts, bought),
        bom_line=_bom(draw, goods, parts, bought),
        routing_step=routing,
        station=[_station(draw, name, calendars) for name in stations],
        calendar=[row for name in calendars for row in _calendar(draw, name)],
        calendar_day=[
            {
                "calendar_no": str(draw.choice(calendars)),
                "work_date": AS_OF + dt.timedelta(days=k),
                "hours": float(draw.choice(DRAWN_HOURS)),
            }
            for k in draw.choice(np.arange(1, 30), 4, replace=False).tolist()
        ],
        changeover=[
            {"station_no": name, "from_family": before, "to_family": after, "hours": float(draw.uniform(0, 2))}
            for name in stations
            for before in ("F0", "F1")
            for after in ("F0", "F1")
            if draw.random() < 0.4
        ],
        demand=[_line(draw, k, goods, parts) for k in range(int(draw.integers(3, 15)))],
        stock=[{"item_no": item, "qty": float(draw.integers(0, 60))} for item in [*parts, *bought]],
        firm_buy=[
            {
                "order_ref": f"PO/{k}",
                "item_no": item,
                "qty": float(draw.integers(20, 200)),
                "date": AS_OF + dt.timedelta(days=int(draw.integers(1, 20))),
            }
            for k, item in enumerate(bought)
        ],
        **_work_orders(draw, goods, parts, routing),
    )


def _items(draw: np.random.Generator, goods: list[str], parts: list[str], bought: list[str]) -> list[dict[str, Any]]:
    made = [
        {
            "item_no": item,
            "source": "make",
            "setup_family": str(draw.choice(["", "F0", "F1"])),
            "scrap_rate": float(draw.choice([0.0, 0.03])),
            "lead_time_days": float(draw.integers(0, 4)),
        }
        for item in [*goods, *parts]
    ]
    return made + [
        {"item_no": item, "source": "buy", "setup_family": "", "scrap_rate": 0.0, "lead_time_days": 3.0}
        for item in bought
    ]


def _bom(draw: np.random.Generator, goods: list[str], parts: list[str], bought: list[str]) -> list[dict[str, Any]]:
    lines = []
    for parents, components in ((goods, [*parts, *bought]), (parts, bought)):
        for parent in parents:
            chosen = draw.choice(components, int(draw.integers(1, 3)), replace=False)
            lines += [
                {
                    "parent_item_no": parent,
                    "component_item_no": str(part),
                    "line_no": number,
                    "qty_per": float(draw.integers(1, 3)),
                    "step_no": float(draw.choice([np.nan, 10, 20])),
                }
                for number, part in enumerate(chosen)
            ]
    return lines


def _routing(draw: np.random.Generator, item: str, stations: list[str]) -> list[dict[str, Any]]:
    rows = []
    for number in range(int(draw.integers(0, 4))):
        step = {
            "item_no": item,
            "step_no": 10 * (number + 1),
            "units_per_hour": float(draw.uniform(2, 40)),
            "setup_hours": float(draw.choice([0.0, 0.5, 1.0])),
            "yield_rate": float(draw.choice([1.0, 0.9])),
            "wait_hours": float(draw.choice([0.0, 0.0, 5.0])),
            "transfer_qty": float(draw.choice([0.0, 7.0, 25.0])),
        }
        ways = draw.choice(stations, int(draw.choice([1, 1, 2])), replace=False)
        for rank, station in enumerate(ways, start=1):
            faster = step["units_per_hour"] * (1.0 if rank == 1 else float(draw.choice([0.5, 1.0, 1.5])))
            rows.append(step | {"station_no": str(station), "alt_rank": rank, "units_per_hour": faster})
    return rows


def _station(draw: np.random.Generator, name: str, calendars: list[str]) -> dict[str, Any]:
    return {
        "station_no": name,
        "calendar_no": str(draw.choice(calendars)),
        "parallel_units": int(draw.choice([1, 1, 2])),
        "efficiency": float(draw.choice([0.8, 1.0, 1.2])),
        "overtime_hours": float(draw.choice([0.0, 2.0, 5.5])),
    }


def _calendar(draw: np.random.Generator, name: str) -> list[dict[str, Any]]:
    hours, start = float(draw.choice(DRAWN_HOURS[1:])), int(draw.choice([0, 360, 480, 1320]))
    return [
        {"calendar_no": name, "weekday": weekday, "hours": hours if weekday < 6 else 0.0, "start_minute": start}
        for weekday in range(1, 8)
    ]


def _line(draw: np.random.Generator, number: int, goods: list[str], parts: list[str]) -> dict[str, Any]:
    return {
        "sales_order_no": f"SO-{number:03d}",
        "item_no": str(draw.choice(goods if draw.random() < 0.8 else parts)),
        "qty": float(draw.integers(1, 120)),
        "target_date": AS_OF + dt.timedelta(days=int(draw.integers(-3, 35))),
        "priority": int(draw.integers(1, 6)),
    }


def _work_orders(
    draw: np.random.Generator, goods: list[str], parts: list[str], routing: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """Released work orders, some with pieces handed over."""
    orders: list[dict[str, Any]] = []
    progress: list[dict[str, Any]] = []
    for number in range(4):
        item = str(draw.choice([*goods, *parts]))
        ordered = float(draw.integers(20, 150))
        steps = sorted({row["step_no"] for row in routing if row["item_no"] == item})
        left, handed = ordered, ordered
        for step_no in steps:
            handed = float(np.floor(handed * draw.choice([0.0, 0.5, 1.0])))
            if handed:
                progress.append({"order_ref": f"WO{number}", "step_no": step_no, "good_qty": handed})
            left = ordered - handed
        if left > 0:
            orders.append({"order_ref": f"WO{number}", "item_no": item, "ordered_qty": ordered, "qty": left})
        else:
            progress = [row for row in progress if row["order_ref"] != f"WO{number}"]
    return {"firm_make": orders, "progress": progress} if orders and progress else {}


def with_frozen_days(plan_input: PlanInput, rows: pd.DataFrame, days: int) -> PlanInput:
    """The same factory with the work that `rows` give its work orders in the next `days` days frozen."""
    firm = rows["order_ref"].isin(set(plan_input.firm_make["order_ref"]))
    soon = rows["work_date"] <= pd.Timestamp(AS_OF) + pd.Timedelta(days=days)
    frozen = frame(INPUT_COLUMNS["frozen"], rows[firm & soon])
    return replace(plan_input.with_settings(frozen_days=days), frozen=frozen)
