"""Stock that expires goes to those who use it in time; what keeps for nobody is set aside, and the plan says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning.model import INPUT_COLUMNS, MATERIAL_COLUMNS, RESULT_COLUMNS, PlanInput, Step, frame
from planning.mrp import plan_materials
from planning.plan import lasting_materials, make_plan
from planning.spoilage import can_spoil, dealt_by_use, perishable_parts, set_aside, with_spoilage
from tests.planning.factories import bought, day, factory, made, order, periods, step, uses
from tests.planning.schedule.random_shops import AS_OF, random_shop

FIRST_DAY = day(1)


def lot(lot_no: str, qty: float, last: int | None, item_no: str = "X") -> dict[str, Any]:
    """A lot in stock that may be used until the end of a period; None: for ever."""
    return {
        "item_no": item_no,
        "lot_no": lot_no,
        "location": "MAIN",
        "qty": float(qty),
        "expiry_date": None if last is None else day(last),
    }


def takes(demand_ref: str, lot_no: str, qty: float, used: int | None, **more: Any) -> dict[str, Any]:
    """A row of the ledger: a make order uses stock of X on a period."""
    usual = {"allocation_no": 0, "item_no": "X", "demand_kind": "make", "demand_line_no": None, "step_no": 10}
    usual |= {"need_date": day(1), "supply_kind": "stock", "available_date": day(1)}
    used_date = None if used is None else day(used)
    row = {"demand_ref": demand_ref, "supply_ref": lot_no, "qty": float(qty), "used_date": used_date}
    return usual | row | more


def dealt(
    lots: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> tuple[list[tuple[str, str, float]], dict[str, float]]:
    """Who takes what of which lot after dealing by day of use, and what is lost by lot."""
    stock = factory(item=[bought("X")], stock=lots).stock
    ledger = frame(MATERIAL_COLUMNS["allocation"] | {"used_date": "date?"}, rows)
    new, lost = dealt_by_use(stock, ledger, FIRST_DAY)
    if new is not ledger:
        assert new["allocation_no"].tolist() == list(range(1, len(new) + 1))
    shares = list(zip(new["demand_ref"], new["supply_ref"], new["qty"], strict=True))
    return shares, dict(zip(lost["lot_no"], lost["qty"], strict=True))


def test_what_is_used_in_time_stays_as_it_is() -> None:
    rows = [takes("M1", "SHORT", 5, 4), takes("M2", "EVER", 5, 9)]  # a lot may be used on its last day
    shares, lost = dealt([lot("SHORT", 5, 4), lot("EVER", 5, None)], rows)
    assert shares == [("M1", "SHORT", 5), ("M2", "EVER", 5)]
    assert lost == {}


def test_two_uses_change_lots_where_one_comes_too_late_for_its_own() -> None:
    rows = [takes("M1", "SHORT", 5, 9), takes("M2", "EVER", 5, 4)]
    shares, lost = dealt([lot("SHORT", 5, 4), lot("EVER", 5, None)], rows)
    assert shares == [("M1", "EVER", 5), ("M2", "SHORT", 5)]
    assert lost == {}


def test_stock_that_nobody_took_steps_in() -> None:
    shares, lost = dealt([lot("SHORT", 5, 4), lot("EVER", 3, None)], [takes("M1", "SHORT", 3, 9)])
    assert shares == [("M1", "EVER", 3)]
    assert lost == {}


def test_a_use_is_split_over_the_lots_that_keep_the_first_to_expire_first() -> None:
    lots = [lot("SHORT", 8, 4), lot("EVER", 9, None), lot("LONG", 5, 20)]
    shares, lost = dealt(lots, [takes("M1", "SHORT", 8, 9), takes("M2", "LONG", 4, 2)])
    assert shares == [("M1", "LONG", 5), ("M1", "EVER", 3), ("M2", "SHORT", 4)]
    assert lost == {}


def test_what_no_use_comes_to_in_time_is_lost() -> None:
    """M2 and M3 want ten together after SHORT is gone; EVER has four of them, and M1 uses three of SHORT in time."""
    lots = [lot("SHORT", 12, 4), lot("EVER", 4, None)]
    rows = [takes("M1", "SHORT", 3, 4), takes("M2", "SHORT", 7, 5), takes("M3", "EVER", 3, 6)]
    _, lost = dealt(lots, rows)
    assert lost == {"SHORT": 9}


def test_an_order_line_keeps_its_stock_until_its_need_and_safety_stock_takes_any() -> None:
    lots = [lot("SHORT", 5, 4), lot("LONG", 5, 9), lot("EVER", 5, None)]
    rows = [
        takes("SO", "LONG", 5, 1, demand_kind="sales_order", demand_line_no=1, need_date=day(9)),
        takes("", "EVER", 5, None, demand_kind="safety_stock", need_date=day(20)),
        takes("M1", "SHORT", 5, 9),
    ]
    shares, lost = dealt(lots, rows)
    assert shares == [("SO", "LONG", 5), ("", "SHORT", 5), ("M1", "EVER", 5)]
    assert lost == {}


def test_a_lot_that_is_not_made_inside_the_horizon_spoils_nothing() -> None:
    shares, _ = dealt([lot("SHORT", 5, 4)], [takes("M1", "SHORT", 5, None)])
    assert shares == [("M1", "SHORT", 5)]


def test_supply_that_bears_the_number_of_a_lot_is_not_stock() -> None:
    shares, lost = dealt([lot("L", 5, 4)], [takes("M1", "L", 5, 9, supply_kind="firm_buy")])
    assert shares == [("M1", "L", 5)]
    assert lost == {}


def test_the_deal_leaves_no_use_without_stock_that_another_deal_would_serve() -> None:
    """Against Hall's condition: after each day, uses may not exceed what keeps longer."""
    lots = [lot(f"L{k}", 3, k) for k in range(1, 8)]
    for shift in range(7):
        rows = [takes(f"M{k}", f"L{(k + shift) % 7 + 1}", 3, k) for k in range(1, 8)]
        shares, lost = dealt(lots, rows)
        assert lost == {}
        assert all(int(maker[1:]) <= int(lot_no[1:]) for maker, lot_no, _ in shares)


