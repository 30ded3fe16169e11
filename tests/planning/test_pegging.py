"""Which lines a supply serves at any depth, and when they are delivered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.mrp import plan_materials
from planning.pegging import attribute, best_lines, deliveries, orders_behind, orders_behind_requirement, peg
from tests.planning.factories import bought, day, factory, finished, made, order, uses, wants

SHARED = {
    "item": [made("P", 1), made("Q", 1), made("SUB", 1, lot_policy="fixed", lot_qty=100.0), bought("X", 3)],
    "bom_line": [uses("P", "SUB"), uses("Q", "SUB"), uses("SUB", "X", 2), uses("P", "X")],
    "demand": [order("A", "P", 9, 20, priority=5), order("B", "Q", 9, 60, priority=2)],
}


def test_a_shared_lot_is_split_in_proportion() -> None:
    plan_input = factory(**SHARED)
    rows = peg(plan_input, finished(plan_materials(plan_input)))
    found = rows.set_index(["sales_order_no", "item_no"])["qty"].groupby(level=[0, 1]).sum()
    # the lot of 100 uses 200 X; nobody takes 20 pieces of it, so those who take 20 and 60 share the X by a quarter
    assert found["A", "SUB"] == pytest.approx(20)
    assert found["B", "SUB"] == pytest.approx(60)
    assert found["A", "X"] == pytest.approx(200 / 4 + 20)
    assert found["B", "X"] == pytest.approx(200 * 3 / 4)
    assert found["A", "P"] == 20
    assert ("B", "P") not in found.index


def test_the_rows_have_the_supply_and_when_it_comes() -> None:
    plan_input = factory(
        item=[made("P", 1), bought("X", 3)],
        bom_line=[uses("P", "X")],
        demand=wants("P", (9, 10)),
        stock=[{"item_no": "X", "lot_no": "L", "qty": 4.0}],
    )
    rows = peg(plan_input, finished(plan_materials(plan_input)))
    found = list(rows[["item_no", "supply_kind", "supply_ref", "qty"]].itertuples(index=False, name=None))
    assert found == [
        ("P", "planned_make", "PM-00001", 10),
        ("X", "planned_buy", "PB-00001", 6),
        ("X", "stock", "L", 4),
    ]
    assert rows["available_date"].tolist() == [day(9), day(4), day(1)]
    assert set(rows["sales_order_no"]) == {"SO"}
    assert rows["line_no"].dtype == "int64"


def test_supply_outside_the_horizon_is_dated_the_day_behind_it() -> None:
    plan_input = factory(item=[made("P", 1)], demand=wants("P", (9, 10)))
    allocation = finished(plan_materials(plan_input)).assign(available_date=pd.NaT)
    rows = peg(plan_input, allocation.astype({"available_date": "datetime64[us]"}))
    assert rows["available_date"].tolist() == [day(181)]


def test_a_line_is_delivered_as_its_supply_comes() -> None:
    plan_input = factory(
        item=[bought("X", 3)],
        demand=wants("X", (2, 20)),
        stock=[{"item_no": "X", "qty": 4.0, "lot_no": "A"}, {"item_no": "X", "qty": 5.0, "lot_no": "B"}],
        firm_buy=[{"order_ref": "PO/1", "item_no": "X", "qty": 6.0, "date": day(3)}],
    )
    rows = deliveries(plan_input, finished(plan_materials(plan_input)), day(1).date())
    assert rows["delivery_date"].tolist() == [day(1), day(3), day(4)]
    assert rows["qty"].tolist() == [9, 6, 5]


def test_nothing_is_delivered_outside_the_horizon() -> None:
    plan_input = factory(item=[made("P", 1)], demand=wants("P", (9, 10), (10, 4), (11, 3)))
    allocation = finished(plan_materials(plan_input))
    allocation["available_date"] = [pd.NaT, day(181), day(180)]
    rows = deliveries(plan_input, allocation, day(1).date())
    assert rows[["line_no", "qty"]].to_numpy().tolist() == [[3, 3]]


def test_the_orders_behind_a_supply_are_found_upwards() -> None:
    plan_input = factory(**SHARED)
    allocation = finished(plan_materials(plan_input))
    assert orders_behind(allocation, "PB-00001").to_numpy().tolist() == [["B", 1, 150.0], ["A", 1, 50.0]]
    lot = allocation.loc[allocation["item_no"] == "SUB", "supply_ref"].iloc[0]
    assert orders_behind(allocation, lot, "planned_make").to_numpy().tolist() == [["B", 1, 60.0], ["A", 1, 20.0]]
    assert orders_behind_requirement(allocation, lot, "X")["qty"].tolist() == pytest.approx([150, 50])
    assert orders_behind(allocation, "nothing").empty


def test_up_and_down_agree() -> None:
    plan_input = factory(**SHARED)
    allocation = finished(plan_materials(plan_input))
    rows = peg(plan_input, allocation)
    for ref, own in rows.groupby("supply_ref"):
        up = orders_behind(allocation, ref).set_index("sales_order_no")["qty"]
        assert up.to_dict() == pytest.approx(own.set_index("sales_order_no")["qty"].to_dict())


def test_a_lots_best_line_is_the_first_in_rank_at_any_depth() -> None:
    plan_input = factory(**SHARED)
    materials = plan_materials(plan_input)
    lots = materials.make.set_index("order_ref")["item_no"]
    best = {lots[ref]: line for ref, line in best_lines(plan_input, finished(materials)).items()}
    assert best == {"P": "A/1", "Q": "B/1", "SUB": "B/1"}


def test_a_plan_without_orders_pegs_nothing() -> None:
    plan_input = factory(item=[made("P", 1, safety_stock=5.0)])
    allocation = finished(plan_materials(plan_input))
    assert len(allocation) == 1
    assert peg(plan_input, allocation).empty
    assert deliveries(plan_input, allocation, day(1).date()).empty
    empty = factory(item=[made("P")])
    assert peg(empty, finished(plan_materials(empty))).empty


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 4), st.floats(0.1, 50)), min_size=1, max_size=25))
def test_what_lines_take_is_attributed_in_full(rows: list[tuple[int, int, float]]) -> None:
    """Lots 0..4, of which a lot is only taken by lower ones: what goes to lots that serve lines is all some line's."""
    line, taker, giver, qty = [], [], [], []
    for number, (low, high, amount) in enumerate(rows):
        to_line = low == 0
        line.append(number % 2 if to_line else -1)
        taker.append(-1 if to_line else low - 1)
        giver.append(high if to_line or high > low - 1 else -1)
        qty.append(amount)
    arrays = [np.array(values, dtype=np.int64) for values in (line, taker, giver)]
    row, _, share = attribute(*arrays, np.array(qty), 5)
    served = np.bincount(row, share, minlength=len(rows))
    reached = {lot for lot in range(5) if any(g == lot and t < 0 for g, t in zip(giver, taker, strict=True))}
    for _ in range(5):
        reached |= {g for g, t in zip(giver, taker, strict=True) if t in reached and g >= 0}
    for number, amount in enumerate(qty):
        if taker[number] < 0:
            assert served[number] == pytest.approx(amount)
        elif taker[number] not in reached:
            assert served[number] == 0
        else:
            assert served[number] <= amount + 1e-9
