"""Why lines are late: each cause on a plan made by hand, with its facts and its remedy.

As of Friday 2026-11-20; the first plan day is Monday 11-23; one shift of 8 h from 08:00; the horizon ends on 12-20.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from planning.explain import lateness
from planning.model import (
    DEFAULTS,
    MATERIAL_COLUMNS,
    RESULT_COLUMNS,
    MaterialPlan,
    PlanInput,
    Schedule,
    Settings,
    frame,
)
from tests.planning.plans import AS_OF, allocations, at, day, factory, sound_plan

Told = dict[str, Any]


def shop(**tables: Any) -> PlanInput:
    """A is made of P at station S, 10 an hour; B of A at T, 10 an hour; S may work 2 h of overtime at 30."""
    given: dict[str, Any] = {
        "item": [
            {"item_no": "A", "source": "make"},
            {"item_no": "B", "source": "make"},
            {"item_no": "P", "source": "buy", "lead_time_days": 4},
        ],
        "bom_line": [
            {"parent_item_no": "A", "component_item_no": "P", "qty_per": 1},
            {"parent_item_no": "B", "component_item_no": "A", "qty_per": 1},
        ],
        "routing_step": [
            {"item_no": "A", "step_no": 10, "station_no": "S", "units_per_hour": 10},
            {"item_no": "B", "step_no": 10, "station_no": "T", "units_per_hour": 10},
        ],
        "station": [
            {"station_no": "S", "calendar_no": "DAY", "overtime_hours": 2, "overtime_cost": 30},
            {"station_no": "T", "calendar_no": "DAY"},
        ],
        "calendar": [{"calendar_no": "DAY", "weekday": n, "hours": 8.0 if n <= 5 else 0.0} for n in range(1, 8)],
    }
    rows = {name: [DEFAULTS.get(name, {}) | row for row in records] for name, records in (given | tables).items()}
    return PlanInput.of(AS_OF, Settings(horizon_days=30), **rows)


def line(item_no: str, qty: float, target: int, order: str = "SO-1") -> dict[str, Any]:
    return {"sales_order_no": order, "line_no": 1, "item_no": item_no, "qty": qty, "target_date": day(target)}


def work(
    ref: str, item_no: str, on: int, start: str, finish: str, qty: float = 80, station: str = "S"
) -> dict[str, Any]:
    hours = (at(on, finish) - at(on, start)) / pd.Timedelta(hours=1)
    row = {"order_ref": ref, "step_no": 10, "station_no": station, "unit_no": 1, "work_date": day(on), "qty": qty}
    row |= {"item_no": item_no, "hours": hours, "overtime_hours": 0.0}
    return row | {"start_time": at(on, start), "finish_time": at(on, finish)}


def use(item_no: str, demand: str, supply_kind: str, supply: str, qty: float, available: int) -> dict[str, Any]:
    """An allocation to an order line (SO-...) or to step 10 of a lot."""
    sold = demand.startswith("SO-")
    row = {"allocation_no": 0, "item_no": item_no, "demand_kind": "sales_order" if sold else "make", "qty": qty}
    row |= {"demand_ref": demand, "demand_line_no": 1 if sold else None, "step_no": None if sold else 10}
    row |= {"need_date": day(23), "used_date": None, "supply_kind": supply_kind, "supply_ref": supply}
    return row | {"available_date": day(available)}


def buy(ref: str, kind: str, available: int, overdue: bool = False) -> dict[str, Any]:
    row = {"order_ref": ref, "kind": kind, "item_no": "P", "qty": 80, "order_date": None, "need_date": None}
    return row | {"available_date": day(available), "supplier_no": "", "overdue": overdue}


def told(
    plan_input: PlanInput,
    lots: dict[str, str],
    rows: list[dict[str, Any]],
    uses: list[dict[str, Any]],
    buys: list[dict[str, Any]],
    delivered: list[tuple[str, int, float]],
) -> dict[str, Told]:
    """plan_lateness by order, detail and remedy read from their JSON. `lots`: item by reference."""
    make = [
        {"order_ref": ref, "kind": "planned_make", "item_no": item_no, "qty": 80, "priority": 3, "weight": 3.0}
        | {name: day(23) for name in ("start_date", "need_date", "bom_date")}
        for ref, item_no in lots.items()
    ]
    allocation = frame(RESULT_COLUMNS["plan_allocation"], uses)
    materials = MaterialPlan(
        frame(MATERIAL_COLUMNS["make"], make),
        frame(MATERIAL_COLUMNS["buy"], buys),
        frame(MATERIAL_COLUMNS["allocation"], allocation),
    )
    delivery = [
        {"sales_order_no": ref, "line_no": 1, "delivery_date": day(on), "qty": qty} for ref, on, qty in delivered
    ]
    schedule = Schedule(frame(RESULT_COLUMNS["plan_schedule"], rows), lots_of(lots, rows), 0.0, 0.0)
    late = lateness(plan_input, materials, schedule, allocation, frame(RESULT_COLUMNS["plan_delivery"], delivery))
    assert list(late.columns) == list(RESULT_COLUMNS["plan_lateness"])
    return {row["sales_order_no"]: _read(row) for row in late.to_dict("records")}


def lots_of(lots: dict[str, str], rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The lots' spans; NaT for those without rows."""
    found = []
    for ref in lots:
        own = [row for row in rows if row["order_ref"] == ref]
        last = max(own, key=lambda row: row["finish_time"], default=None)
        found.append(
            {
                "order_ref": ref,
                "start_time": min((row["start_time"] for row in own), default=pd.NaT),
                "finish_time": last["finish_time"] if last else pd.NaT,
                "finish_date": last["work_date"] if last else pd.NaT,
            }
        )
    columns = {"order_ref": "text", "start_time": "datetime", "finish_time": "datetime", "finish_date": "date?"}
    return frame(columns, found)


