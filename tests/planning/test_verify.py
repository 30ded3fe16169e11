"""The checker finds every kind of break in a plan, and none in a sound one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning.model import RESULT_COLUMNS, PlanInput, PlanResult, Settings, frame
from planning.verify import __doc__ as HEAD  # noqa: N812
from planning.verify import verify
from planning.verify.fault import FAULTS_PER_CHECK
from tests.planning.plans import AS_OF, at, changed, day, factory, message, sound_plan, twice, without

Break = Callable[[PlanResult], PlanResult]


def codes(plan_input: PlanInput, plan: PlanResult) -> set[str]:
    return {fault.code for fault in verify(plan_input, plan)}


def test_a_sound_plan_has_no_faults() -> None:
    assert verify(factory(), sound_plan()) == []


def test_a_factory_with_nothing_to_do_has_no_faults() -> None:
    empty = {name: frame(columns) for name, columns in RESULT_COLUMNS.items()}
    plan = PlanResult(AS_OF, dt.date(2027, 5, 19), "optimal", 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, **empty)
    assert verify(PlanInput(AS_OF), plan) == []


def _set(table: str, where: dict[str, Any], **values: Any) -> Break:
    return lambda plan: changed(plan, table, where, **values)


def _drop(table: str, **where: Any) -> Break:
    return lambda plan: without(plan, table, where)


def _copy(table: str, where: dict[str, Any], **values: Any) -> Break:
    return lambda plan: twice(plan, table, where, **values)


def _figure(**values: Any) -> Break:
    return lambda plan: replace(plan, **values)


def _say(order_ref: str, action: str, item_no: str, **values: Any) -> Break:
    """A message more."""

    def said(plan: PlanResult) -> PlanResult:
        more = frame(RESULT_COLUMNS[MESSAGE], [message(order_ref, action, item_no, **values)])
        return replace(plan, plan_message=pd.concat([plan.plan_message, more], ignore_index=True))

    return said


def _both(first: Break, second: Break) -> Break:
    return lambda plan: second(first(plan))


TABLES = ORDER, ROWS, LEDGER, DELIVERY, LATE, PEGGING, KIT, MESSAGE = (
    "plan_order",
    "plan_schedule",
    "plan_allocation",
    "plan_delivery",
    "plan_lateness",
    "plan_pegging",
    "plan_kit",
    "plan_message",
)
CUTTING = {"order_ref": "PM-00001", "step_no": 10}
PLATING = {"order_ref": "PM-00001", "step_no": 20}
PACKING = {"order_ref": "PM-00002", "step_no": 20}
LAST_ASSEMBLY = {"order_ref": "PM-00002", "step_no": 10, "work_date": day(26)}
FIRST_ASSEMBLY = {"order_ref": "PM-00002", "step_no": 10, "work_date": day(25)}
STOOL_TUESDAY = {"order_ref": "PM-00004", "work_date": day(24)}
STOOL_WEDNESDAY = {"order_ref": "PM-00004", "work_date": day(25)}
FROZEN = {"order_ref": "WO-1", "step_no": 10}
AFTER_FROZEN = {"order_ref": "WO-1", "step_no": 20}
BARS_OF_SO_2 = {"sales_order_no": "SO-2", "item_no": "BAR", "supply_kind": "stock"}
PURCHASED = {"from_date": day(18), "from_qty": 150.0}  # PO-1/1, overdue: it counts from the 24th
# the bars are wanted on the 23rd, a day before they come
EARLY_NEED: Break = _set(LEDGER, {"supply_ref": "PO-1/1"}, need_date=day(23))

BREAKS: dict[str, tuple[str, Break]] = {
    # references, identity, lots in full
    "an order is listed twice": ("VERIFY-DUPLICATE", _copy(ORDER, {"order_ref": "PB-00001"})),
    "a row has negative hours": ("VERIFY-VALUE", _set(ROWS, CUTTING, hours=-6.0)),
    "a row has no start": ("VERIFY-VALUE", _set(ROWS, CUTTING, start_time=pd.NaT)),
    "the schedule works on an order nobody planned": ("VERIFY-REFERENCE", _set(ROWS, CUTTING, order_ref="PM-99999")),
    "the schedule works on a purchase": ("VERIFY-REFERENCE", _set(ROWS, CUTTING, order_ref="PB-00001")),
    "an order makes an unknown item": ("VERIFY-REFERENCE", _set(ORDER, {"order_ref": "PB-00001"}, item_no="GHOST")),
    "a row names another item than its order": ("VERIFY-ITEM", _set(ROWS, CUTTING, item_no="TABLE")),
    "an open work order is left out": ("VERIFY-FIRM-MISSING", _drop(ORDER, order_ref="WO-2")),
    "an open purchase line is left out": ("VERIFY-FIRM-MISSING", _drop(ORDER, order_ref="PO-1/1")),
    "a firm order is invented": ("VERIFY-FIRM-UNKNOWN", _copy(ORDER, {"order_ref": "WO-2"}, order_ref="WO-9")),
    "a work order's quantity is changed": ("VERIFY-FIRM-CHANGED", _set(ORDER, {"order_ref": "WO-1"}, qty=29.0)),
    "an overdue purchase is counted without its grace": (
        "VERIFY-FIRM-DATE",
        _set(ORDER, {"order_ref": "PO-1/1"}, finish_date=day(23)),
    ),
    "a purchase is under the minimum quantity": ("VERIFY-MOQ", _set(ORDER, {"order_ref": "PB-00001"}, qty=75.0)),
    "a purchase is no multiple of the pack": ("VERIFY-MULTIPLE", _set(ORDER, {"order_ref": "PB-00001"}, qty=110.0)),
    "a lot is not of the fixed size": ("VERIFY-MULTIPLE", _set(ORDER, {"order_ref": "PM-00004"}, qty=30.0)),
    "a purchase comes sooner than its lead time": (
        "VERIFY-LEAD-TIME",
        _set(ORDER, {"order_ref": "PB-00001"}, finish_date=day(25)),
    ),
    "a purchase is ordered before the first plan day": (
        "VERIFY-LEAD-TIME",
        _set(ORDER, {"order_ref": "PB-00001"}, start_date=day(20)),
    ),
    "a lot without routing takes less than its lead time": (
        "VERIFY-LEAD-TIME",
        _set(ORDER, {"order_ref": "WO-2"}, finish_date=day(24)),
    ),
    "a lot beyond the horizon has rows": (
        "VERIFY-UNFINISHED",
        _copy(ROWS, PLATING, order_ref="PM-00003", item_no="BIG", step_no=10),
    ),
    "a step of a lot is left out": ("VERIFY-STEP-MISSING", _drop(ROWS, **PLATING)),
    "a lot has a step its routing lacks": ("VERIFY-STEP-UNKNOWN", _copy(ROWS, PLATING, step_no=30)),
    "a lot makes fewer pieces than it should": ("VERIFY-STEP-QTY", _set(ROWS, PLATING, qty=80.0)),
    "a step of a started order repeats finished pieces": ("VERIFY-STEP-QTY", _set(ROWS, AFTER_FROZEN, qty=40.0)),
    "an order's finish is not its last row's day": (
        "VERIFY-ORDER-DATES",
        _set(ORDER, {"order_ref": "PM-00004"}, finish_date=day(24)),
    ),
    "a frozen row is moved": (
        "VERIFY-FROZEN",
        _set(ROWS, FROZEN, start_time=at(23, "09:00"), finish_time=at(23, "11:30")),
    ),
    "a frozen row's quantity is changed": ("VERIFY-FROZEN", _set(ROWS, FROZEN, qty=19.0)),
    # capacity
    "a row runs at an unknown station": ("VERIFY-STATION", _set(ROWS, PLATING, station_no="PLATE9")),
    "a row runs on a unit the station lacks": ("VERIFY-UNIT", _set(ROWS, LAST_ASSEMBLY, unit_no=3)),
    "a row lies before the first plan day": (
        "VERIFY-HORIZON",
        _set(ROWS, CUTTING, work_date=day(20), start_time=at(20, "08:00"), finish_time=at(20, "14:00")),
    ),
    "a row names another day than it runs on": ("VERIFY-WORK-DATE", _set(ROWS, PLATING, work_date=day(26))),
    "a row runs at night": (
        "VERIFY-CALENDAR",
        _set(ROWS, CUTTING, start_time=at(24, "02:00"), finish_time=at(24, "08:00")),
    ),
    "a row runs on a Sunday": (
        "VERIFY-CALENDAR",
        _set(ROWS, PACKING, work_date=day(29), start_time=at(29, "08:00"), finish_time=at(29, "12:30")),
    ),
    "a row runs past the overtime that is allowed": (
        "VERIFY-CALENDAR",
        _set(ROWS, FIRST_ASSEMBLY, finish_time=at(25, "19:00"), hours=7.0, overtime_hours=3.0),
    ),
    "overtime is not told": ("VERIFY-OVERTIME", _set(ROWS, FIRST_ASSEMBLY, overtime_hours=1.0)),
    "hours are not clock times efficiency": ("VERIFY-CLOCK", _set(ROWS, PLATING, hours=4.0)),
    "two lots are on one unit at once": (
        "VERIFY-CAPACITY",
        _set(ROWS, STOOL_TUESDAY, start_time=at(24, "13:00"), finish_time=at(24, "15:00")),
    ),
    "a lot is split over two units": ("VERIFY-SPLIT", _set(ROWS, LAST_ASSEMBLY, unit_no=2)),
    "a step runs at a station that is none of its alternatives": (
        "VERIFY-ALTERNATIVE",
        _set(ROWS, PLATING, station_no="PACK"),
    ),
    "another lot is put into a running one's night": (
        "VERIFY-INTERRUPTED",
        _set(ROWS, STOOL_TUESDAY, work_date=day(23), start_time=at(23, "08:00"), finish_time=at(23, "10:00")),
    ),
    "a lot takes fewer hours than its pieces need": (
        "VERIFY-HOURS",
        _set(ROWS, PACKING, hours=4.0, finish_time=at(26, "12:30")),
    ),
    "the declared changeover is left out": (
        "VERIFY-HOURS",
        lambda plan: changed(without(plan, ROWS, STOOL_WEDNESDAY), ROWS, STOOL_TUESDAY, qty=20.0),
    ),
    "a day has more pieces than its hours give": ("VERIFY-DAY-QTY", _set(ROWS, FIRST_ASSEMBLY, qty=60.0)),
    # precedence
    "a step starts before the drying is over": (
        "VERIFY-PRECEDENCE",
        _set(ROWS, PLATING, work_date=day(24), start_time=at(24, "14:00"), finish_time=at(24, "16:00")),
    ),
    "a step starts before the frozen one before it is done": (
        "VERIFY-PRECEDENCE",
        _set(ROWS, AFTER_FROZEN, start_time=at(23, "10:00"), finish_time=at(23, "11:30")),
    ),
    "a step takes up a transfer lot that is not made": (
        "VERIFY-TRANSFER",
        _set(ROWS, PACKING, start_time=at(26, "08:15"), finish_time=at(26, "12:45")),
    ),
    # material
    "an allocation takes from an unknown supply": (
        "VERIFY-SUPPLY-UNKNOWN",
        _set(LEDGER, {"supply_ref": "PO-1/1"}, supply_ref="PO-9/9"),
    ),
    "an allocation serves an unknown line": (
        "VERIFY-DEMAND-UNKNOWN",
        _set(LEDGER, {"demand_ref": "SO-1"}, demand_ref="SO-9"),
    ),
    "an allocation serves an unknown lot": (
        "VERIFY-DEMAND-UNKNOWN",
        _set(LEDGER, {"demand_ref": "PM-00004"}, demand_ref="PM-99999"),
    ),
    "an allocation takes one item from another's supply": (
        "VERIFY-ALLOCATION-ITEM",
        _set(LEDGER, {"supply_ref": "AR-1"}, supply_ref="PB-00001", supply_kind="planned_buy"),
    ),
    "an allocation is for a step the lot does not do": (
        "VERIFY-ALLOCATION-STEP",
        _set(LEDGER, {"demand_ref": "PM-00004"}, step_no=30.0),
    ),
    "an allocation's supply is dated wrongly": (
        "VERIFY-AVAILABLE-DATE",
        _set(LEDGER, {"supply_ref": "PO-1/1"}, available_date=day(23)),
    ),
    "an allocation's use is dated wrongly": (
        "VERIFY-USED-DATE",
        _set(LEDGER, {"supply_ref": "PO-1/1"}, used_date=day(25)),
    ),
    "a lot's requirement is not covered": ("VERIFY-REQUIREMENT", _set(LEDGER, {"supply_ref": "PO-1/1"}, qty=140.0)),
    "a picking list's material is not covered": ("VERIFY-REQUIREMENT", _drop(LEDGER, supply_ref="AR-1")),
    "the BOM of another day is used": (
        "VERIFY-REQUIREMENT",
        _set(ORDER, {"order_ref": "PM-00004"}, bom_date=day(-10)),
    ),
    "a lot is given more than it needs": ("VERIFY-OVERALLOCATED", _set(LEDGER, {"demand_ref": "PM-00004"}, qty=25.0)),
    "a supply is handed out twice": ("VERIFY-OVERDRAWN", _set(LEDGER, {"supply_ref": "AR-1"}, qty=12.0)),
    "a purchase's scrap is handed out": ("VERIFY-OVERDRAWN", _set(LEDGER, {"supply_ref": "PB-00001"}, qty=99.0)),
    "more stock is handed out than there is": (
        "VERIFY-STOCK",
        _set(LEDGER, {"supply_ref": "PO-1/1"}, supply_ref="", supply_kind="stock"),
    ),
    "a lot starts before its purchase is there": (
        "VERIFY-MATERIAL",
        _set(ROWS, CUTTING, work_date=day(23), start_time=at(23, "08:00"), finish_time=at(23, "14:00")),
    ),
    "a lot starts before its sub-assembly is made": (
        "VERIFY-SUBASSEMBLY",
        _set(ROWS, FIRST_ASSEMBLY, start_time=at(25, "11:00"), finish_time=at(25, "17:00"), overtime_hours=1.0),
    ),
    "more is used than comes in, whatever the ledger says": (
        "VERIFY-BALANCE",
        _set(ROWS, CUTTING, work_date=day(23), start_time=at(23, "08:00"), finish_time=at(23, "14:00")),
    ),
    # deliveries, lateness, figures
    "a line nobody ordered is delivered": (
        "VERIFY-DELIVERY-LINE",
        _set(DELIVERY, {"sales_order_no": "SO-1"}, sales_order_no="SO-9"),
    ),
    "a line is delivered before the first plan day": (
        "VERIFY-DELIVERY-DATE",
        _set(DELIVERY, {"sales_order_no": "SO-3"}, delivery_date=day(21)),
    ),
    "more is delivered than is open": ("VERIFY-DELIVERY-QTY", _set(DELIVERY, {"sales_order_no": "SO-4"}, qty=11.0)),
    "a line is delivered before its supply is there": (
        "VERIFY-DELIVERY-SUPPLY",
        _set(DELIVERY, {"sales_order_no": "SO-2"}, delivery_date=day(25)),
    ),
    "a line is delivered without supply": ("VERIFY-DELIVERY-SUPPLY", _drop(LEDGER, demand_ref="SO-6")),
    "a late line is not named": ("VERIFY-LATE-UNNAMED", _drop(LATE, sales_order_no="SO-2")),
    "an undelivered line is not named": ("VERIFY-LATE-UNNAMED", _drop(DELIVERY, sales_order_no="SO-6")),
    "a line on time is named late": (
        "VERIFY-LATE-WRONG",
        _copy(LATE, {"sales_order_no": "SO-2"}, sales_order_no="SO-1"),
    ),
    "a late line's days are wrong": ("VERIFY-LATE-DATES", _set(LATE, {"sales_order_no": "SO-2"}, days_late=2.0)),
    "an undelivered line is given a date": (
        "VERIFY-LATE-DATES",
        _set(LATE, {"sales_order_no": "SO-5"}, planned_date=day(50)),
    ),
    "a late line has no cause": ("VERIFY-LATE-CAUSE", _set(LATE, {"sales_order_no": "SO-2"}, cause="")),
    "the objective is not what the rows say": ("VERIFY-FIGURE", _figure(objective=36.0)),
    "the number of late lines is wrong": ("VERIFY-FIGURE", _figure(late=1)),
    "the number of orders is wrong": ("VERIFY-FIGURE", _figure(orders=7)),
    "the days late are wrong": ("VERIFY-FIGURE", _figure(whole_order_days_late=11.0)),
    "the quantity-days late are wrong": ("VERIFY-FIGURE", _figure(quantity_days_late=50.0)),
    "the stock-days are wrong": ("VERIFY-FIGURE", _figure(stock_days=199.0)),
    "the overtime is wrong": ("VERIFY-FIGURE", _figure(overtime_hours=0.0)),
    "the horizon is another": ("VERIFY-FIGURE", _figure(horizon_end=dt.date(2026, 12, 31))),
    "the bound exceeds what the rows say": ("VERIFY-BOUND", _figure(objective=50.0, bound=45.0)),
    # pegging
    "a line is pegged to less than it takes": ("VERIFY-PEGGING", _set(PEGGING, {"supply_ref": "WO-2"}, qty=9.0)),
    "a line is pegged to more than its share of a lot's material": (
        "VERIFY-PEGGING",
        _set(PEGGING, BARS_OF_SO_2, qty=34.0),
    ),
    "a part that a line's lot takes is pegged to nobody": ("VERIFY-PEGGING", _drop(PEGGING, **BARS_OF_SO_2)),
    "a line is pegged to a lot that serves others": (
        "VERIFY-PEGGING",
        _copy(PEGGING, {"supply_ref": "PM-00004"}, sales_order_no="SO-4"),
    ),
    "a line nobody ordered is pegged": (
        "VERIFY-PEGGING",
        _set(PEGGING, {"sales_order_no": "SO-5"}, sales_order_no="SO-9"),
    ),
    "pegging names another kind of supply": (
        "VERIFY-PEGGING",
        _set(PEGGING, {"supply_ref": "AR-1"}, supply_kind="firm_buy"),
    ),
    "the ledger gives a line's supply to another": (
        "VERIFY-PEGGING",
        _set(LEDGER, {"demand_ref": "SO-1"}, demand_ref="SO-3"),
    ),
    "a pegged supply is dated wrongly": (
        "VERIFY-PEGGING-DATE",
        _set(PEGGING, {"supply_ref": "AR-1"}, available_date=day(20)),
    ),
    "a supply is pegged twice": ("VERIFY-DUPLICATE", _copy(PEGGING, {"supply_ref": "AR-1"})),
    # kits
    "a work order has no kit": ("VERIFY-KIT-ORDER", _drop(KIT, order_ref="WO-1")),
    "an order line has no kit": ("VERIFY-KIT-ORDER", _drop(KIT, order_ref="SO-6/1")),
    "an order nobody planned has a kit": ("VERIFY-KIT-ORDER", _copy(KIT, {"order_ref": "WO-1"}, order_ref="WO-9")),
    "a kit that waits is called full": ("VERIFY-KIT-STATUS", _set(KIT, {"order_ref": "PM-00001"}, status="full")),
    "a full kit is called partial": ("VERIFY-KIT-STATUS", _set(KIT, {"order_ref": "WO-1"}, status="partial")),
    "a kit of which some is in hand is called none": (
        "VERIFY-KIT-STATUS",
        _set(KIT, {"order_ref": "PM-00001"}, status="none"),
    ),
    "a kit of which some is issued is called none": (
        "VERIFY-KIT-STATUS",
        _set(KIT, {"order_ref": "WO-2"}, status="none"),
    ),
    "a kit of which nothing is in hand is called partial": (
        "VERIFY-KIT-STATUS",
        _set(KIT, {"order_ref": "PM-00002"}, status="partial"),
    ),
    "a kit has no known status": ("VERIFY-KIT-STATUS", _set(KIT, {"order_ref": "WO-1"}, status="ready")),
    "a line is called ready whose lot is not": ("VERIFY-KIT-STATUS", _set(KIT, {"order_ref": "SO-1/1"}, status="full")),
    "a kit is full before its last part comes": (
        "VERIFY-KIT-DATE",
        _set(KIT, {"order_ref": "PM-00002"}, kit_date=day(25)),
    ),
    "a kit that is full beyond the horizon is given a date": (
        "VERIFY-KIT-DATE",
        _set(KIT, {"order_ref": "PM-00003"}, kit_date=day(50)),
    ),
    "a kit that becomes full has no date": ("VERIFY-KIT-DATE", _set(KIT, {"order_ref": "WO-2"}, kit_date=pd.NaT)),
    "a line's kit is full before its lot's": ("VERIFY-KIT-DATE", _set(KIT, {"order_ref": "SO-1/1"}, kit_date=day(24))),
    "more can be made than there is material for": (
        "VERIFY-KIT-QTY",
        _set(KIT, {"order_ref": "PM-00001"}, can_make_qty=26.0),
    ),
    "less can be made than there is material for": (
        "VERIFY-KIT-QTY",
        _set(KIT, {"order_ref": "PM-00001"}, can_make_qty=24.0),
    ),
    "a part of a piece can be made": ("VERIFY-KIT-QTY", _set(KIT, {"order_ref": "WO-2"}, can_make_qty=1.5)),
    "a line can have more than its lot can make": (
        "VERIFY-KIT-QTY",
        _set(KIT, {"order_ref": "SO-4/1"}, can_make_qty=2.0),
    ),
    "a part that blocks is not named": ("VERIFY-KIT-BLOCKING", _set(KIT, {"order_ref": "PM-00002"}, blocking="BOX")),
    "the parts that block are not named by their dates": (
        "VERIFY-KIT-BLOCKING",
        _set(KIT, {"order_ref": "PM-00002"}, blocking="FRAME,BOX"),
    ),
    "a part in hand is said to block": ("VERIFY-KIT-BLOCKING", _set(KIT, {"order_ref": "SO-3/1"}, blocking="BOX")),
    # messages
    "a message is about an order nobody has": (
        "VERIFY-MESSAGE-ORDER",
        _say("PO-9/9", "cancel", "BAR", from_qty=150.0, to_qty=0.0),
    ),
    "a message is about another item than its order": (
        "VERIFY-MESSAGE-ORDER",
        _set(MESSAGE, {"action": "order"}, item_no="BOX"),
    ),
    "a planned lot is to be expedited": (
        "VERIFY-MESSAGE-ORDER",
        _set(MESSAGE, {"action": "release"}, action="expedite"),
    ),
    "a message asks for what nobody knows": (
        "VERIFY-MESSAGE-ORDER",
        _set(MESSAGE, {"action": "order"}, action="dance"),
    ),
    "another quantity is to be ordered than is planned": (
        "VERIFY-MESSAGE-QTY",
        _set(MESSAGE, {"action": "order"}, to_qty=6.0),
    ),
    "another quantity is to be released than is planned": (
        "VERIFY-MESSAGE-QTY",
        _set(MESSAGE, {"action": "release"}, to_qty=10.0),
    ),
    "an order that is needed is to be cancelled": (
        "VERIFY-MESSAGE-QTY",
        _say("PO-1/1", "cancel", "BAR", **PURCHASED, to_qty=0.0),
    ),
    "an order is to be less than is taken of it": (
        "VERIFY-MESSAGE-QTY",
        _say("PO-1/1", "decrease", "BAR", **PURCHASED, to_qty=100.0),
    ),
    "an increase takes away": (
        "VERIFY-MESSAGE-QTY",
        _say("PO-1/1", "increase", "BAR", from_date=day(24), from_qty=150.0, to_qty=140.0),
    ),
    "a message has another quantity than its order": (
        "VERIFY-MESSAGE-QTY",
        _both(EARLY_NEED, _say("PO-1/1", "expedite", "BAR", **{**PURCHASED, "from_qty": 10.0}, to_date=day(23))),
    ),
    "a purchase is to be ordered on another day than is planned": (
        "VERIFY-MESSAGE-DATE",
        _set(MESSAGE, {"action": "order"}, to_date=day(24)),
    ),
    "a lot is to be released after its material is used": (
        "VERIFY-MESSAGE-DATE",
        _set(MESSAGE, {"action": "release"}, to_date=day(25)),
    ),
    "a lot is to be released before it starts": (
        "VERIFY-MESSAGE-DATE",
        _set(MESSAGE, {"action": "release"}, to_date=day(23)),
    ),
    "an order to be released has no day": ("VERIFY-MESSAGE-DATE", _set(MESSAGE, {"action": "release"}, to_date=pd.NaT)),
    "a purchase in time is to be expedited": (
        "VERIFY-MESSAGE-DATE",
        _say("PO-1/1", "expedite", "BAR", **PURCHASED, to_date=day(23)),
    ),
    "a purchase is to be expedited to a day nobody wants it": (
        "VERIFY-MESSAGE-DATE",
        _both(EARLY_NEED, _say("PO-1/1", "expedite", "BAR", **PURCHASED, to_date=day(20))),
    ),
    "a purchase is named by another date": (
        "VERIFY-MESSAGE-DATE",
        _both(EARLY_NEED, _say("PO-1/1", "expedite", "BAR", from_date=day(19), from_qty=150.0, to_date=day(23))),
    ),
    "a purchase is to be deferred beyond its use": (
        "VERIFY-MESSAGE-DATE",
        _say("PO-1/1", "defer", "BAR", **PURCHASED, to_date=day(30)),
    ),
    "a purchase that has to be ordered now is not named": ("VERIFY-MESSAGE-MISSING", _drop(MESSAGE, action="order")),
    "an order that nobody needs is not named": ("VERIFY-MESSAGE-MISSING", _drop(LEDGER, supply_ref="WO-2")),
    "an order is named twice": ("VERIFY-DUPLICATE", _copy(MESSAGE, {"action": "order"})),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_plan_is_found_out(name: str) -> None:
    code, broken = BREAKS[name]
    assert code in codes(factory(), broken(sound_plan()))


@pytest.mark.parametrize(
    "name",
    [
        "a purchase is no multiple of the pack",
        "hours are not clock times efficiency",
        "a step starts before the frozen one before it is done",
        "a step takes up a transfer lot that is not made",
        "an allocation's use is dated wrongly",
        "a late line's days are wrong",
        "the objective is not what the rows say",
        "a line is pegged to more than its share of a lot's material",
        "a pegged supply is dated wrongly",
        "a kit has no known status",
        "more can be made than there is material for",
        "the parts that block are not named by their dates",
        "another quantity is to be ordered than is planned",
        "a message has another quantity than its order",
        "a lot is to be released before it starts",
        "a purchase that has to be ordered now is not named",
    ],
)
def test_a_fault_stands_alone_where_one_rule_is_broken(name: str) -> None:
    code, broken = BREAKS[name]
    assert codes(factory(), broken(sound_plan())) == {code}


def test_a_fault_names_its_subject_and_its_facts() -> None:
    plan = changed(sound_plan(), LATE, {"sales_order_no": "SO-2"}, days_late=2.0)
    (fault,) = verify(factory(), plan)
    assert (fault.code, fault.subject) == ("VERIFY-LATE-DATES", "SO-2/1")
    assert fault.detail["days_late"] == 1
    assert "SO-2/1 is 1" in fault.message


def test_a_plan_that_is_wrong_everywhere_is_told_so_briefly() -> None:
    plan = sound_plan()
    row = plan.plan_schedule[plan.plan_schedule["order_ref"] == "PM-00001"].head(1)
    many = [row.assign(order_ref=f"PM-{number}") for number in range(10_000, 10_000 + 3 * FAULTS_PER_CHECK)]
    plan = replace(plan, plan_schedule=pd.concat([plan.plan_schedule, *many], ignore_index=True))
    unknown = [fault for fault in verify(factory(), plan) if fault.code == "VERIFY-REFERENCE"]
    assert len(unknown) == FAULTS_PER_CHECK + 1
    assert unknown[-1].detail == {"count": 2 * FAULTS_PER_CHECK}


# What the input says decides: the same plan, another factory.


SOUND_MESSAGES: dict[str, Break] = {
    "a purchase that comes after its need": _both(
        EARLY_NEED, _say("PO-1/1", "expedite", "BAR", **PURCHASED, to_date=day(23))
    ),
    "a purchase of which half is needed": _both(
        _set(ORDER, {"order_ref": "PO-1/1"}, qty=300.0),
        _say("PO-1/1", "decrease", "BAR", from_date=day(18), from_qty=300.0, to_qty=150.0),
    ),
    "a purchase that could carry another": _say(
        "PO-1/1", "increase", "BAR", from_date=day(24), from_qty=150.0, to_qty=170.0
    ),
    "a lot in stock that expires before its use": _say(
        "BOX", "decrease", "BOX", from_date=day(30), from_qty=30.0, to_qty=10.0
    ),
}


@pytest.mark.parametrize("name", SOUND_MESSAGES)
def test_a_message_that_is_so_is_no_fault(name: str) -> None:
    assert not {code for code in codes(factory(), SOUND_MESSAGES[name](sound_plan())) if "MESSAGE" in code}


def test_a_message_on_stock_says_what_there_is() -> None:
    wrong = _say("BOX", "decrease", "BOX", from_date=day(29), from_qty=30.0, to_qty=10.0)
    assert codes(factory(), wrong(sound_plan())) == {"VERIFY-MESSAGE-QTY"}


def test_every_code_is_told_of_where_the_checker_is_described() -> None:
    """The list at the head of planning.verify is what an operator reads."""
    listed = {f"VERIFY-{name.removeprefix('VERIFY-').lstrip('-')}" for name in re.findall(r"(?:VERIFY)?-[A-Z-]+", HEAD)}
    assert {code for code, _ in BREAKS.values()} <= listed


def test_stock_that_expires_before_its_use_is_no_supply() -> None:
    stock = [
        {"item_no": "BAR", "qty": 60, "expiry_date": day(23)},  # cut on the 24th
        {"item_no": "FRAME", "qty": 20},
        {"item_no": "BOX", "qty": 30, "expiry_date": day(23)},  # packed on its last day
        {"item_no": "PINE", "qty": 20},
    ]
    faults = verify(factory(stock=stock), sound_plan())
    assert [(fault.code, fault.subject) for fault in faults] == [("VERIFY-STOCK", "BAR")]


def test_an_early_use_may_leave_the_lasting_stock_to_a_late_one() -> None:
    bars = [{"item_no": "BAR", "qty": 59, "expiry_date": day(24)}, {"item_no": "BAR", "qty": 1}]
    rest = [{"item_no": "FRAME", "qty": 20}, {"item_no": "BOX", "qty": 30}, {"item_no": "PINE", "qty": 20}]
    assert codes(factory(stock=bars + rest), sound_plan()) == set()


def test_expired_stock_is_gone_from_the_balance_too() -> None:
    stock = [
        {"item_no": "BAR", "qty": 60},
        {"item_no": "FRAME", "qty": 20, "expiry_date": day(21)},
        {"item_no": "BOX", "qty": 30},
        {"item_no": "PINE", "qty": 20},
    ]
    assert codes(factory(stock=stock), sound_plan()) == {"VERIFY-STOCK", "VERIFY-BALANCE"}


def test_without_overtime_no_work_lies_behind_the_shift() -> None:
    assert "VERIFY-CALENDAR" in codes(factory().with_settings(overtime=False), sound_plan())


def test_a_day_off_closes_a_unit() -> None:
    holiday = [{"calendar_no": "DAY", "work_date": dt.date(2026, 11, 26), "hours": 0.0}]
    assert "VERIFY-CALENDAR" in codes(factory(calendar_day=holiday), sound_plan())


def test_scrap_by_division_needs_more() -> None:
    assert codes(factory().with_settings(bom_scrap="divide"), sound_plan()) == {"VERIFY-REQUIREMENT", "VERIFY-BALANCE"}


def test_inspection_takes_its_working_days() -> None:
    faults = codes(factory().with_settings(inspection_days=2), sound_plan())
    assert {"VERIFY-AVAILABLE-DATE", "VERIFY-MATERIAL"} <= faults


def test_the_items_own_scrap_is_started_in_its_first_step() -> None:
    plan_input = factory()
    item = plan_input.item.copy()
    item.loc[item["item_no"] == "FRAME", "scrap_rate"] = 0.1
    assert {"VERIFY-HOURS", "VERIFY-REQUIREMENT"} <= codes(replace(plan_input, item=item), sound_plan())


def test_a_frozen_row_of_a_closed_order_need_not_be_kept() -> None:
    row = factory().frozen.assign(order_ref="WO-0", unit_no=1)
    plan_input = factory()
    assert verify(replace(plan_input, frozen=pd.concat([plan_input.frozen, row])), sound_plan()) == []


def test_a_night_shift_belongs_to_the_day_it_began() -> None:
    """A window from 20:00 to 06:00: work at 02:00 on Tuesday is Monday's, and overtime ends where Tuesday begins."""
    item = [{"item_no": "A", "source": "make"}]
    plan_input = PlanInput.of(
        AS_OF,
        Settings(horizon_days=10),
        item=item,
        routing_step=[{"item_no": "A", "step_no": 10, "station_no": "S", "units_per_hour": 2}],
        station=[{"station_no": "S", "calendar_no": "N", "overtime_hours": 20.0}],
        calendar=[{"calendar_no": "N", "weekday": n, "hours": 10.0, "start_minute": 1200} for n in range(1, 8)],
        demand=[{"sales_order_no": "SO-1", "item_no": "A", "qty": 8, "target_date": day(23)}],
    )
    assert verify(plan_input, _one_lot(start=at(22, "02:00"), work_date=day(21))) == []
    assert codes(plan_input, _one_lot(start=at(22, "02:00"), work_date=day(22))) >= {"VERIFY-WORK-DATE"}
    assert verify(plan_input, _one_lot(start=at(22, "14:00"), work_date=day(21), overtime=4.0)) == []
    assert codes(plan_input, _one_lot(start=at(22, "17:00"), work_date=day(21), overtime=4.0)) >= {"VERIFY-CALENDAR"}


