"""Whole plans of small factories that work every day: what the parts of the planner must agree on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from planning.model import PlanResult, Settings
from planning.plan import make_plan
from tests.planning.factories import bought, day, factory, firm_make, made, uses, wants


def plan(**tables: Any) -> PlanResult:
    """The verified plan; a bought item whose lead time nobody entered takes 4 days."""
    settings = Settings(horizon_days=20, default_lead_time_days=4, time_limit_seconds=5)
    return make_plan(factory(settings, **tables))


@pytest.mark.parametrize(
    ("source", "lead_time_days", "days"),
    [
        ("make", None, 0),  # nothing is known to take time
        ("subcontract", None, 4),  # what comes from outside takes the default
        ("make", 2, 2),
        ("subcontract", 3, 3),
    ],
)
@pytest.mark.parametrize("released", [False, True])
def test_a_lot_without_routing_takes_the_same_days_everywhere(source, lead_time_days, days, released):
    """MRP, the schedule, the checker and the reasons all count the same working days."""
    tables: dict[str, Any] = {"firm_make": [firm_make("W-1", "A", 10)]} if released else {}
    result = plan(
        item=[made("A", lead_time_days, source=source), bought("X", 1)],
        bom_line=[uses("A", "X")],
        stock=[{"item_no": "X", "qty": 10.0}],
        demand=wants("A", (1, 10)),
        **tables,
    )
    assert result.verified
    (order,) = result.plan_order[result.plan_order["item_no"] == "A"].to_dict("records")
    assert (order["start_date"], order["finish_date"]) == (day(1), day(1 + days))
    assert result.late == (1 if days else 0)
    for row in result.plan_lateness.to_dict("records"):
        assert row["cause"] == "lead_time"
        assert json.loads(row["detail"])["lost"]["lead_time"] == days


def test_late_lines_are_those_after_their_date_and_not_those_due_after_the_horizon():
    """X takes 60 days. What is due inside the twenty days that are planned is late, what is due later is not known."""
    result = plan(item=[bought("X", 60)], demand=wants("X", (10, 1), (20, 1), (30, 1)))
    assert result.late == 2
    named = result.plan_lateness.set_index("line_no")["days_late"]
    assert named.to_dict() == {1: 11, 2: 1, 3: 0}