def _read(row: dict[Any, Any]) -> Told:
    detail, remedy = (json.loads(row[name]) if row[name] else {} for name in ("detail", "remedy"))
    return {**row, "detail": detail, "lost": detail.pop("lost", None), "remedy": remedy}


def test_a_plan_without_late_lines_explains_nothing() -> None:
    assert (
        told(
            shop(demand=[line("A", 80, 23)]),
            {"PM-1": "A"},
            [work("PM-1", "A", 23, "08:00", "16:00")],
            [use("A", "SO-1", "planned_make", "PM-1", 80, 23), use("P", "PM-1", "stock", "", 80, 23)],
            [],
            [("SO-1", 23, 80)],
        )
        == {}
    )


def _waiting_for(kind: str, ref: str, available: int, overdue: bool, **tables: Any) -> Told:
    """One lot that starts on the day its part comes, wanted on the 25th."""
    uses = [use("A", "SO-1", "planned_make", "PM-1", 80, available), use("P", "PM-1", kind, ref, 80, available)]
    return told(
        shop(demand=[line("A", 80, 25)], **tables),
        {"PM-1": "A"},
        [work("PM-1", "A", available, "08:00", "16:00")],
        uses,
        [buy(ref, kind, available, overdue)],
        [("SO-1", available, 80)],
    )["SO-1"]


def test_a_supplier_who_confirmed_late_is_named_with_the_day_he_must_come() -> None:
    late = _waiting_for("firm_buy", "PO-1/2", 30, False)
    assert (late["cause"], late["days_late"], late["planned_date"]) == ("material", 5, day(30))
    assert late["detail"] == {
        "kind": "material",
        "item_no": "P",
        "supply_kind": "firm_buy",
        "supply_ref": "PO-1/2",
        "available": "2026-11-30",
        "overdue": False,
        "days": 5,
    }
    assert late["lost"] == {"before": 0, "lead_time": 0, "material": 5, "capacity": 0}
    assert late["remedy"] == {
        "kind": "expedite",
        "item_no": "P",
        "supply_ref": "PO-1/2",
        "by": "2026-11-25",
        "days": 5,
        "cost": None,
        "enough": True,
        "estimate": True,
    }


def test_an_overdue_purchase_is_told_as_such() -> None:
    firm = [{"order_ref": "PO-1/2", "item_no": "P", "qty": 80, "date": day(18)}]
    assert _waiting_for("firm_buy", "PO-1/2", 26, True, firm_buy=firm)["detail"]["overdue"] is True


def test_a_part_that_is_yet_to_be_ordered_is_lead_time() -> None:
    late = _waiting_for("planned_buy", "PB-1", 27, False)
    assert late["cause"] == "lead_time"
    assert late["detail"] == {
        "kind": "lead_time",
        "item_no": "P",
        "supply_ref": "PB-1",
        "earliest": "2026-11-27",
        "lead_days": 4,
        "days": 2,
    }
    assert (late["remedy"]["kind"], late["remedy"]["by"]) == ("expedite", "2026-11-25")


