"""What must hold of every material plan, on factories drawn at random."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planning.model import INPUT_COLUMNS, MaterialPlan, PlanInput
from planning.mrp import plan_materials
from tests.planning.factories import AS_OF, bought, day, factory, made, step, uses

# two finished goods over a shared sub-assembly and shared parts, X on two levels
LINES = [("A", "SUB"), ("A", "X"), ("B", "SUB"), ("B", "Y"), ("SUB", "X"), ("SUB", "Y")]
ITEMS = ("A", "B", "SUB", "X", "Y")
quantities = st.one_of(st.integers(1, 60).map(float), st.sampled_from([0.1, 0.3, 2.5, 33.333333]))
periods = st.integers(-3, 40)
relaxed = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def items(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for item_no in ITEMS:
        rule = {
            "lot_policy": draw(st.sampled_from(["lot_for_lot", "fixed", "period"])),
            "lot_qty": float(draw(st.sampled_from([0, 7, 50]))),
            "lot_period_days": float(draw(st.integers(0, 6))),
            "min_order_qty": float(draw(st.sampled_from([0, 0, 25]))),
            "order_multiple": draw(st.sampled_from([0.0, 0.0, 0.1, 12.0])),
            "safety_stock": float(draw(st.sampled_from([0, 0, 15]))),
            "scrap_rate": draw(st.sampled_from([0.0, 0.05])),
        }
        make = bought if item_no in "XY" else made
        found.append(make(item_no, draw(st.integers(0, 12)), **rule))
    return found


@st.composite
def factories(draw: st.DrawFn) -> PlanInput:
    """Any mix of lot rules, lead times, yields, stock with expiry, purchases, inspections and work orders."""
    goods = st.sampled_from(["A", "B"])
    demand = [
        {
            "sales_order_no": f"SO{number}",
            "line_no": 1,
            "item_no": item_no,
            "qty": qty,
            "due_date": day(period),
            "priority": rank,
        }
        for number, (item_no, qty, period, rank) in enumerate(
            draw(st.lists(st.tuples(goods, quantities, periods, st.integers(1, 5)), min_size=1, max_size=6))
        )
    ]
    supply = st.lists(st.tuples(st.sampled_from(ITEMS), quantities, periods), max_size=5)
    stock = [
        {
            "item_no": item_no,
            "lot_no": f"L{number}",
            "qty": qty,
            "expiry_date": day(period) if period % 3 == 0 else None,
        }
        for number, (item_no, qty, period) in enumerate(draw(supply))
    ]
    firm_buy = [
        {"order_ref": f"PO{number}/1", "item_no": item_no, "qty": qty, "date": day(period)}
        for number, (item_no, qty, period) in enumerate(draw(supply))
    ]
    inspection = [
        {"order_ref": f"AR{number}", "item_no": item_no, "qty": qty, "arrival_date": AS_OF}
        for number, (item_no, qty, _) in enumerate(draw(supply))
    ]
    firm_make = [
        {
            "order_ref": f"WO{number}",
            "item_no": item_no,
            "qty": qty,
            "due_date": day(period),
            "sales_order_no": f"SO{number}" if period % 2 else "",
            "sales_order_line_no": 1.0 if period % 2 else None,
        }
        for number, (item_no, qty, period) in enumerate(draw(supply))
        if item_no not in "XY"
    ]
    bom_line = [
        uses(up, down, draw(st.sampled_from([1.0, 2.0, 0.5])), scrap_rate=draw(st.sampled_from([0.0, 0.1])))
        for up, down in LINES
    ]
    routing = [step("SUB", 10, 0.9, units_per_hour=20.0), step("SUB", 20, 0.95, units_per_hour=10.0)]
    return factory(
        item=draw(items()),
        bom_line=bom_line,
        routing_step=routing if draw(st.booleans()) else [],
        demand=demand,
        stock=stock,
        firm_buy=firm_buy,
        inspection=inspection,
        firm_make=firm_make,
    )


def same(one: MaterialPlan, other: MaterialPlan) -> None:
    for name in ("make", "buy", "allocation"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@relaxed
@given(factories())
def test_every_requirement_is_covered_and_no_supply_is_given_twice(plan_input: PlanInput) -> None:
    """Item by item supply = demand + surplus, and the surplus is not negative."""
    materials = plan_materials(plan_input)
    allocation = materials.allocation
    assert (allocation["qty"] > 0).all()
    lines = allocation[allocation["demand_kind"] == "sales_order"].groupby("demand_ref")["qty"].sum()
    wanted = plan_input.demand.set_index("sales_order_no")["qty"]
    assert lines.reindex(wanted.index).tolist() == pytest.approx(wanted.tolist())
    kept = allocation[allocation["demand_kind"] == "safety_stock"].groupby("item_no")["qty"].sum()
    safety = plan_input.item.set_index("item_no")["safety_stock"]
    assert kept.reindex(safety.index).fillna(0.0).tolist() == pytest.approx(safety.tolist())
    taken = allocation.groupby(["supply_kind", "supply_ref"])["qty"].sum()
    offered = pd.concat(
        [
            plan_input.stock.assign(kind="stock", ref=plan_input.stock["lot_no"]).set_index(["kind", "ref"])["qty"],
            plan_input.inspection.assign(kind="inspection").set_index(["kind", "order_ref"])["qty"],
            materials.buy.set_index(["kind", "order_ref"])["qty"],
            materials.make.set_index(["kind", "order_ref"])["qty"],
        ]
    )
    assert (taken <= offered.reindex(taken.index) + 1e-6).all()


@relaxed
@given(factories())
def test_every_lot_draws_what_its_bom_says(plan_input: PlanInput) -> None:
    """Started pieces x quantity per x scrap, for planned lots and work orders alike."""
    materials = plan_materials(plan_input)
    drawn = materials.allocation[materials.allocation["demand_kind"] == "make"]
    drawn = drawn.groupby(["demand_ref", "item_no"])["qty"].sum()
    scrap = plan_input.item.set_index("item_no")["scrap_rate"]
    lots = materials.make.merge(plan_input.bom_line, left_on="item_no", right_on="parent_item_no")
    routed = np.isin(lots["item_no"].to_numpy(dtype=object), plan_input.routing_step["item_no"].to_numpy(dtype=object))
    started = lots["qty"] * (1 + scrap.reindex(lots["item_no"]).to_numpy()) / np.where(routed, 0.9 * 0.95, 1.0)
    used = started * lots["qty_per"] * (1 + lots["scrap_rate"])
    found = drawn.reindex(pd.MultiIndex.from_frame(lots[["order_ref", "component_item_no"]])).fillna(0.0)
    assert found.tolist() == pytest.approx(used.tolist(), rel=1e-6, abs=1e-6)
    assert len(drawn) <= len(lots)


@relaxed
@given(factories())
def test_the_projected_balance_is_never_negative_once_a_new_order_could_come(plan_input: PlanInput) -> None:
    """Needs on or after the earliest day of a new order are met in time, by what is there or by a planned order."""
    materials = plan_materials(plan_input)
    rows = materials.allocation
    first = pd.Timestamp(AS_OF) + pd.Timedelta(days=1)
    bought_rows = rows[rows["supply_kind"] == "planned_buy"]
    lead = plan_input.item.set_index("item_no")["lead_time_days"]
    earliest = first + pd.to_timedelta(rows["item_no"].map(lead), unit="D")
    in_time = rows["need_date"] >= earliest
    existing = rows["supply_kind"].isin(("stock", "inspection", "firm_buy"))
    assert (rows["available_date"] <= rows["need_date"])[existing & in_time].all()
    assert (rows["available_date"] <= rows[["need_date"]].assign(e=earliest).max(axis=1))[existing].all()
    orders = materials.buy.set_index("order_ref")
    wanted = orders["need_date"].reindex(bought_rows["supply_ref"]).to_numpy()
    assert (wanted <= bought_rows["need_date"].to_numpy()).all()
    planned = materials.make.set_index("order_ref")["need_date"]
    made_rows = rows[rows["supply_kind"] == "planned_make"]
    assert (planned.reindex(made_rows["supply_ref"]).to_numpy() <= made_rows["need_date"].to_numpy()).all()


@relaxed
@given(factories())
def test_running_twice_and_shuffling_the_rows_change_nothing(plan_input: PlanInput) -> None:
    materials = plan_materials(plan_input)
    same(materials, plan_materials(plan_input))
    shuffled = {
        name: getattr(plan_input, name).sample(frac=1.0, random_state=7).reset_index(drop=True)
        for name in INPUT_COLUMNS
    }
    same(materials, plan_materials(PlanInput(plan_input.as_of_date, plan_input.settings, **shuffled)))


@relaxed
@given(
    st.lists(st.tuples(st.integers(12, 60), st.integers(1, 40)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 40)), max_size=6),
    st.integers(0, 60),
    st.sampled_from([0.0, 5.0, 10.0]),
    st.sampled_from([0, 20]),
)
def test_planned_receipts_are_those_of_the_closed_form(
    needs: list[tuple[int, int]], supply: list[tuple[int, int]], on_hand: int, multiple: float, safety: int
) -> None:
    """Receipts to date = ⌈max over time of (needs - supply + safety - on hand)⁺ ÷ multiple⌉ x multiple.

    Lot-sizing with multiples: Hopp and Spearman, Factory Physics, section 3.1; one priority, every need behind the
    day a new order could come, as the record of a textbook has it.
    """
    materials = plan_materials(
        factory(
            item=[bought("X", 10, order_multiple=multiple, safety_stock=float(safety))],
            demand=[
                {"sales_order_no": f"SO{number}", "item_no": "X", "qty": float(qty), "due_date": day(period)}
                for number, (period, qty) in enumerate(needs)
            ],
            stock=[{"item_no": "X", "qty": float(on_hand)}] if on_hand else [],
            firm_buy=[
                {"order_ref": f"PO{number}/1", "item_no": "X", "qty": float(qty), "date": day(period)}
                for number, (period, qty) in enumerate(supply)
            ],
        )
    )
    earliest, count = 11, 62
    lack = np.full(count, float(safety - on_hand))
    for rows, sign in ((needs, 1.0), (supply, -1.0)):
        for period, qty in rows:
            lack[max(period, earliest) :] += sign * qty
    lack[:earliest] = 0.0
    due = np.maximum.accumulate(np.maximum(lack, 0.0))
    due = np.ceil(due / multiple - 1e-9) * multiple if multiple else due
    planned = materials.buy[materials.buy["kind"] == "planned_buy"]
    when = np.maximum((planned["need_date"] - pd.Timestamp(AS_OF)).dt.days.to_numpy(), earliest)
    received = np.cumsum(np.bincount(when, planned["qty"], minlength=count))
    assert received[:count].tolist() == pytest.approx(due.tolist())


@relaxed
@given(factories(), st.integers(1, 50))
def test_stock_of_a_sub_assembly_never_raises_what_its_parts_need(plan_input: PlanInput, qty: int) -> None:
    """Under lot for lot, stock at a middle level lowers, or leaves, the requirement of every level below."""
    item = plan_input.item.assign(lot_policy="lot_for_lot", min_order_qty=0.0, order_multiple=0.0)
    rows = {name: getattr(plan_input, name) for name in INPUT_COLUMNS} | {"item": item}
    before = plan_materials(PlanInput(plan_input.as_of_date, plan_input.settings, **rows))
    more = pd.DataFrame(
        [{"item_no": "SUB", "lot_no": "MORE", "location": "MAIN", "qty": float(qty), "expiry_date": pd.NaT}]
    )
    rows["stock"] = pd.concat([plan_input.stock, more.astype(plan_input.stock.dtypes.to_dict())], ignore_index=True)
    after = plan_materials(PlanInput(plan_input.as_of_date, plan_input.settings, **rows))

    def needed(materials: MaterialPlan) -> pd.Series:
        used = materials.allocation[materials.allocation["demand_kind"] == "make"]
        return used.groupby("item_no")["qty"].sum().reindex(["X", "Y"]).fillna(0.0)

    assert (needed(after) <= needed(before) + 1e-6).all()
