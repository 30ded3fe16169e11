"""Who gets what supply, how much is made and bought, and when."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from planning.model import PlanInput, Settings
from planning.mrp import plan_materials
from tests.planning.factories import (
    AS_OF,
    bought,
    buy,
    day,
    factory,
    firm_make,
    ledger,
    made,
    order,
    periods,
    plan,
    receipts,
    releases,
    step,
    uses,
    wants,
)

# allocation


def test_two_orders_share_scarce_stock_by_priority() -> None:
    materials = plan(
        item=[bought("X", 3)],
        demand=[order("LOW", "X", 5, 8, priority=4), order("HIGH", "X", 9, 8, priority=1)],
        stock=[{"item_no": "X", "qty": 10.0}],
    )
    assert ledger(materials, "X") == [("HIGH/1", "stock", 8), ("LOW/1", "stock", 2), ("LOW/1", "PB-00001", 6)]


def test_of_equal_priority_the_earlier_date_then_the_number_comes_first() -> None:
    materials = plan(
        item=[bought("X", 3)],
        demand=[order("C", "X", 6, 5), order("B", "X", 5, 5), order("A", "X", 6, 5)],
        stock=[{"item_no": "X", "qty": 12.0}],
    )
    assert [row[0] for row in ledger(materials, "X")] == ["B/1", "A/1", "C/1", "C/1"]


def test_parts_inherit_the_rank_of_the_order_their_lot_serves() -> None:
    materials = plan(
        item=[made("P", 1), made("Q", 1), bought("X", 20)],
        bom_line=[uses("P", "X"), uses("Q", "X")],
        demand=[order("LOW", "P", 4, 8, priority=5), order("HIGH", "Q", 9, 8, priority=2)],
        stock=[{"item_no": "X", "qty": 8.0}],
    )
    lots = materials.make.set_index("item_no")["order_ref"]
    assert ledger(materials, "X") == [(lots["Q"], "stock", 8), (lots["P"], "PB-00001", 8)]


def test_a_lot_is_worth_the_orders_it_serves_at_any_depth() -> None:
    materials = plan(
        item=[made("P", 1), made("Q", 1), made("SUB", 1, lot_policy="fixed", lot_qty=100.0)],
        bom_line=[uses("P", "SUB"), uses("Q", "SUB")],
        demand=[
            order("A", "P", 4, 8, priority=5),
            order("B", "Q", 9, 8, priority=2),
            order("B2", "Q", 9, 1, priority=2),
        ],
    )
    sub = materials.make.set_index("item_no").loc["SUB"]
    assert (sub["qty"], sub["priority"], sub["weight"]) == (100, 2, 1 + 4 + 4)


def test_late_supply_is_taken_only_if_a_new_order_is_no_sooner() -> None:
    tables = {"demand": [order("A", "X", 2, 5)]}
    soon = plan(item=[bought("X", 3)], firm_buy=[buy("PO/1", "X", 6, 5)], **tables)  # a new order comes on day 4
    assert ledger(soon, "X") == [("A/1", "PB-00001", 5)]
    late = plan(item=[bought("X", 5)], firm_buy=[buy("PO/1", "X", 6, 5)], **tables)  # a new order comes on day 6
    assert ledger(late, "X") == [("A/1", "PO/1", 5)]


def test_of_late_supply_the_earliest_is_taken_first() -> None:
    materials = plan(
        item=[bought("X", 20)],
        demand=[order("A", "X", 2, 8)],
        firm_buy=[buy("PO/1", "X", 9, 5), buy("PO/2", "X", 5, 5)],
    )
    assert ledger(materials, "X") == [("A/1", "PO/2", 5), ("A/1", "PO/1", 3)]


def test_stock_is_kept_for_those_who_need_it_early() -> None:
    materials = plan(
        item=[bought("X", 20)],
        demand=[order("FIRST", "X", 9, 5, priority=1), order("SECOND", "X", 1, 5, priority=2)],
        stock=[{"item_no": "X", "qty": 5.0}],
        firm_buy=[buy("PO/1", "X", 8, 5), buy("PO/2", "X", 6, 5)],
    )
    assert ledger(materials, "X") == [("FIRST/1", "PO/1", 5), ("SECOND/1", "stock", 5)]


def test_a_need_that_a_new_order_can_still_serve_leaves_stock_to_one_that_it_cannot() -> None:
    materials = plan(
        item=[bought("X", 3, min_order_qty=20.0)],
        demand=[order("NEAR", "X", 3, 8, priority=5), order("FAR", "X", 4, 8, priority=1)],  # a new order: day 4
        stock=[{"item_no": "X", "qty": 10.0}],
    )
    assert ledger(materials, "X") == [("NEAR/1", "stock", 8), ("FAR/1", "stock", 2), ("FAR/1", "PB-00001", 6)]
    assert receipts(materials, "X") == {4: 20}


def test_of_needs_that_no_new_order_can_serve_in_time_the_first_in_rank_comes_first() -> None:
    materials = plan(
        item=[bought("X", 10)],
        demand=[
            order("LOW", "X", 2, 8, priority=5),
            order("HIGH", "X", 9, 8, priority=2),
            order("FAR", "X", 12, 8, priority=1),
        ],
        stock=[{"item_no": "X", "qty": 10.0}],
    )
    shares = [("HIGH/1", "stock", 8), ("LOW/1", "stock", 2), ("LOW/1", "PB-00001", 6), ("FAR/1", "PB-00002", 8)]
    assert ledger(materials, "X") == shares


def test_where_there_is_enough_for_all_in_time_the_first_in_rank_chooses_first() -> None:
    materials = plan(
        item=[bought("X", 10)],
        demand=[order("NEAR", "X", 6, 5, priority=5), order("FAR", "X", 12, 5, priority=1)],
        stock=[{"item_no": "X", "qty": 5.0}],
        firm_buy=[buy("PO/1", "X", 5, 5)],
    )
    assert ledger(materials, "X") == [("FAR/1", "PO/1", 5), ("NEAR/1", "stock", 5)]


def test_a_far_need_leaves_a_purchase_even_to_those_for_whom_it_is_late() -> None:
    materials = plan(
        item=[bought("X", 8)],
        demand=[order("NEAR", "X", 3, 5, priority=5), order("FAR", "X", 10, 5, priority=1)],
        firm_buy=[buy("PO/1", "X", 5, 5)],
    )
    assert ledger(materials, "X") == [("NEAR/1", "PO/1", 5), ("FAR/1", "PB-00001", 5)]


def test_a_made_item_is_not_there_anew_before_all_its_parts_could_be() -> None:
    tables = {
        "item": [made("A", 1), made("SUB", 2), bought("X", 5)],
        "bom_line": [uses("A", "SUB"), uses("SUB", "X")],
        "stock": [{"item_no": "A", "qty": 8.0}],
    }
    near = order("NEAR", "A", 2, 8, priority=5)
    soon = plan(demand=[near, order("SOON", "A", 8, 8, priority=1)], **tables)
    assert ledger(soon, "A") == [("SOON/1", "stock", 8), ("NEAR/1", "PM-00001", 8)]
    far = plan(demand=[near, order("FAR", "A", 9, 8, priority=1)], **tables)  # day 1 and 5 + 2 + 1 days
    assert ledger(far, "A") == [("NEAR/1", "stock", 8), ("FAR/1", "PM-00001", 8)]


def test_a_part_of_a_lot_that_is_late_already_goes_before_that_of_a_far_one() -> None:
    materials = plan(
        item=[made("P", 1), made("Q", 1), bought("X", 3)],
        bom_line=[uses("P", "X"), uses("Q", "X")],
        demand=[order("LOW", "P", 4, 8, priority=5), order("HIGH", "Q", 9, 8, priority=2)],
        stock=[{"item_no": "X", "qty": 8.0}],
    )
    lots = materials.make.set_index("item_no")["order_ref"]
    assert ledger(materials, "X") == [(lots["P"], "stock", 8), (lots["Q"], "PB-00001", 8)]


def test_a_far_need_does_not_give_way_to_work_that_nobody_waits_for() -> None:
    materials = plan(
        item=[made("A", 1), bought("X", 3)],
        bom_line=[uses("A", "X")],
        demand=[order("FAR", "X", 9, 4, priority=5)],
        stock=[{"item_no": "X", "qty": 4.0}],
        firm_make=[firm_make("WO-1", "A", 4, due_date=day(2), priority=1)],
    )
    assert ledger(materials, "X") == [("FAR/1", "stock", 4), ("WO-1", "PB-00001", 4)]


@pytest.mark.parametrize(
    ("near", "first"),
    [
        (11, ("FAR/1", "PO/1", 10)),  # one piece would be in time, ten would be bought while ten expire
        (25, ("NEAR/1", "PO/1", 10)),  # ten pieces more are in time
    ],
)
def test_stock_is_not_left_to_expire_for_a_few_pieces_in_time(near: float, first: tuple[str, str, float]) -> None:
    materials = plan(
        item=[bought("X", 8)],
        demand=[order("NEAR", "X", 6, near, priority=5), order("FAR", "X", 20, 10, priority=1)],
        stock=[{"item_no": "X", "lot_no": "L", "qty": 10.0, "expiry_date": day(9)}],
        firm_buy=[buy("PO/1", "X", 5, 10)],
    )
    assert ledger(materials, "X")[0] == first


def test_overdue_supply_counts_from_the_next_working_day_and_a_grace() -> None:
    materials = plan(
        Settings(overdue_grace_days=2),
        item=[bought("X", 20)],
        demand=[order("A", "X", 1, 10)],
        firm_buy=[buy("PO/1", "X", -7, 5), buy("PO/2", "X", 0, 5)],  # day 0 is the as-of date
    )
    rows = materials.buy.set_index("order_ref")
    assert rows["overdue"].tolist() == [True, True]
    assert periods(rows["available_date"]) == [3, 3]
    assert periods(rows["need_date"]) == [1, 1]


def test_what_waits_for_inspection_is_usable_after_the_setting() -> None:
    materials = plan(
        Settings(inspection_days=4),
        item=[bought("X", 3)],
        demand=[order("A", "X", 3, 5), order("B", "X", 6, 5)],
        inspection=[{"order_ref": "AR-1", "item_no": "X", "qty": 10.0, "arrival_date": AS_OF}],
    )
    taken = materials.allocation[materials.allocation["supply_kind"] == "inspection"]
    assert periods(taken["available_date"]) == [4, 4]
    assert taken["demand_ref"].tolist() == ["A", "B"]


def test_lots_expire() -> None:
    lots = [("GONE", 0, 50), ("SHORT", 4, 6), ("LONG", 30, 6), ("EVER", None, 6)]
    materials = plan(
        item=[bought("X", 5)],
        demand=[order("A", "X", 2, 4), order("B", "X", 5, 12)],
        stock=[
            {"item_no": "X", "lot_no": lot, "qty": float(qty), "expiry_date": None if last is None else day(last)}
            for lot, last, qty in lots
        ],
    )
    # first to expire first out; what expired by the first plan day is no supply, nor SHORT for a need behind its end
    assert ledger(materials, "X") == [("A/1", "SHORT", 4), ("B/1", "LONG", 6), ("B/1", "EVER", 6)]


def test_a_lot_may_be_used_on_its_last_day() -> None:
    stock = [{"item_no": "X", "lot_no": "L", "qty": 5.0, "expiry_date": day(1)}]
    assert ledger(plan(item=[bought("X", 5)], demand=wants("X", (1, 5)), stock=stock), "X") == [("SO/1", "L", 5)]


def test_what_a_location_owes_is_taken_off_the_same_lot_elsewhere() -> None:
    stock = [{"item_no": "X", "qty": 8.0, "location": "MAIN"}, {"item_no": "X", "qty": -3.0, "location": "LINE"}]
    materials = plan(item=[bought("X", 5)], demand=wants("X", (9, 8)), stock=stock)
    assert ledger(materials, "X") == [("SO/1", "stock", 5), ("SO/1", "PB-00001", 3)]


def test_a_need_in_the_past_is_a_need_of_the_first_plan_day() -> None:
    materials = plan(item=[bought("X", 3)], demand=wants("X", (-20, 5)))
    assert periods(materials.allocation["need_date"]) == [1]
    assert periods(materials.buy["order_date"]) == [1]
    assert periods(materials.buy["available_date"]) == [4]


# work orders


def test_a_work_order_serves_the_line_it_names_first() -> None:
    materials = plan(
        item=[made("A", 1)],
        demand=[order("FIRST", "A", 3, 10, priority=1), order("NAMED", "A", 9, 10, priority=5)],
        firm_make=[firm_make("WO-1", "A", 15, sales_order_no="NAMED", sales_order_line_no=1, due_date=day(2))],
    )
    # the rest is pooled
    assert ledger(materials, "A") == [("NAMED/1", "WO-1", 10), ("FIRST/1", "WO-1", 5), ("FIRST/1", "PM-00001", 5)]


def test_a_work_order_due_after_a_need_is_pulled_in_before_a_new_lot_is_made() -> None:
    materials = plan(
        item=[made("A", 1)], demand=wants("A", (3, 10)), firm_make=[firm_make("WO-1", "A", 10, due_date=day(9))]
    )
    assert ledger(materials, "A") == [("SO/1", "WO-1", 10)]
    assert periods(materials.make["need_date"]) == [3]
    assert periods(materials.make["start_date"]) == [2]


def test_a_work_order_nobody_waits_for_still_draws_its_parts() -> None:
    materials = plan(
        item=[made("A", 1), bought("X", 3)],
        bom_line=[uses("A", "X", 2)],
        demand=[order("SO", "X", 9, 4, priority=5)],
        stock=[{"item_no": "X", "qty": 4.0}],
        firm_make=[firm_make("WO-1", "A", 3, due_date=day(9), priority=1)],
    )
    assert ledger(materials, "X")[0] == ("SO/1", "stock", 4)  # order lines come first
    assert sum(row[2] for row in ledger(materials, "X") if row[0] == "WO-1") == 6
    lot = materials.make.iloc[0]
    assert (lot["kind"], lot["priority"], lot["weight"]) == ("firm_make", 1, 0)


WORK = {
    "item": [made("A"), bought("X", 1), bought("Y", 1)],
    "bom_line": [uses("A", "X", 1), uses("A", "Y", 1, step_no=20)],
    "routing_step": [step("A", 10, 0.8), step("A", 20, 0.5)],
}


def test_progress_lowers_what_a_work_order_still_uses() -> None:
    """100 good pieces need 200 started in step 20 and 250 in step 10; 120 came out of step 10 and 30 out of step 20."""
    materials = plan(
        firm_make=[firm_make("WO-1", "A", 70, ordered_qty=100.0, due_date=day(30))],
        progress=[
            {"order_ref": "WO-1", "step_no": 10, "good_qty": 100.0, "scrap_qty": 20.0},
            {"order_ref": "WO-1", "step_no": 10, "good_qty": 20.0, "scrap_qty": 5.0},
            {"order_ref": "WO-1", "step_no": 20, "good_qty": 30.0, "scrap_qty": 30.0},
        ],
        **WORK,
    )
    needs = materials.allocation.groupby(["item_no", "step_no"])["qty"].sum()
    assert needs["X", 10] == pytest.approx((200 - 120) / 0.8)
    assert needs["Y", 20] == pytest.approx((100 - 30) / 0.5)


def test_a_step_with_nothing_left_needs_nothing() -> None:
    materials = plan(
        firm_make=[firm_make("WO-1", "A", 100, due_date=day(30))],
        progress=[{"order_ref": "WO-1", "step_no": 10, "good_qty": 205.0}],
        **WORK,
    )
    assert materials.allocation["item_no"].tolist() == ["Y"]


def test_a_picking_list_says_what_a_work_order_still_draws() -> None:
    materials = plan(
        firm_make=[firm_make("WO-1", "A", 100, due_date=day(30))],
        progress=[{"order_ref": "WO-1", "step_no": 10, "good_qty": 200.0}],
        picking=[
            {"order_ref": "WO-1", "item_no": "X", "required_qty": 250.0, "issued_qty": 240.0},
            {"order_ref": "WO-1", "item_no": "Y", "required_qty": 200.0, "issued_qty": 0.0},
            {"order_ref": "WO-1", "item_no": "Z", "required_qty": 5.0, "issued_qty": 6.0},
            {"order_ref": "WO-1", "item_no": "Q", "required_qty": 5.0, "issued_qty": 1.0},
        ],
        **(WORK | {"item": [*WORK["item"], bought("Z"), bought("Q")]}),
    )
    rows = materials.allocation.set_index("item_no")
    assert rows["qty"].to_dict() == {"X": 10, "Y": 200, "Q": 4}
    # X belongs to step 10, which is done; Q to no step of the BOM: both go to the first unfinished one
    assert rows["step_no"].to_dict() == {"X": 20, "Y": 20, "Q": 20}


def test_rework_draws_its_own_item_but_not_from_itself() -> None:
    materials = plan(
        item=[made("A", 1)],
        demand=wants("A", (9, 5)),
        stock=[{"item_no": "A", "qty": 2.0, "lot_no": "OLD"}],
        firm_make=[firm_make("WO-1", "A", 5, due_date=day(5))],
        picking=[{"order_ref": "WO-1", "item_no": "A", "required_qty": 5.0, "issued_qty": 0.0}],
    )
    assert ledger(materials, "A") == [("SO/1", "WO-1", 5), ("WO-1", "OLD", 2), ("WO-1", "PM-00001", 3)]


# lots and purchases


def test_a_purchase_for_each_need_day() -> None:
    materials = plan(item=[bought("X", 2)], demand=[*wants("X", (5, 4), (7, 1)), order("B", "X", 5, 6)])
    assert receipts(materials, "X") == {5: 10, 7: 1}
    assert len(materials.buy) == 2


def test_what_is_wanted_before_a_purchase_can_come_is_bought_at_once() -> None:
    materials = plan(item=[bought("X", 9)], demand=wants("X", (2, 4), (5, 6), (11, 3)))
    assert receipts(materials, "X") == {2: 10, 11: 3}
    assert releases(materials, "X") == {1: 10, 2: 3}
    assert periods(materials.buy["available_date"]) == [10, 10]


def test_a_lot_for_each_requirement_whose_rounding_serves_the_next() -> None:
    materials = plan(item=[made("A", 1, order_multiple=10.0)], demand=wants("A", (5, 4), (6, 3), (7, 8)))
    assert receipts(materials, "A") == {5: 10, 7: 10}
    assert ledger(materials, "A") == [
        ("SO/1", "PM-00001", 4),
        ("SO/2", "PM-00001", 3),
        ("SO/3", "PM-00001", 3),
        ("SO/3", "PM-00002", 5),
    ]


@pytest.mark.parametrize(
    ("least", "multiple", "lots"),
    [
        (100, 0, {3: 100, 7: 100}),
        (0, 25, {3: 75, 7: 75}),  # the 5 over are just what the next needs
        (100, 30, {3: 120, 7: 120}),
    ],
)
def test_minimum_and_multiple(least: float, multiple: float, lots: dict[int, float]) -> None:
    item = bought("X", 1, min_order_qty=float(least), order_multiple=float(multiple))
    found = receipts(plan(item=[item], demand=wants("X", (3, 70), (5, 5), (7, 70))), "X")
    assert found == lots


def test_multiples_do_not_stumble_over_decimals() -> None:
    materials = plan(item=[bought("X", 1, order_multiple=0.1)], demand=wants("X", (3, 0.1), (3, 0.2)))
    assert receipts(materials, "X") == {3: pytest.approx(0.3)}


def test_fixed_lots_are_all_of_one_size() -> None:
    materials = plan(item=[made("A", 1, lot_policy="fixed", lot_qty=40.0)], demand=wants("A", (5, 100), (6, 30)))
    assert materials.make["qty"].tolist() == [40, 40, 40, 40]
    assert periods(materials.make["need_date"]) == [5, 5, 5, 6]


def test_a_bought_items_scrap_is_ordered_on_top_before_rounding() -> None:
    item = bought("X", 1, scrap_rate=0.1, order_multiple=50.0)
    materials = plan(item=[item], demand=wants("X", (3, 100), (5, 30)))
    assert materials.buy["qty"].tolist() == [150]  # 110 for the first; of 150 ordered 136.36 can be used
    assert materials.allocation["qty"].tolist() == pytest.approx([100, 30])


def test_safety_stock_comes_last_and_joins_a_lot_of_its_day() -> None:
    materials = plan(
        item=[made("A", 1, safety_stock=20.0)],
        demand=wants("A", (5, 30)),
        stock=[{"item_no": "A", "qty": 25.0}],
    )
    assert ledger(materials, "A") == [
        ("SO/1", "stock", 25),
        ("SO/1", "PM-00001", 5),
        ("safety_stock", "PM-00001", 20),
    ]


def test_work_for_safety_stock_alone_has_no_weight() -> None:
    materials = plan(item=[made("A", 1, safety_stock=20.0)])
    assert materials.make[["qty", "priority", "weight"]].to_numpy().tolist() == [[20, 5, 0]]
    assert periods(materials.make["need_date"]) == [2]


# lead times


def test_lead_times_count_working_days() -> None:
    week = [{"calendar_no": "C", "weekday": weekday, "hours": 8.0} for weekday in range(1, 6)]
    holiday = [{"calendar_no": "C", "work_date": dt.date(2026, 12, 3), "hours": 0.0}]
    target = dt.date(2026, 12, 7)  # a Monday
    line = {"sales_order_no": "SO", "item_no": "X", "qty": 1.0, "due_date": target}
    materials = plan(item=[bought("X", 2)], demand=[line], calendar=week, calendar_day=holiday)
    # the Friday, then the Wednesday, for the Thursday is off
    assert materials.buy["order_date"].tolist() == [pd.Timestamp(2026, 12, 2)]
    sunday = plan(item=[bought("X", 1)], demand=[line | {"due_date": dt.date(2026, 12, 6)}], calendar=week)
    # ordered on the Thursday it comes on the Friday; ordered on the Friday it would come after the Sunday
    assert sunday.buy["order_date"].tolist() == [pd.Timestamp(2026, 12, 3)]


def test_a_missing_lead_time_is_the_default_for_what_is_bought_and_none_for_what_is_made() -> None:
    settings = Settings(default_lead_time_days=7)
    items = [bought("X", None), made("A", None)]  # type: ignore[arg-type]
    materials = plan(settings, item=items, demand=[*wants("X", (20, 1)), order("B", "A", 20, 1)])
    assert releases(materials, "X") == {13: 1}
    assert releases(materials, "A") == {20: 1}


def test_a_routing_takes_hours_setup_and_waiting() -> None:
    """Setup 2 h, 20 pieces in 20 h, wait 48 h, then 5 h: 2.75 + 2 + 0.625 days of 8 h, so 6 days."""
    routing = [
        step("A", 10, setup_hours=2.0, wait_hours=48.0),
        step("A", 20, units_per_hour=4.0, wait_hours=24.0),  # nothing waits after the last step
    ]
    materials = plan(
        item=[made("A", 99), bought("X", 1), bought("Y", 1)],
        routing_step=routing,
        bom_line=[uses("A", "X"), uses("A", "Y", step_no=20)],
        demand=wants("A", (20, 20)),
    )
    assert releases(materials, "A") == {14: 20}
    assert receipts(materials, "X") == {14: 20}
    assert receipts(materials, "Y") == {19: 20}


def test_a_lot_never_starts_before_the_first_plan_day() -> None:
    materials = plan(item=[made("A", 9), bought("X", 1)], bom_line=[uses("A", "X")], demand=wants("A", (3, 1)))
    assert periods(materials.make["start_date"]) == [1]
    assert periods(materials.make["bom_date"]) == [1]
    assert periods(materials.make["need_date"]) == [3]


def test_the_bom_is_that_of_the_day_a_lot_starts() -> None:
    lines = [uses("A", "OLD", effective_to=day(5)), uses("A", "NEW", effective_from=day(6))]
    materials = plan(
        item=[made("A", 2), bought("OLD"), bought("NEW")], bom_line=lines, demand=wants("A", (7, 1), (8, 1))
    )
    assert receipts(materials, "OLD") == {5: 1}
    assert receipts(materials, "NEW") == {6: 1}


# subcontracting


def test_a_subcontracted_item_with_parts_is_made_elsewhere_in_its_lead_time() -> None:
    settings = Settings(default_lead_time_days=4)
    item = made("A", None, source="subcontract")  # type: ignore[arg-type]
    materials = plan(settings, item=[item, bought("X", 1)], bom_line=[uses("A", "X", 2)], demand=wants("A", (9, 10)))
    assert materials.make["kind"].tolist() == ["planned_make"]
    assert releases(materials, "A") == {5: 10}
    assert receipts(materials, "X") == {5: 20}


def test_a_subcontracted_item_without_parts_and_routing_is_bought() -> None:
    materials = plan(item=[made("A", 3, source="subcontract")], demand=wants("A", (9, 10)))
    assert materials.make.empty
    assert releases(materials, "A") == {6: 10}


# the whole


def test_planned_orders_are_numbered_by_level_item_and_day() -> None:
    materials = plan(
        item=[made("B", 1), made("A", 1), made("SUB", 1)],
        bom_line=[uses("A", "SUB"), uses("B", "SUB")],
        demand=[order("1", "B", 5, 1, priority=1), order("2", "A", 9, 1), order("3", "A", 6, 1)],
    )
    numbered = list(
        zip(materials.make["order_ref"], materials.make["item_no"], periods(materials.make["need_date"]), strict=True)
    )
    assert numbered == [
        ("PM-00001", "A", 6),
        ("PM-00002", "A", 9),
        ("PM-00003", "B", 5),
        ("PM-00004", "SUB", 4),
        ("PM-00005", "SUB", 5),
        ("PM-00006", "SUB", 8),
    ]


def test_nothing_to_do_makes_an_empty_plan() -> None:
    for plan_input in (PlanInput(AS_OF), factory(item=[made("A")])):
        materials = plan_materials(plan_input)
        assert [len(materials.make), len(materials.buy), len(materials.allocation)] == [0, 0, 0]


def test_closed_lines_need_nothing() -> None:
    assert plan(item=[made("A")], demand=wants("A", (3, 0))).make.empty
