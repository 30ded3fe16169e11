"""Shops of a few orders drawn at random, each with the features asked for: small enough to look at all there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from planning.model import INPUT_COLUMNS, MaterialPlan, PlanInput, Settings, frame
from planning.schedule import first_schedule
from tests.planning.schedule.shops import Rows, calendar, day, factory, line_takes, lot, materials, station, step, takes

FEATURES = (
    "chain",
    "parallel",
    "alternatives",
    "waits",
    "transfer",
    "overtime",
    "changeovers",
    "tree",
    "shared",
    "calendars",
    "frozen",
    "release",
    "beyond",
    "parts",
)


def small_shop(
    seed: int, features: tuple[str, ...], lots: int = 5, stations: int = 3, most_steps: int = 2, days: int = 8
) -> tuple[PlanInput, MaterialPlan]:
    """A factory of `lots` orders on at most `stations` stations and over `days` days, with its material plan.

    Without features: one or two steps an order at stations of one unit, all wanted too soon. Each feature adds what
    its name says; "tree" and "shared" turn some of the orders into parts of others, "beyond" leaves the days short
    and lets material come behind them, "parts" lets most orders take a bought part that comes in piece by piece.
    """
    draw = np.random.default_rng(seed)
    names = [f"S{k}" for k in range(max(2, int(draw.integers(2, stations + 1))))]
    orders = [
        lot(f"L{k}", f"I{k}", int(draw.integers(8, 25)), int(draw.integers(1, 3)), float(draw.integers(1, 6)))
        for k in range(lots)
    ]
    ledger: Rows = []
    if "tree" in features or "shared" in features:
        orders, ledger = _with_parts(draw, orders, "shared" in features)
    if "release" in features:
        chosen = draw.choice(len(orders), 2, replace=False).tolist()
        ledger += [takes(orders[k]["order_ref"], f"PO{k}", available=int(draw.integers(2, 4))) for k in chosen]
    if "beyond" in features:
        days = 3
        late = next(row for row in orders if row["due"] is not None)
        ledger.append(line_takes(late["order_ref"], "PO", available=int(draw.integers(3, 9))))
    if "parts" in features:
        takers = [order for order in orders if draw.random() < 0.8]
        ledger += [takes(order["order_ref"], f"PB{k}", int(draw.integers(1, 5))) for k, order in enumerate(takers)]
    steps = max(most_steps, 3) if "chain" in features else most_steps
    routing = [row for order in orders for row in _routing(draw, order["item_no"], names, steps, features)]
    tables: dict[str, Any] = {
        "station": [_station(draw, name, features) for name in names],
        "calendar": [*calendar("C"), *calendar("N", 5.5, 1320, weekend=5.5)],
    }
    if "changeovers" in features:
        tables |= _changeovers(draw, orders, names)
    settings = Settings(horizon_days=days, overtime="overtime" in features)
    firm = tuple(row["order_ref"] for row in orders[:2]) if "frozen" in features else ()
    if firm:
        tables["firm_make"] = [
            {"order_ref": row["order_ref"], "item_no": row["item_no"], "qty": row["qty"]} for row in orders[:2]
        ]
    plan_input, plan = factory(routing, orders, settings, **tables), materials(orders, ledger, firm)
    return (_frozen_first_day(plan_input, plan, firm), plan) if firm else (plan_input, plan)


def _with_parts(draw: np.random.Generator, orders: Rows, shared: bool) -> tuple[Rows, Rows]:
    """The last order is a part of the first; where it is shared, of the second one or of its order line too."""
    part = orders[-1] | {"due": None}
    ledger = [takes(orders[0]["order_ref"], part["order_ref"], step_no=float(draw.choice([10, 20])))]
    if shared:
        part["qty"] = 2.0  # the ledger takes a piece each time
        also = line_takes if draw.random() < 0.4 else takes
        ledger.append(also(orders[1]["order_ref"], part["order_ref"]))
    return [*orders[:-1], part], ledger


def _routing(draw: np.random.Generator, item: str, names: list[str], most: int, features: tuple[str, ...]) -> Rows:
    rows: Rows = []
    for number in range(1, 1 + int(draw.integers(max(most - 1, 1), most + 1))):
        more: dict[str, Any] = {}
        if "waits" in features:
            more["wait_hours"] = float(draw.choice([0.0, 2.5, 17.0]))
        if "transfer" in features:
            more["transfer_qty"] = float(draw.choice([1.0, 2.0, 3.0]))
        if "changeovers" in features:
            more["setup_hours"] = float(draw.choice([0.0, 0.5, 1.25]))
        ways = draw.choice(names, 2, replace=False).tolist()
        rate = float(draw.uniform(1.5, 4.0))
        rows.append(step(item, 10 * number, ways[0], rate, **more))
        if "alternatives" in features:
            rows.append(step(item, 10 * number, ways[1], rate * float(draw.choice([0.6, 1.2])), alt_rank=2, **more))
    return rows


def _station(draw: np.random.Generator, name: str, features: tuple[str, ...]) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if "parallel" in features:
        more["parallel_units"] = 2 if name == "S0" else int(draw.integers(1, 3))
    if "overtime" in features:
        more["overtime_hours"] = 1.5 if name == "S0" else float(draw.choice([0.0, 3.0]))
    if "calendars" in features:
        more["calendar_no"] = "N" if name == "S1" else "C"
        more["efficiency"] = float(draw.choice([0.8, 1.0, 1.2]))
    return station(name, **more)


def _changeovers(draw: np.random.Generator, orders: Rows, names: list[str]) -> dict[str, Rows]:
    families = ("F0", "F1")
    return {
        "item": [{"item_no": row["item_no"], "setup_family": str(draw.choice(["", *families]))} for row in orders],
        "changeover": [
            {"station_no": name, "from_family": before, "to_family": after, "hours": float(draw.uniform(0.1, 1.0))}
            for name in names
            for before in families
            for after in families
            if draw.random() < 0.3
        ],
    }


def _frozen_first_day(plan_input: PlanInput, plan: MaterialPlan, firm: tuple[str, ...]) -> PlanInput:
    """The same factory with what a first plan gives its released orders on day 1 frozen."""
    rows = first_schedule(plan_input, plan).rows
    kept = rows[rows["order_ref"].isin(firm) & (rows["work_date"] == day(1))]
    return replace(plan_input.with_settings(frozen_days=1), frozen=frame(INPUT_COLUMNS["frozen"], kept))
