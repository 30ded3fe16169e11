"""Which lots and lines have their material here, when the rest comes, and what can be made now."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from planning.kits import kits
from planning.model import RESULT_COLUMNS
from planning.mrp import plan_materials
from tests.planning.factories import bought, day, factory, finished, firm_make, made, order, uses, wants

PARTS = {
    "item": [made("A", 1), bought("X", 3), bought("Y", 5)],
    "bom_line": [uses("A", "X", 2), uses("A", "Y", 1)],
}


def kit(**tables: Any) -> pd.DataFrame:
    plan_input = factory(**tables)
    materials = plan_materials(plan_input)
    rows = kits(plan_input, materials, finished(materials))
    assert list(rows.columns) == list(RESULT_COLUMNS["plan_kit"])
    return rows.set_index("order_ref")


def stock(**qty: float) -> list[dict[str, Any]]:
    return [{"item_no": item_no, "qty": float(pieces)} for item_no, pieces in qty.items()]


def test_everything_in_hand_is_a_full_kit() -> None:
    rows = kit(demand=wants("A", (9, 10)), stock=stock(X=20, Y=10), **PARTS)
    for ref in ("PM-00001", "SO/1"):
        assert rows.loc[ref].to_list() == ["full", day(1), 10, ""]


def test_a_part_that_is_missing_blocks_and_bounds_what_can_be_made() -> None:
    rows = kit(demand=wants("A", (9, 10)), stock=stock(X=7, Y=10), **PARTS)
    assert rows.loc["PM-00001"].to_list() == ["partial", day(4), 3, "X"]  # 7 X make 3 whole pieces
    assert rows.loc["SO/1"].to_list() == ["partial", day(4), 3, "X"]


def test_nothing_in_hand_is_no_kit_and_the_last_to_come_is_named_first() -> None:
    rows = kit(demand=wants("A", (9, 10)), **PARTS)
    assert rows.loc["PM-00001"].to_list() == ["none", day(6), 0, "Y,X"]


def test_one_part_of_two_makes_nothing_but_is_a_partial_kit() -> None:
    rows = kit(demand=wants("A", (9, 10)), stock=stock(X=20), **PARTS)
    assert rows.loc["PM-00001"].to_list() == ["partial", day(6), 0, "Y"]


def test_pieces_that_come_in_parts_are_not_rounded() -> None:
    rows = kit(demand=wants("A", (9, 10.5)), stock=stock(X=7, Y=11), **PARTS)
    assert rows.loc["PM-00001", "can_make_qty"] == pytest.approx(3.5)


def test_what_was_issued_counts_as_there() -> None:
    """100 ordered, 40 done; X needs 200, of which 150 are issued and 20 in hand: good for 85, so 45 more."""
    rows = kit(
        firm_make=[firm_make("WO-1", "A", 60, ordered_qty=100.0, due_date=day(9))],
        picking=[
            {"order_ref": "WO-1", "item_no": "X", "required_qty": 200.0, "issued_qty": 150.0},
            {"order_ref": "WO-1", "item_no": "Y", "required_qty": 100.0, "issued_qty": 100.0},
        ],
        stock=stock(X=20),
        **PARTS,
    )
    assert rows.loc["WO-1"].to_list() == ["partial", day(4), 45, "X"]


def test_a_work_order_with_all_its_material_issued_is_full() -> None:
    rows = kit(
        firm_make=[firm_make("WO-1", "A", 10, due_date=day(9))],
        picking=[{"order_ref": "WO-1", "item_no": "X", "required_qty": 20.0, "issued_qty": 20.0}],
        **PARTS,
    )
    assert rows.loc["WO-1"].to_list() == ["full", day(1), 10, ""]


def test_a_line_served_from_stock_is_full() -> None:
    rows = kit(demand=wants("A", (9, 10)), stock=stock(A=10), **PARTS)
    assert rows.loc["SO/1"].to_list() == ["full", day(1), 10, ""]


def test_a_line_has_its_share_of_a_lot_and_its_stock() -> None:
    """The lot of 20 has parts for 10, so for a line that takes 15 of it 7, and 5 are in hand."""
    tables = PARTS | {"item": [made("A", 1, lot_policy="fixed", lot_qty=20.0), *PARTS["item"][1:]]}
    rows = kit(demand=wants("A", (9, 20)), stock=stock(A=5, X=20, Y=20), **tables)
    assert rows.loc["PM-00001", "can_make_qty"] == 10
    assert rows.loc["SO/1"].to_list() == ["partial", day(4), 12, "X"]


def test_a_bought_item_that_is_not_here_blocks_its_line_itself() -> None:
    rows = kit(item=[bought("X", 3)], demand=[order("A", "X", 9, 4), order("B", "X", 10, 4)], stock=stock(X=6))
    assert rows.loc["A/1"].to_list() == ["full", day(1), 4, ""]
    assert rows.loc["B/1"].to_list() == ["partial", day(4), 2, "X"]


def test_the_kit_date_is_empty_outside_the_horizon() -> None:
    plan_input = factory(demand=wants("A", (9, 10)), **PARTS)
    materials = plan_materials(plan_input)
    for beyond in (pd.NaT, day(181)):
        allocation = finished(materials)
        allocation.loc[allocation["item_no"] == "X", "available_date"] = beyond
        rows = kits(plan_input, materials, allocation)
        assert rows["kit_date"].isna().all()
        assert rows["blocking"].tolist() == ["X,Y", "X,Y"]


def test_a_lot_that_uses_nothing_is_full() -> None:
    rows = kit(item=[made("A", 1)], demand=wants("A", (9, 10)))
    assert rows["status"].tolist() == ["full", "full"]


def test_a_plan_of_nothing_has_no_kits() -> None:
    assert kit(item=[made("A", 1)]).empty