def test_a_purchase_timed_to_its_use_is_not_blamed_for_a_busy_unit() -> None:
    """The part could come on the 23rd; it comes on the 27th only because the lot gets its unit then."""
    late = told(
        shop(demand=[line("A", 80, 24)]),
        {"PM-1": "A", "PM-2": "A"},
        [work("PM-2", "A", on, "08:00", "16:00") for on in (23, 24, 25, 26)]
        + [work("PM-1", "A", 27, "08:00", "16:00")],
        [use("A", "SO-1", "planned_make", "PM-1", 80, 27), use("P", "PM-1", "planned_buy", "PB-1", 80, 27)],
        [buy("PB-1", "planned_buy", 23)],
        [("SO-1", 27, 80)],
    )["SO-1"]
    assert late["cause"] == "capacity"


def test_work_that_takes_longer_than_there_is_time_is_lead_time() -> None:
    """240 pieces are three days of work; promised for the second."""
    late = told(
        shop(demand=[line("A", 240, 24)]),
        {"PM-1": "A"},
        [work("PM-1", "A", on, "08:00", "16:00") for on in (23, 24, 25)],
        [use("A", "SO-1", "planned_make", "PM-1", 240, 25), use("P", "PM-1", "stock", "", 240, 23)],
        [],
        [("SO-1", 25, 240)],
    )["SO-1"]
    assert late["cause"] == "lead_time"
    assert late["detail"] == {"kind": "processing", "item_no": "A", "earliest": "2026-11-25", "days": 1}
    assert late["remedy"] == {"kind": "promise", "date": "2026-11-25", "cost": None, "enough": False, "estimate": True}


def test_a_line_that_was_late_before_planning_began_says_so() -> None:
    late = told(
        shop(demand=[line("P", 5, 18)]),
        {},
        [],
        [use("P", "SO-1", "stock", "", 5, 23)],
        [],
        [("SO-1", 23, 5)],
    )["SO-1"]
    assert (late["cause"], late["days_late"]) == ("lead_time", 5)
    assert late["detail"] == {"kind": "past_due", "first_plan_day": "2026-11-23", "days": 5}


def test_days_gone_before_the_first_plan_day_do_not_hide_what_is_missing_now() -> None:
    late = told(
        shop(demand=[line("P", 5, 13)]),
        {},
        [],
        [use("P", "SO-1", "firm_buy", "PO-1/1", 5, 25)],
        [buy("PO-1/1", "firm_buy", 25)],
        [("SO-1", 25, 5)],
    )["SO-1"]
    assert late["cause"] == "material"
    assert late["lost"] == {"before": 10, "lead_time": 0, "material": 2, "capacity": 0}
    assert late["remedy"]["enough"] is False


def _behind(*others: tuple[str, int], demand: dict[str, Any], **tables: Any) -> Told:
    """A lot that runs the day after the `others` (reference, day) have had the unit, a day each."""
    on = max(number for _, number in others) + 1
    lots = {"PM-1": "A"} | {ref: "A" for ref, _ in others}
    rows = [work(ref, "A", number, "08:00", "16:00") for ref, number in others]
    return told(
        shop(demand=[demand], **tables),
        lots,
        [*rows, work("PM-1", "A", on, "08:00", "16:00")],
        [use("A", "SO-1", "planned_make", "PM-1", 80, on), use("P", "PM-1", "stock", "", 80, 23)],
        [],
        [("SO-1", on, 80)],
    )["SO-1"]


def test_a_busy_unit_is_named_with_the_orders_that_ran_there() -> None:
    late = _behind(("PM-7", 23), ("PM-9", 24), ("PM-7", 25), demand=line("A", 80, 25))
    assert (late["cause"], late["days_late"]) == ("capacity", 1)
    assert late["detail"] == {
        "kind": "capacity",
        "station_no": "S",
        "unit_no": 1,
        "order_ref": "PM-1",
        "step_no": 10,
        "from": "2026-11-23",
        "to": "2026-11-26",
        "hours": 24.0,
        "days": 3,
        "orders": ["PM-7", "PM-9"],
    }


