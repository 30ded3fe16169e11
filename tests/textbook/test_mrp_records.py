"""The MRP record as textbooks print it: netting, offsetting, explosion, lot sizing.

A period is a day on which the factory works; day(1) is the first that may be planned.
"""

from __future__ import annotations

import pandas as pd
import pytest

from planning.bom import explode, low_level_codes
from tests.planning.factories import AS_OF, bought, day, factory, made, plan, receipts, releases, uses, wants


def receipt(item_no: str, period: int, qty: float, order_ref: str = "PO/1") -> dict[str, object]:
    """A scheduled receipt."""
    return {"order_ref": order_ref, "item_no": item_no, "qty": float(qty), "date": day(period)}


SEAT_NEEDS = ((1, 150), (4, 120), (6, 150), (7, 120))


@pytest.mark.parametrize(
    ("rule", "received", "released"),
    [
        ({"lot_policy": "fixed", "lot_qty": 230.0}, {4: 230, 7: 230}, {2: 230, 5: 230}),
        ({"lot_policy": "period", "lot_period_days": 3.0}, {4: 153, 7: 120}, {2: 153, 5: 120}),
        ({}, {4: 3, 6: 150, 7: 120}, {2: 3, 4: 150, 5: 120}),
    ],
    ids=["fixed order quantity", "periodic order quantity", "lot for lot"],
)
def test_seat_subassembly(rule: dict[str, object], received: dict[int, float], released: dict[int, float]) -> None:
    """Krajewski, Ritzman and Malhotra, Operations Management, "Resource planning": item C, lead time 2, 37 in hand."""
    materials = plan(
        item=[made("C", 2, **rule)],
        demand=wants("C", *SEAT_NEEDS),
        stock=[{"item_no": "C", "qty": 37.0}],
        firm_buy=[receipt("C", 1, 230)],
    )
    assert receipts(materials, "C") == received
    assert releases(materials, "C") == released


def test_netting_and_fixed_lots_of_part_a() -> None:
    """Hopp and Spearman, Factory Physics, section 3.1.2: part A, lead time 2, lots of 75."""
    needs = enumerate((15, 20, 50, 10, 30, 30, 30, 30), start=1)
    tables = {
        "demand": wants("A", *needs),
        "stock": [{"item_no": "A", "qty": 20.0}],
        "firm_buy": [receipt("A", 2, 20, "PO/1"), receipt("A", 3, 100, "PO/2")],
    }
    assert receipts(plan(item=[bought("A", 2)], **tables), "A") == {6: 15, 7: 30, 8: 30}
    lots = plan(item=[bought("A", 2, lot_policy="fixed", lot_qty=75.0)], **tables)
    assert receipts(lots, "A") == {6: 75}
    assert releases(lots, "A") == {4: 75}


def test_compact_record() -> None:
    """Orlicky, Material Requirements Planning (2nd ed.), figure 9-1: 72 in hand, 12 lack in period 4."""
    materials = plan(
        item=[bought("X", 3, lot_policy="fixed", lot_qty=20.0)],
        demand=wants("X", (1, 10), (2, 15), (3, 75), (4, 17)),
        stock=[{"item_no": "X", "qty": 72.0}],
        firm_buy=[receipt("X", 1, 8, "PO/1"), receipt("X", 3, 25, "PO/2")],
    )
    assert receipts(materials, "X") == {4: 20}
    assert releases(materials, "X") == {1: 20}


TRUCK = [
    uses("truck", "transmission"),
    uses("transmission", "gearbox"),
    uses("gearbox", "gear"),
    uses("gear", "forging"),
]


def test_stock_on_a_level_lowers_the_levels_below() -> None:
    """Orlicky (2nd ed.), page 105: of 100 trucks 98 transmissions, 83 gearboxes, 76 gears, 30 forging blanks lack."""
    stock = {"transmission": 2.0, "gearbox": 15.0, "gear": 7.0, "forging": 46.0}
    materials = plan(
        item=[made("truck"), made("transmission"), made("gearbox"), made("gear"), bought("forging")],
        bom_line=TRUCK,
        demand=wants("truck", (10, 100)),
        stock=[{"item_no": item_no, "qty": qty} for item_no, qty in stock.items()],
    )
    lacking = {item_no: sum(receipts(materials, item_no).values()) for item_no in ("truck", *stock)}
    assert lacking == {"truck": 100, "transmission": 98, "gearbox": 83, "gear": 76, "forging": 30}


