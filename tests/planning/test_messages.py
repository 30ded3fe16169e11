"""What to do about supply: expedite, defer, cancel, decrease, increase, order, release."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from planning.messages import messages, number
from planning.model import RESULT_COLUMNS
from planning.mrp import plan_materials
from tests.planning.factories import bought, buy, day, factory, finished, firm_make, made, order, uses, wants


def told(**tables: Any) -> dict[tuple[str, str], pd.Series]:
    """The messages by order and action."""
    plan_input = factory(**tables)
    materials = plan_materials(plan_input)
    rows = messages(plan_input, materials, finished(materials))
    assert list(rows.columns) == list(RESULT_COLUMNS["plan_message"])
    assert not rows.duplicated(["order_ref", "action"]).any()
    return {(row["order_ref"], row["action"]): row for _, row in rows.iterrows()}


def test_expedite_what_comes_after_its_need() -> None:
    found = told(item=[bought("X", 20)], demand=wants("X", (3, 5), (9, 5)), firm_buy=[buy("PO/1", "X", 8, 10)])
    row = found["PO/1", "expedite"]
    assert (row["from_date"], row["to_date"], row["from_qty"]) == (day(8), day(3), 10)
    assert row["reason"] == "SO/1 needs 5 on 2026-11-27"
    assert len(found) == 1


def test_a_purchase_that_a_lot_does_not_wait_for_is_not_expedited() -> None:
    """The lot starts later than MRP wanted, for want of hours, and by then the part is there."""
    plan_input = factory(
        item=[made("A", 1), bought("X", 20)],
        bom_line=[uses("A", "X")],
        demand=wants("A", (4, 5)),
        firm_buy=[buy("PO/1", "X", 6, 5)],
    )
    materials = plan_materials(plan_input)
    allocation = finished(materials)
    by_lot = allocation["demand_kind"] == "make"
    for use, actions in ((6, ["expedite"]), (8, [])):
        allocation.loc[by_lot, "used_date"] = day(use)
        rows = messages(plan_input, materials, allocation)
        assert rows.loc[rows["order_ref"] == "PO/1", "action"].tolist() == actions


@pytest.mark.parametrize(("need", "actions"), [(8, []), (9, ["defer"])])
def test_defer_what_is_used_much_later(need: int, actions: list[str]) -> None:
    found = told(item=[bought("X", 20)], demand=wants("X", (need, 5)), firm_buy=[buy("PO/1", "X", 5, 5)])
    assert [action for _, action in found] == actions
    if actions:
        row = found["PO/1", "defer"]
        assert (row["from_date"], row["to_date"]) == (day(5), day(9))


def test_what_others_would_order_anew_is_not_deferred() -> None:
    found = told(
        item=[bought("X", 3)],
        demand=[order("HIGH", "X", 60, 5, priority=1), order("LOW", "X", 30, 5)],
        firm_buy=[buy("PO/1", "X", 20, 5)],
    )
    assert found == {}


def test_cancel_what_nobody_needs() -> None:
    found = told(
        item=[bought("X", 20), made("A", 1)],
        firm_buy=[buy("PO/1", "X", 5, 5)],
        firm_make=[firm_make("WO-1", "A", 5, due_date=day(9))],
    )
    assert set(found) == {("PO/1", "cancel"), ("WO-1", "cancel")}
    row = found["WO-1", "cancel"]
    assert (row["from_date"], row["from_qty"], row["to_qty"], row["reason"]) == (day(9), 5, 0, "no order needs it")


@pytest.mark.parametrize(("least", "multiple", "left"), [(0, 0, 12), (30, 0, 30), (0, 25, 25), (60, 0, None)])
def test_decrease_to_what_is_taken_in_lots_that_can_be_had(least: float, multiple: float, left: float | None) -> None:
    item = bought("X", 20, min_order_qty=float(least), order_multiple=float(multiple))
    found = told(item=[item], demand=wants("X", (5, 12)), firm_buy=[buy("PO/1", "X", 5, 50)])
    if left is None:
        assert found == {}
    else:
        assert found["PO/1", "decrease"]["to_qty"] == left
        assert found["PO/1", "decrease"]["reason"] == "12 of 50 are needed"


def test_increase_a_purchase_that_can_still_carry_more_instead_of_a_small_order() -> None:
    tables = {"item": [bought("X", 3)], "firm_buy": [buy("PO/1", "X", 5, 50)]}
    found = told(demand=wants("X", (5, 50), (6, 10)), **tables)
    row = found["PO/1", "increase"]
    assert (row["from_qty"], row["to_qty"], row["from_date"]) == (50, 60, day(5))
    assert row["reason"] == "instead of PB-00001: 10 more by 2026-11-30"
    assert ("PB-00001", "order") not in found  # one piece of advice a piece


@pytest.mark.parametrize(
    ("needs", "lead"),
    [
        (((5, 50), (9, 10)), 3),  # too far behind
        (((5, 50), (6, 51)), 3),  # not small
        (((5, 50), (6, 10)), 9),  # the supplier has less than his lead time left
    ],
)
def test_other_purchases_are_not_increased(needs: tuple[tuple[int, float], ...], lead: int) -> None:
    found = told(item=[bought("X", lead)], demand=wants("X", *needs), firm_buy=[buy("PO/1", "X", 5, 50)])
    assert "increase" not in {action for _, action in found}


def test_order_what_has_to_be_ordered_by_now() -> None:
    found = told(item=[bought("X", 6)], demand=[order("A", "X", 4, 7), order("B", "X", 10, 5), order("C", "X", 11, 3)])
    assert set(found) == {("PB-00001", "order"), ("PB-00002", "order")}
    late, soon = found["PB-00001", "order"], found["PB-00002", "order"]
    assert (late["to_date"], late["to_qty"], late["reason"]) == (day(1), 7, "A/1 needs 7 on 2026-11-28")
    assert soon["to_date"] == day(4)


def test_release_what_starts_soon() -> None:
    found = told(item=[made("A", 2)], demand=wants("A", (6, 7), (7, 5)))
    assert set(found) == {("PM-00001", "release")}
    row = found["PM-00001", "release"]
    assert (row["to_date"], row["to_qty"], row["reason"]) == (day(4), 7, "SO/1 needs 7 on 2026-11-30")


def test_a_lot_is_released_for_the_day_it_starts_where_that_is_known() -> None:
    """Its first step takes no material, which it uses a day later; another lot is pulled to a late start."""
    plan_input = factory(
        item=[made("A", 1), made("B", 1), bought("X")],
        bom_line=[uses("A", "X"), uses("B", "X")],
        demand=[order("SO-A", "A", 4, 5), order("SO-B", "B", 4, 5)],
    )
    materials = plan_materials(plan_input)
    lots = materials.make.set_index("item_no")["order_ref"]
    starts = pd.Series([day(2), day(9)], index=[lots["A"], lots["B"]])
    rows = messages(plan_input, materials, finished(materials), starts)
    released = rows[rows["action"] == "release"].set_index("order_ref")["to_date"]
    assert released.to_dict() == {lots["A"]: day(2)}


def test_the_reason_of_a_part_names_the_order_behind_it() -> None:
    found = told(
        item=[made("A", 1), made("B", 1), bought("X", 6)],
        bom_line=[uses("A", "B"), uses("B", "X", 2)],
        demand=wants("A", (8, 4)),
    )
    assert found["PB-00001", "order"]["reason"] == "PM-00002 for SO/1 needs 8 on 2026-11-30"


def test_safety_stock_is_a_reason() -> None:
    found = told(item=[bought("X", 6, safety_stock=5.0)])
    assert found["PB-00001", "order"]["reason"] == "safety stock needs 5 on 2026-12-01"


@pytest.mark.parametrize(("qty", "text"), [(40.0, "40"), (1234567.0, "1234567"), (0.1 + 0.2, "0.3"), (2.50, "2.5")])
def test_numbers_are_written_as_people_do(qty: float, text: str) -> None:
    assert number(qty) == text
