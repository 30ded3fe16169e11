"""The search over the rule's settings, and what it tells while it runs."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.model import MaterialPlan, PlanInput, Step
from planning.mrp import plan_materials
from planning.schedule import first_schedule
from planning.schedule.build import make_problem
from planning.schedule.dispatch import dispatch
from planning.schedule.dues import batches, dues, earliest_ends
from planning.schedule.floor import Floor
from planning.schedule.rule import earliest_due
from tests.planning.schedule.random_shops import random_shop

LOADED = Shop(60, products=10, steps=3, stations=4, days=20, horizon_days=60, load=1.3, earliest_due=2)


def shuffled(table: pd.DataFrame) -> pd.DataFrame:
    return table.sample(frac=1, random_state=3).reset_index(drop=True)


def shuffled_input(plan_input: PlanInput) -> PlanInput:
    names = [name for name in PlanInput.__dataclass_fields__ if isinstance(getattr(plan_input, name), pd.DataFrame)]
    return replace(plan_input, **{name: shuffled(getattr(plan_input, name)) for name in names})


@pytest.mark.parametrize("seed", [1, 4, 7])
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    """Ties are broken by the lots' numbers."""
    plan_input = random_shop(seed)
    lots = plan_materials(plan_input)
    mixed = MaterialPlan(shuffled(lots.make), shuffled(lots.buy), shuffled(lots.allocation))
    plan = first_schedule(plan_input, lots)
    again = first_schedule(shuffled_input(plan_input), mixed)
    pd.testing.assert_frame_equal(plan.rows, again.rows)
    pd.testing.assert_frame_equal(plan.lots, again.lots)
    assert plan.objective == again.objective


def test_the_same_problem_gives_the_same_plan() -> None:
    plan_input = make_shop(LOADED)
    first, second = (first_schedule(plan_input, lots_to_order(plan_input)) for _ in range(2))
    pd.testing.assert_frame_equal(first.rows, second.rows)


def test_every_improvement_is_told_as_it_is_found() -> None:
    heard: list[Step] = []
    plan_input = make_shop(LOADED)
    plan = first_schedule(plan_input, lots_to_order(plan_input), heard.append)
    assert tuple(heard) == plan.trail
    objectives = [step.objective for step in heard]
    assert objectives == sorted(set(objectives), reverse=True)
    assert objectives[-1] == plan.objective
    assert all(a.seconds <= b.seconds for a, b in itertools.pairwise(heard))


def test_a_cancelled_search_returns_the_plan_it_has() -> None:
    plan_input = make_shop(LOADED)
    plan = first_schedule(plan_input, lots_to_order(plan_input), cancelled=lambda: True)
    assert len(plan.trail) == 1
    assert plan.lots["finish_time"].notna().all()


def test_a_search_without_time_makes_one_plan() -> None:
    plan_input = make_shop(LOADED).with_settings(time_limit_seconds=1e-9)
    assert len(first_schedule(plan_input, lots_to_order(plan_input)).trail) == 1


def test_the_objective_is_what_the_lots_dates_say() -> None:
    """Each line of this shop has one lot, so it is late by that lot's finish_date."""
    plan_input = make_shop(LOADED)
    plan = first_schedule(plan_input, lots_to_order(plan_input))
    finish = plan.lots.set_index("order_ref")["finish_date"].reindex("PM-" + plan_input.demand["sales_order_no"])
    days = np.maximum((finish.to_numpy() - plan_input.demand["target_date"].to_numpy()) // np.timedelta64(1, "D"), 0)
    assert plan.objective == float((plan_input.demand["weight"].to_numpy() * days).sum()) > 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_search_beats_earliest_due_date(seed: int) -> None:
    plan_input = make_shop(replace(LOADED, lines=200, seed=seed))
    lots = lots_to_order(plan_input)
    problem = make_problem(plan_input, lots)
    order = batches(problem)
    rule = earliest_due(problem, dues(problem, order, earliest_ends(problem, order), 1.0))
    edd = problem.objective(np.array(dispatch(Floor(problem), rule).lot_day))
    assert first_schedule(plan_input, lots).objective <= 0.7 * edd


def test_overtime_makes_a_crowded_shop_less_late() -> None:
    plan_input = make_shop(replace(LOADED, overtime_hours=3.0))
    lots = lots_to_order(plan_input)
    without = first_schedule(plan_input.with_settings(overtime=False), lots)
    with_it = first_schedule(plan_input, lots)
    assert without.overtime_hours == 0
    assert with_it.objective < without.objective
    assert with_it.overtime_hours > 0


def test_a_factory_without_lots_has_an_empty_schedule() -> None:
    plan_input = make_shop(LOADED)
    none = MaterialPlan(
        *(table.iloc[:0] for table in (lots_to_order(plan_input).make,)),
        *(getattr(lots_to_order(plan_input), name).iloc[:0] for name in ("buy", "allocation")),
    )
    plan = first_schedule(replace(plan_input, demand=plan_input.demand.iloc[:0]), none)
    assert plan.rows.empty
    assert plan.objective == 0