def test_only_parts_that_expire_inside_the_horizon_are_perishable() -> None:
    plan_input = factory(
        item=[made("A"), bought("X")],
        bom_line=[uses("A", "X")],
        stock=[
            lot("GONE", 5, 0),
            lot("SHORT", 5, 4),
            lot("LATER", 5, 400),
            lot("EVER", 5, None),
            lot("GOOD", 5, 4, item_no="A"),
        ],
    )
    assert perishable_parts(plan_input)["lot_no"].tolist() == ["SHORT"]


def test_only_what_make_orders_are_given_can_spoil() -> None:
    tables = {"item": [made("A"), bought("X", 3)], "bom_line": [uses("A", "X")], "stock": [lot("SHORT", 5, 4)]}
    for item_no, spoils in (("A", True), ("X", False)):
        plan_input = factory(demand=[order("SO", item_no, 3, 5)], **tables)
        assert can_spoil(plan_input, plan_materials(plan_input).allocation) == spoils


def test_at_last_everything_that_expires_is_set_aside() -> None:
    lots = [lot("SHORT", 8, 4), lot("OTHER", 8, 5), lot("EVER", 8, None)]
    plan_input = factory(item=[made("A"), bought("X")], bom_line=[uses("A", "X")], stock=lots)
    lost = frame(INPUT_COLUMNS["stock"], [lot("SHORT", 3, 4)])[["item_no", "lot_no", "expiry_date", "qty"]]
    left = [set_aside(plan_input, lost, attempt).stock.groupby("lot_no")["qty"].sum() for attempt in (1, 3, 4)]
    assert [(rows["SHORT"], rows["OTHER"], rows["EVER"]) for rows in left] == [(5, 8, 8), (0, 8, 8), (0, 0, 8)]