def _one_lot(start: pd.Timestamp, work_date: pd.Timestamp, overtime: float = 0.0) -> PlanResult:
    """Four hours of eight pieces, delivered on their day."""
    row = {
        "order_ref": "PM-00001",
        "step_no": 10,
        "station_no": "S",
        "unit_no": 1,
        "work_date": work_date,
        "item_no": "A",
        "qty": 8.0,
        "hours": 4.0,
        "overtime_hours": overtime,
        "start_time": start,
        "finish_time": start + pd.Timedelta(hours=4),
    }
    order = {"order_ref": "PM-00001", "kind": "planned_make", "item_no": "A", "qty": 8.0, "start_date": work_date}
    order |= {"finish_date": work_date, "supplier_no": "", "bom_date": work_date}
    used = {"allocation_no": 1, "item_no": "A", "demand_kind": "sales_order", "demand_ref": "SO-1", "qty": 8.0}
    used |= {"demand_line_no": 1, "step_no": None, "need_date": day(23), "used_date": work_date}
    used |= {"supply_kind": "planned_make", "supply_ref": "PM-00001", "available_date": work_date}
    delivery = {"sales_order_no": "SO-1", "line_no": 1, "delivery_date": work_date, "qty": 8.0}
    rows = {"plan_order": [order], "plan_schedule": [row], "plan_allocation": [used], "plan_delivery": [delivery]}
    pegged = {"sales_order_no": "SO-1", "line_no": 1, "item_no": "A", "supply_kind": "planned_make", "qty": 8.0}
    rows["plan_pegging"] = [pegged | {"supply_ref": "PM-00001", "available_date": work_date}]
    kit = {"status": "full", "kit_date": day(21), "can_make_qty": 8.0, "blocking": ""}
    rows["plan_kit"] = [kit | {"order_ref": ref} for ref in ("PM-00001", "SO-1/1")]
    tables = {name: frame(columns, rows.get(name)) for name, columns in RESULT_COLUMNS.items()}
    stock_days = 8.0 * (day(23) - work_date).days
    return PlanResult(
        AS_OF, dt.date(2026, 11, 30), "heuristic", 1, 0, 0.0, 0.0, 0.0, stock_days, overtime, 0.0, **tables
    )