def test_the_remedy_of_a_busy_unit_is_the_hours_to_gain_at_their_price() -> None:
    """A day late: 8 h are to be gained; four evenings of overtime have 2 h each till the lot starts on the 27th."""
    late = _behind(*(("PM-7", on) for on in (23, 24, 25, 26)), demand=line("A", 80, 26))
    assert late["remedy"] == {
        "kind": "overtime",
        "station_no": "S",
        "from": "2026-11-23",
        "to": "2026-11-27",
        "hours": 8.0,
        "cost": 240.0,
        "enough": True,
        "estimate": True,
    }


def test_where_overtime_is_not_enough_another_unit_must_relieve() -> None:
    late = _behind(("PM-7", 23), ("PM-8", 24), demand=line("A", 80, 23))
    assert (late["remedy"]["kind"], late["remedy"]["hours"], late["remedy"]["cost"]) == ("relief", 16.0, None)


def test_frozen_work_in_the_way_is_its_own_cause() -> None:
    frozen = [work("WO-1", "A", on, "08:00", "16:00") for on in (23, 24)]
    late = told(
        shop(demand=[line("A", 80, 23)], frozen=frozen),
        {"PM-1": "A", "WO-1": "A"},
        [*frozen, work("PM-1", "A", 25, "08:00", "16:00")],
        [use("A", "SO-1", "planned_make", "PM-1", 80, 25), use("P", "PM-1", "stock", "", 80, 23)],
        [],
        [("SO-1", 25, 80)],
    )["SO-1"]
    assert (late["cause"], late["detail"]["kind"], late["detail"]["orders"]) == ("frozen", "frozen", ["WO-1"])
    assert late["remedy"]["kind"] == "unfreeze"


def test_the_queue_is_found_in_the_tree_below() -> None:
    """B was made the moment its A was there; A queued."""
    late = told(
        shop(demand=[line("B", 80, 24)]),
        {"PM-1": "B", "PM-2": "A", "PM-7": "A"},
        [
            work("PM-7", "A", 23, "08:00", "16:00"),
            work("PM-2", "A", 24, "08:00", "16:00"),
            work("PM-1", "B", 25, "08:00", "16:00", station="T"),
        ],
        [
            use("B", "SO-1", "planned_make", "PM-1", 80, 25),
            use("A", "PM-1", "planned_make", "PM-2", 80, 24),
            use("P", "PM-2", "stock", "", 80, 23),
        ],
        [],
        [("SO-1", 25, 80)],
    )["SO-1"]
    assert late["cause"] == "capacity"
    assert (late["detail"]["order_ref"], late["detail"]["station_no"]) == ("PM-2", "S")
    assert late["detail"]["orders"] == ["PM-7"]


def test_a_missing_part_of_a_part_is_found_in_the_tree_below() -> None:
    late = told(
        shop(demand=[line("B", 80, 24)]),
        {"PM-1": "B", "PM-2": "A"},
        [work("PM-2", "A", 26, "08:00", "16:00"), work("PM-1", "B", 27, "08:00", "16:00", station="T")],
        [
            use("B", "SO-1", "planned_make", "PM-1", 80, 27),
            use("A", "PM-1", "planned_make", "PM-2", 80, 26),
            use("P", "PM-2", "inspection", "AR-1", 80, 26),
        ],
        [],
        [("SO-1", 27, 80)],
    )["SO-1"]
    assert (late["cause"], late["detail"]["supply_ref"], late["lost"]["material"]) == ("material", "AR-1", 3)


@pytest.mark.parametrize(
    ("part_comes", "runs", "cause"),
    [
        (24, 30, "capacity"),  # a day for the part, three working days for the unit
        (30, 31, "material"),  # a week for the part, a day for the unit
    ],
)
def test_the_cause_is_where_most_days_were_lost(part_comes: int, runs: int, cause: str) -> None:
    busy = [work("PM-7", "A", on, "08:00", "16:00") for on in range(part_comes, runs) if on not in (28, 29)]
    late = told(
        shop(demand=[line("A", 80, 23)]),
        {"PM-1": "A", "PM-7": "A"},
        [*busy, work("PM-1", "A", runs, "08:00", "16:00")],
        [use("A", "SO-1", "planned_make", "PM-1", 80, runs), use("P", "PM-1", "firm_buy", "PO-1", 80, part_comes)],
        [buy("PO-1", "firm_buy", part_comes)],
        [("SO-1", runs, 80)],
    )["SO-1"]
    assert late["cause"] == cause
    assert sum(late["lost"].values()) == late["days_late"]


