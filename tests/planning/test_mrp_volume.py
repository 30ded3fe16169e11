"""Material plans of the size and shape of real factories."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planning.bom import low_level_codes
from planning.kits import kits
from planning.messages import messages
from planning.model import MaterialPlan, PlanInput
from planning.mrp import plan_materials
from planning.pegging import deliveries, peg
from tests.planning.factories import day, finished, large_factory

ADVENTUREWORKS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "adventureworks"


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ADVENTUREWORKS / f"{name}.csv")


@pytest.fixture(scope="module")
def adventureworks() -> PlanInput:
    if not ADVENTUREWORKS.is_dir():
        pytest.skip("the AdventureWorks tables are not beside this checkout")
    item = table("item").fillna({"safety_stock": 0.0, "supplier_no": "", "setup_family": ""})
    item = item.assign(min_order_qty=item["min_order_qty"].fillna(0.0))
    orders = table("sales_order").query("status in ('confirmed', 'in_production', 'ready')")
    shipped = table("shipment").groupby(["sales_order_no", "sales_order_line_no"])["qty"].sum()
    lines = pd.MultiIndex.from_frame(orders[["sales_order_no", "line_no"]])
    open_qty = orders["qty"] - orders["qty_shipped"].fillna(0.0) - shipped.reindex(lines).fillna(0.0).to_numpy()
    demand = orders.assign(
        qty=open_qty,
        target_date=orders["promised_date"].fillna(orders["due_date"]),
        priority=orders["priority"].fillna(3).astype("int64"),
    )
    bought = table("purchase_order").query("status == 'open'")
    firm_buy = bought.assign(
        order_ref=bought["purchase_order_no"] + "/" + bought["line_no"].astype("str"),
        date=bought["confirmed_date"].fillna(bought["due_date"]),
    )
    bom_line = table("bom_line").fillna({"scrap_rate": 0.0})
    for column in ("effective_from", "effective_to"):
        bom_line[column] = pd.to_datetime(bom_line[column])
    return PlanInput.of(
        dt.date(2014, 8, 8),
        item=item,
        bom_line=bom_line.assign(step_no=np.nan, alt_group="", alt_rank=1),
        routing_step=table("routing_step"),
        station=table("station"),
        calendar=table("calendar").assign(start_minute=0),
        calendar_day=table("calendar_day"),
        demand=demand[demand["qty"] > 0],
        stock=table("stock_balance").assign(qty=lambda rows: rows["on_hand_qty"], lot_no="", expiry_date=None),
        firm_buy=firm_buy,
    )


def check_balance(plan_input: PlanInput, materials: MaterialPlan) -> None:
    """Every line is covered and no supply is given twice."""
    rows = materials.allocation
    line = ["sales_order_no", "line_no"]
    served = rows[rows["demand_kind"] == "sales_order"].groupby(["demand_ref", "demand_line_no"])["qty"].sum()
    wanted = plan_input.demand.set_index(line)["qty"]
    assert served.reindex(wanted.index).to_numpy() == pytest.approx(wanted.to_numpy())
    taken = rows.groupby("supply_ref")["qty"].sum()
    for orders in (materials.make, materials.buy):
        offered = orders.set_index("order_ref")["qty"]
        assert (taken.reindex(offered.index).fillna(0.0) <= offered + 1e-6).all()
    stock = plan_input.stock.groupby("item_no")["qty"].sum()
    used = rows[rows["supply_kind"] == "stock"].groupby("item_no")["qty"].sum()
    assert (used <= stock.reindex(used.index) + 1e-6).all()


def test_adventureworks_is_planned_over_all_its_levels(adventureworks: PlanInput) -> None:
    materials = plan_materials(adventureworks)
    check_balance(adventureworks, materials)
    assert low_level_codes(adventureworks).max() >= 3
    assert materials.buy["overdue"].any()
    allocation = finished(materials)
    pegged = peg(adventureworks, allocation)
    direct = pegged.merge(adventureworks.demand, on=["sales_order_no", "line_no", "item_no"], suffixes=("", "_line"))
    assert direct.groupby(["sales_order_no", "line_no"])["qty"].sum().to_numpy() == pytest.approx(
        direct.groupby(["sales_order_no", "line_no"])["qty_line"].first().to_numpy()
    )
    assert len(kits(adventureworks, materials, allocation)) == len(materials.make) + len(adventureworks.demand)
    assert "order" in set(messages(adventureworks, materials, allocation)["action"])


def test_ten_thousand_lines_are_planned_and_pegged_in_seconds() -> None:
    """About 1.5 s and 0.5 s on an idle core; the limits leave room for a busy machine."""
    plan_input = large_factory()
    started = time.process_time()
    materials = plan_materials(plan_input)
    planned = time.process_time()
    assert planned - started < 6.0
    assert len(materials.allocation) > 300_000
    check_balance(plan_input, materials)
    allocation = finished(materials)
    pegging = time.process_time()
    rows = peg(plan_input, allocation)
    assert time.process_time() - pegging < 4.0
    lines = rows[rows["item_no"].str.startswith("F")].groupby(["sales_order_no", "line_no"])["qty"].sum()
    wanted = plan_input.demand.set_index(["sales_order_no", "line_no"])["qty"]
    assert lines.reindex(wanted.index).to_numpy() == pytest.approx(wanted.to_numpy())
    delivered = deliveries(plan_input, allocation, day(1).date())
    assert delivered["qty"].sum() == pytest.approx(wanted.sum())