def test_transfer_lots_are_timed_over_the_night_to_the_minute() -> None:
    """60 pieces are out of assembly at 08:30 on Thursday; packing takes up the 31st at its own 1 h 30."""
    early = changed(sound_plan(), ROWS, PACKING, start_time=at(26, "08:20"), finish_time=at(26, "12:50"))
    on_time = changed(sound_plan(), ROWS, PACKING, start_time=at(26, "08:31"), finish_time=at(26, "13:01"))
    assert codes(factory(), early) == {"VERIFY-TRANSFER"}
    assert codes(factory(), on_time) == set()


def test_a_wrong_plan_never_raises() -> None:
    """Whatever is missing or nonsense in a plan's rows is a fault, not an error."""
    rng = np.random.default_rng(7)
    for _ in range(120):
        plan = sound_plan()
        table = str(rng.choice(TABLES))
        rows = getattr(plan, table).copy()
        column = str(rng.choice(list(rows.columns)))
        row = int(rng.integers(len(rows)))
        kind = RESULT_COLUMNS[table][column].rstrip("?")
        nonsense = {"text": "?", "integer": 77, "decimal": 1e9, "date": pd.NaT, "datetime": pd.NaT}[kind]
        rows.loc[row, column] = nonsense
        verify(factory(), replace(plan, **{table: rows}))


@pytest.mark.parametrize("table", TABLES)
def test_a_plan_without_rows_is_wrong_but_readable(table: str) -> None:
    assert verify(factory(), replace(sound_plan(), **{table: frame(RESULT_COLUMNS[table])}))