def test_a_lot_that_does_not_fit_into_the_horizon_blames_the_busiest_station() -> None:
    working = [on for on in range(23, 51) if day(on).day_of_week < 5]
    late = told(
        shop(demand=[line("A", 80, 30)]),
        {"PM-1": "A", "PM-7": "A"},
        [work("PM-7", "A", on, "08:00", "16:00") for on in working],
        [use("A", "SO-1", "planned_make", "PM-1", 80, 51), use("P", "PM-1", "stock", "", 80, 23)],
        [],
        [],
    )["SO-1"]
    assert (late["cause"], late["days_late"], late["planned_date"]) == ("capacity", 21, pd.NaT)
    assert (late["detail"]["station_no"], late["detail"]["to"], late["detail"]["orders"]) == ("S", None, ["PM-7"])
    assert late["remedy"]["enough"] is False


def test_a_part_that_comes_after_the_horizon_must_come_with_time_for_the_work() -> None:
    late = told(
        shop(demand=[line("A", 160, 33)]),
        {"PM-1": "A"},
        [],
        [use("A", "SO-1", "planned_make", "PM-1", 80, 51), use("P", "PM-1", "firm_buy", "PO-1", 80, 60)],
        [buy("PO-1", "firm_buy", 60)],
        [],
    )["SO-1"]
    assert (late["cause"], late["detail"]["available"]) == ("material", "2026-12-30")
    assert (late["remedy"]["by"], late["remedy"]["enough"]) == ("2026-12-03", True)


def test_a_line_due_after_the_horizon_is_explained_without_days_late() -> None:
    late = told(
        shop(demand=[line("P", 5, 60)]),
        {},
        [],
        [use("P", "SO-1", "firm_buy", "PO-1", 5, 59)],
        [buy("PO-1", "firm_buy", 59)],
        [],
    )["SO-1"]
    assert (late["days_late"], late["cause"]) == (0, "material")


def test_a_line_nobody_supplies_says_so() -> None:
    late = told(shop(demand=[line("A", 80, 24)]), {}, [], [], [], [])["SO-1"]
    assert (late["cause"], late["detail"]["kind"]) == ("material", "unsupplied")


def test_the_hand_made_plan_of_the_checker_is_explained() -> None:
    """Overlap, alternatives, overtime, frozen work, a lot without routing, a step of no rows: all are walked."""
    plan = sound_plan()
    make = plan.plan_order[plan.plan_order["kind"].str.endswith("make")]
    make = make.assign(need_date=make["finish_date"], start_date=day(23), priority=3, weight=3.0)
    bought = plan.plan_order[plan.plan_order["kind"].str.endswith("buy")]
    bought = bought.assign(order_date=bought["start_date"], available_date=bought["finish_date"])
    bought = bought.assign(need_date=pd.NaT, overdue=False)
    # ordered at once, the boxes would come a day before they are wanted
    bought["available_date"] = bought["available_date"].where(bought["order_ref"] != "PB-00001", day(25))
    materials = MaterialPlan(
        frame(MATERIAL_COLUMNS["make"], make),
        frame(MATERIAL_COLUMNS["buy"], bought),
        frame(MATERIAL_COLUMNS["allocation"], allocations()),
    )
    spans = plan.plan_schedule.groupby("order_ref").agg(
        start_time=("start_time", "min"), finish_time=("finish_time", "max"), finish_date=("work_date", "max")
    )
    lots = spans.reindex(make["order_ref"]).reset_index()
    rows = Schedule(plan.plan_schedule, lots, 37.0, 2.0)
    late = lateness(factory(), materials, rows, allocations(), plan.plan_delivery).set_index("sales_order_no")
    assert late["days_late"].to_dict() == {"SO-2": 1, "SO-5": 11}
    # 90 tables pass 3 h of cutting, a night of drying, plating and 9.5 h of assembly even if the bars were there
    assert late["cause"].to_dict() == {"SO-2": "material", "SO-5": "lead_time"}
    assert json.loads(late.loc["SO-2", "detail"])["supply_ref"] == "PO-1/1"
    assert json.loads(late.loc["SO-5", "detail"])["earliest"] == "2027-01-18"
