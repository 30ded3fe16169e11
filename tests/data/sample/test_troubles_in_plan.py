"""A plan of the sample factory shows each planted trouble where a planner would look for it."""

from dataclasses import replace

import pandas as pd
import pytest

from data.plans import read_input
from data.sample.troubles import BOTTLENECK, find_troubles
from planning.plan import make_plan

SECONDS = 5.0


def late_lines(result):
    late = result.plan_lateness
    return late.assign(ref=late["sales_order_no"] + "/" + late["line_no"].astype(str)).set_index("ref")


@pytest.fixture(scope="module")
def found(tables):
    return find_troubles(tables)


@pytest.fixture(scope="module")
def plan_input(sample_store):
    return read_input(sample_store).with_settings(time_limit_seconds=SECONDS)


@pytest.fixture(scope="module")
def planned(plan_input):
    return make_plan(plan_input)


def test_most_orders_are_on_time_and_the_rest_late_for_different_reasons(planned):
    assert 0.88 <= 1 - planned.late / planned.orders <= 0.96
    causes = planned.plan_lateness["cause"].value_counts()
    assert {"material", "capacity", "lead_time"} <= set(causes.index)
    assert causes.max() < 0.75 * planned.late


def test_lines_made_of_the_brass_sheet_wait_for_the_slipped_purchase(planned, found):
    late = late_lines(planned)
    mine = late[late.index.isin(found["slipping_supplier"]["sales_order"])]
    assert len(mine) >= 10
    named = mine["detail"].str.contains(found["slipping_supplier"]["item"][0])
    assert named.mean() > 0.8
    messages = planned.plan_message.set_index("order_ref")
    for order in found["slipping_supplier"]["purchase_order"]:
        assert messages.loc[order, "action"] == "expedite"


def test_plating_is_the_fullest_station(plan_input, planned):
    until = pd.Timestamp(plan_input.as_of_date) + pd.Timedelta(days=35)
    work = planned.plan_schedule[planned.plan_schedule["work_date"] <= until]
    hours = work.groupby("station_no")["hours"].sum()
    week = plan_input.calendar.groupby("calendar_no")["hours"].sum()
    station = plan_input.station.set_index("station_no")
    load = hours / (station["parallel_units"] * station["efficiency"] * station["calendar_no"].map(week) * 5)
    assert load.idxmax() == BOTTLENECK
    assert load[BOTTLENECK] > 0.9
    assert load.drop(BOTTLENECK).max() < 0.95
    late = late_lines(planned)
    assert late[late["cause"] == "capacity"]["detail"].str.contains(BOTTLENECK).mean() > 0.5


def test_the_rush_order_pushes_lines_of_its_own_good(plan_input, planned, found):
    demand = plan_input.demand
    without = make_plan(replace(plan_input, demand=demand[demand["priority"] != 1].reset_index(drop=True)))
    pushed = set(late_lines(planned).index) - set(late_lines(without).index)
    assert pushed & set(found["rush_order"]["others"])


def test_the_order_due_today_waits_for_the_box_under_inspection(planned, found):
    waiting = found["pending_inspection"]
    late = late_lines(planned)
    assert late.loc[waiting["sales_order"][0], "days_late"] == 1
    taken = planned.plan_allocation[planned.plan_allocation["demand_ref"].isin(waiting["work_order"])]
    box = taken[taken["item_no"] == waiting["item"][0]].iloc[0]
    assert (box["supply_kind"], box["supply_ref"]) == ("inspection", waiting["arrival"][0])
    kit = planned.plan_kit.set_index("order_ref").loc[waiting["work_order"][0]]
    assert kit["status"] != "full"
    assert waiting["item"][0] in kit["blocking"]


def test_nobody_is_given_the_expired_lot(planned, found):
    taken = planned.plan_allocation
    assert not taken["supply_ref"].isin(found["expired_lot"]["lot"]).any()
    assert taken[taken["item_no"].isin(found["expired_lot"]["item"])]["supply_kind"].eq("stock").any()
