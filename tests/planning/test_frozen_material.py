"""Frozen work gets its material first, and where that has slipped the plan still holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from planning.model import PlanInput, Settings
from planning.mrp import plan_materials
from planning.plan import make_plan

MONDAY, FRIDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 20)


@pytest.fixture(scope="module")
def next_morning(tmp_path_factory: pytest.TempPathFactory) -> PlanInput:
    """The sample factory on Monday with three days frozen, as it was planned on Friday."""
    with Store.open(tmp_path_factory.mktemp("frozen") / "paichan.duckdb") as store:
        build_sample(store, MONDAY, "en")
        friday = read_input(store, FRIDAY, Settings(time_limit_seconds=1.0))
        save_plan(store, make_plan(friday), friday, "test")
        return read_input(store, MONDAY, Settings(frozen_days=3, time_limit_seconds=1.0))


def slipped(plan_input: PlanInput, orders: set[str]) -> pd.DataFrame:
    """What the orders take from purchases or arrivals that come after they want it."""
    rows = plan_materials(plan_input).allocation
    dated = rows["demand_ref"].isin(orders) & rows["supply_kind"].isin(["firm_buy", "planned_buy", "inspection"])
    return rows[dated & (rows["available_date"] > rows["need_date"])]


def test_the_plan_of_the_day_after_is_sound(next_morning: PlanInput) -> None:
    plan = make_plan(next_morning)
    assert len(next_morning.frozen) > 50
    assert plan.verified
    names = ["order_ref", "step_no", "work_date", "start_time", "finish_time"]
    open_orders = next_morning.firm_make.loc[next_morning.firm_make["qty"] > 0, "order_ref"]
    kept = next_morning.frozen[next_morning.frozen["order_ref"].isin(open_orders)]
    assert len(kept.merge(plan.plan_schedule, on=names)) == len(kept)


def test_frozen_work_takes_its_material_before_others(next_morning: PlanInput) -> None:
    thawed = replace(next_morning, frozen=next_morning.frozen.iloc[:0])
    orders = set(next_morning.frozen["order_ref"])
    first = next_morning.frozen.groupby("order_ref")["work_date"].min()
    rows = plan_materials(next_morning).allocation
    own = rows[rows["demand_ref"].isin(orders)]
    assert (own["need_date"] <= own["demand_ref"].map(first)).all()
    in_hand = own["supply_kind"].eq("stock").mul(own["qty"]).sum()
    before = plan_materials(thawed).allocation
    before = before[before["demand_ref"].isin(orders)]
    assert in_hand >= before["supply_kind"].eq("stock").mul(before["qty"]).sum()
    assert len(slipped(next_morning, orders)) < 0.05 * len(own)
