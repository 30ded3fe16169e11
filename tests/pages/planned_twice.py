"""The small factory planned twice: what the second plan does differently is known line by line.

The first plan is that of `planned_factory`. In the second one SO-1 comes 3 days later, SO-2 is not delivered inside the
horizon, SO-3 stands but its lot has another number, and SO-4 is new. The first three working days, 11-25 to 11-27, are
frozen: PM-00001, which was to be cut on 11-25, is cut on 11-30 instead.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from data.plans import read_input, save_plan
from data.store import Store
from planning.model import PlanResult, Settings, Step
from tests.pages.planned_factory import AS_OF, day, fill, insert, plan, result

TRAIL = (
    Step("dispatch", 0.1, 40.0),
    Step("dispatch", 0.5, 25.0),
    Step("bound", 1.0, 25.0, 10.0),
    Step("bound", 1.2, 25.0, 20.0),
    Step("guided", 1.4, 25.0, 20.0, "ValueError: no times"),
    Step("improve", 2.0, 24.0, 20.0),
)


def later_result() -> PlanResult:
    """The second plan."""
    first = result()
    delivery = first.plan_delivery.query("sales_order_no != 'SO-2'").copy()
    delivery.loc[delivery["sales_order_no"] == "SO-1", "delivery_date"] += dt.timedelta(days=3)
    late = first.plan_lateness.copy()
    late["planned_date"] += dt.timedelta(days=3)
    late["days_late"] = 5.0
    beyond = late.assign(sales_order_no="SO-2", target_date=day(9), days_late=52.0, cause="lead_time")
    beyond["planned_date"] = None
    new = {"sales_order_no": "SO-4", "line_no": 1, "delivery_date": day(3), "qty": 5.0}
    ledger = first.plan_allocation.replace({"PM-00002": "PM-00009"})
    wanted = ledger[ledger["demand_ref"] == "SO-3"].assign(demand_ref="SO-4", allocation_no=99, qty=5.0)
    work = first.plan_schedule.replace({"PM-00002": "PM-00009"})
    moved = (work["order_ref"] == "PM-00001") & (work["step_no"] == 10)
    for name in ("work_date", "start_time", "finish_time"):
        work.loc[moved, name] += dt.timedelta(days=5)
    return replace(
        first,
        status="feasible",
        orders=4,
        late=2,
        objective=24.0,
        bound=20.0,
        seconds=3.0,
        plan_delivery=stacked(delivery, [new]),
        plan_lateness=stacked(late, beyond.to_dict("records")),
        plan_allocation=stacked(ledger, wanted.to_dict("records")),
        plan_schedule=work,
        plan_order=first.plan_order.replace({"PM-00002": "PM-00009"}),
        plan_pegging=first.plan_pegging.replace({"PM-00002": "PM-00009"}),
        plan_kit=first.plan_kit.replace({"PM-00002": "PM-00009"}),
        trail=TRAIL,
    )


def stacked(rows: Any, more: Sequence[dict[str, object]]) -> Any:
    """`rows` with `more` under them, their types unchanged."""
    return type(rows)([*rows.to_dict("records"), *more], columns=rows.columns).astype(rows.dtypes)


def fill_twice(store: Store) -> tuple[str, str]:
    """Put the factory and both plans into `store`; returns their numbers, the earlier one first."""
    fill(store)
    with store.write("test", "a new order") as writer:
        insert(
            writer,
            "sales_order",
            {
                "sales_order_no": "SO-4",
                "line_no": 1,
                "customer_no": "C2",
                "item_no": "FG1",
                "qty": 5,
                "unit_price": 10,
                "order_date": AS_OF,
                "due_date": day(21),
            },
        )
    first = plan(store)
    plan_input = read_input(store, AS_OF, Settings(horizon_days=60, frozen_days=3))
    return first, save_plan(store, later_result(), plan_input, "test")


def set_trail(store: Store, run_no: str, steps: Sequence[Step], **figures: object) -> None:
    """Give a kept plan another record of its search, and other figures."""
    with store.write("test", "trail", facts=False) as writer:
        row = writer.execute("SELECT settings FROM plan_run WHERE run_no = ?", [run_no]).fetchone()
        settings = json.loads(row[0]) if row else {}
        settings["trail"] = [asdict(step) for step in steps]
        changes = {"settings": json.dumps(settings), **figures}
        writer.execute(
            f"UPDATE plan_run SET {', '.join(f'{name} = ?' for name in changes)} WHERE run_no = ?",
            [*changes.values(), run_no],
        )