def test_what_is_set_aside_is_told_lot_by_lot() -> None:
    plan_input = factory(item=[bought("X")], stock=[lot("L", 8, 4) | {"location": "LINE"}, lot("L", 4, 4)])
    lost = pd.DataFrame({"item_no": ["X"], "lot_no": ["L"], "expiry_date": [day(4)], "qty": [9.0]})
    usable = set_aside(plan_input, lost)
    assert usable.stock["qty"].sum() == 3
    messages = frame(RESULT_COLUMNS["plan_message"])
    rows = with_spoilage(messages, plan_input.stock, usable.stock)
    row = rows.iloc[0]
    assert len(rows) == 1
    assert (row["order_ref"], row["action"], row["from_qty"], row["to_qty"]) == ("X/L", "decrease", 12, 3)
    assert periods(rows["from_date"]) == [4]
    assert row["reason"] == "9 expire on 2026-11-28 before the plan comes to use them"
    assert with_spoilage(messages, plan_input.stock, plan_input.stock) is messages


# whole plans


def busy_factory(**more: Any) -> PlanInput:
    """The station makes FIRST's forty pieces in five days; SECOND's B, wanted on the second day, takes X from stock."""
    return factory(
        item=[made("A"), made("B"), bought("X", 2)],
        bom_line=[uses("B", "X")],
        routing_step=[step("A", 10), step("B", 10)],
        demand=[order("FIRST", "A", 3, 40, priority=1), order("SECOND", "B", 2, 8, priority=5)],
        **more,
    )


def test_a_part_that_expires_while_its_lot_waits_for_the_station_is_bought_anew() -> None:
    plan = make_plan(busy_factory(stock=[lot("L", 10, 3)]))
    assert plan.verified
    part = plan.plan_allocation[plan.plan_allocation["item_no"] == "X"]
    assert part["supply_kind"].tolist() == ["planned_buy"]
    assert periods(part["used_date"]) == [6]
    told = plan.plan_message.set_index(["order_ref", "action"]).loc[("X/L", "decrease")]
    assert (told["from_qty"], told["to_qty"]) == (10, 0)


def test_a_part_that_keeps_longer_takes_the_place_of_one_that_expires() -> None:
    plan = make_plan(busy_factory(stock=[lot("L", 10, 3), lot("M", 10, 9)]))
    part = plan.plan_allocation[plan.plan_allocation["item_no"] == "X"]
    assert list(zip(part["supply_kind"], part["supply_ref"], strict=True)) == [("stock", "M")]
    assert "decrease" not in set(plan.plan_message["action"])


def test_the_steps_of_every_search_are_told_in_order_of_time() -> None:
    heard: list[Step] = []
    make_plan(busy_factory(stock=[lot("L", 10, 3)]), heard.append)
    assert heard[0].rung == "dispatch"
    assert [step.seconds for step in heard] == sorted(step.seconds for step in heard)


def test_where_nothing_can_spoil_no_schedule_is_looked_at() -> None:
    assert lasting_materials(busy_factory(stock=[lot("L", 10, None)])).probes == 0
    assert lasting_materials(busy_factory(stock=[lot("L", 10, 3)])).probes == 1


def perishable_shop(seed: int) -> PlanInput:
    """A random factory whose stations are slow and whose parts expire within weeks."""
    draw = np.random.default_rng(seed)
    shop = random_shop(seed, time_limit_seconds=0.3, horizon_days=60)
    parts = sorted(set(shop.bom_line["component_item_no"]))
    lots = [
        lot(f"L{number}", float(draw.integers(5, 200)), None, part)
        | {"expiry_date": pd.Timestamp(AS_OF) + pd.Timedelta(days=int(draw.integers(1, 25)))}
        for part in parts
        for number in range(int(draw.integers(0, 4)))
    ]
    kept = shop.stock[draw.random(len(shop.stock)) < 0.5]
    stock = pd.concat([kept, frame(INPUT_COLUMNS["stock"], lots)], ignore_index=True)
    slow = shop.routing_step.assign(units_per_hour=shop.routing_step["units_per_hour"] / 4)
    return replace(shop, stock=stock, routing_step=slow)


@pytest.mark.parametrize("seed", [*range(8), 147, 149, 162, 194])  # the last: set aside again and again
def test_a_random_factory_with_stock_that_expires_gets_a_sound_plan(seed: int) -> None:
    assert make_plan(perishable_shop(seed)).verified