def test_lead_times_add_up_down_the_tree() -> None:
    """Offsetting: Orlicky (2nd ed.), chapter 4; order releases of a parent are gross requirements of its parts."""
    materials = plan(
        item=[made("Z", 2), made("A", 1), made("B", 1), made("C", 1), made("D", 1), bought("E", 3)],
        bom_line=[
            uses("Z", "A", 2),
            uses("Z", "B", 3),
            uses("A", "C", 4),
            uses("A", "D", 4),
            uses("D", "E", 2),
        ],
        demand=wants("Z", (10, 59)),
    )
    released = {item_no: releases(materials, item_no) for item_no in "ZABCDE"}
    assert released == {"Z": {8: 59}, "A": {7: 118}, "B": {7: 177}, "C": {6: 472}, "D": {6: 472}, "E": {3: 944}}


TWO_LEVELS = [uses("A", "B", 2), uses("A", "C", 1), uses("B", "C", 3)]


def test_an_item_on_two_levels_is_planned_once_on_the_lower() -> None:
    """Low-level coding: Orlicky (2nd ed.), chapter 5. Stock of C serves both its uses, whichever comes first."""
    tables = {"item": [made("A", 1), made("B", 2), bought("C", 1)], "bom_line": TWO_LEVELS}
    assert low_level_codes(factory(**tables)).to_dict() == {"A": 0, "B": 1, "C": 2}
    materials = plan(demand=wants("A", (9, 10)), stock=[{"item_no": "C", "qty": 25.0}], **tables)
    assert releases(materials, "A") == {8: 10}
    assert releases(materials, "B") == {6: 20}
    # gross 60 in period 6 for B and 10 in period 8 for A; 25 in hand
    assert sum(receipts(materials, "C").values()) == 45
    assert min(receipts(materials, "C")) == 6


def test_explosion_adds_up_all_ways_to_a_part() -> None:
    """Vollmann, Berry and Whybark, Manufacturing Planning and Control Systems: a part used by two parents."""
    tables = {"item": [made("A"), made("B"), bought("C")], "bom_line": TWO_LEVELS}
    rows = explode(factory(**tables), "A", 10, AS_OF)
    assert rows["item_no"].tolist() == ["A", "B", "C"]
    assert rows["low_level_code"].tolist() == [0, 1, 2]
    assert rows["qty"].tolist() == [10, 20, 70]


def test_safety_stock_is_kept_out_of_the_balance() -> None:
    """Jacobs and Chase, The Core, chapter 9: the record begins with on hand less safety stock."""
    materials = plan(
        item=[bought("C", 1, safety_stock=5.0)],
        demand=wants("C", (3, 20), (5, 30), (6, 10)),
        stock=[{"item_no": "C", "qty": 40.0}],
        firm_buy=[receipt("C", 4, 10)],
    )
    # 40 - 5 = 35, less 20, plus 10: 25; 5 lack in period 5, 10 in period 6
    assert receipts(materials, "C") == {5: 5, 6: 10}


def test_safety_stock_that_is_missing_is_ordered_at_once() -> None:
    """As soon as an order can come, whatever the first requirement's day."""
    materials = plan(
        item=[bought("C", 4, safety_stock=50.0)],
        demand=wants("C", (20, 10)),
        stock=[{"item_no": "C", "qty": 30.0}],
    )
    assert receipts(materials, "C") == {5: 20, 20: 10}


def test_scheduled_receipts_cover_needs_behind_them_before_stock_does() -> None:
    """What comes later is used for what is needed later, so stock stays for those who need it early."""
    materials = plan(
        item=[bought("X", 1)],
        demand=wants("X", (8, 10)),
        stock=[{"item_no": "X", "qty": 10.0}],
        firm_buy=[receipt("X", 7, 10)],
    )
    assert receipts(materials, "X") == {}
    taken = materials.allocation
    assert taken["supply_kind"].tolist() == ["firm_buy"]
    assert taken["available_date"].tolist() == [pd.Timestamp(day(7))]
