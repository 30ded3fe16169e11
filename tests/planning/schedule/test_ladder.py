"""The whole search: every rung hands a plan on that is no later, the bound holds, and what fails costs nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.model import MaterialPlan, Step
from planning.mrp import plan_materials
from planning.plan import assemble, make_plan
from planning.schedule import RUNGS, first_schedule, ladder, make_schedule, search
from planning.schedule.guided import SHARES
from planning.schedule.timeline import DAY
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop
from tests.planning.schedule.test_sweep import shuffled, shuffled_input

CROWDED = Shop(lines=80, products=12, stations=5, steps=3, days=15, horizon_days=60)


@pytest.mark.parametrize("seed", range(12))
def test_every_rung_is_sound_and_no_later_and_the_bound_holds(seed):
    plan_input = random_shop(seed)
    materials = plan_materials(plan_input)
    found = search(plan_input, materials)
    assert not [step for step in found.trail if step.failed]
    objectives = [plan.objective for _, plan in found.plans]
    assert objectives == sorted(objectives, reverse=True)
    assert found.bound is None or found.bound <= objectives[-1] + 1e-6
    for _, plan in found.plans:
        result = assemble(plan_input, found.materials(materials, plan), found.schedule(plan))
        assert verify(plan_input, result) == []
        assert result.objective == pytest.approx(plan.objective)


def test_a_crowded_shop_is_planned_far_better_than_by_rules():
    plan_input = make_shop(CROWDED)
    lots = lots_to_order(plan_input)
    heard: list[Step] = []
    plan, first = make_schedule(plan_input, lots, heard.append), first_schedule(plan_input, lots)
    assert plan.objective <= 0.8 * first.objective
    assert 0 < plan.bound <= plan.objective
    assert plan.relaxed_gap <= 0.01
    assert tuple(heard) == plan.trail
    bounds = [step.bound for step in heard if step.bound is not None]
    assert bounds == sorted(bounds)


def test_bins_finer_than_a_day_prove_more_even_where_their_model_is_not_closed(monkeypatch):
    """Closed, it is the model that is reported; else that in days is, with the bound of the finer one all the same."""
    shop = Shop(80, products=12, stations=4, steps=3, days=15, horizon_days=60, load=1.2)
    plan_input = make_shop(shop).with_settings(time_limit_seconds=20.0)
    closed = search(plan_input, lots_to_order(plan_input), rungs=RUNGS[:3])
    monkeypatch.setattr(ladder, "FINER_SHARE", 1e-9)  # one round, and no time for it
    broken_off = search(plan_input, lots_to_order(plan_input), rungs=RUNGS[:3])
    assert (closed.edges % DAY > 0).any()
    assert not (broken_off.edges % DAY > 0).any()
    assert broken_off.solved.gap <= 0.01
    assert closed.solved.gap <= 0.01
    assert 1.2 * broken_off.solved.objective < closed.solved.objective
    assert broken_off.solved.objective < broken_off.bound <= closed.bound <= closed.best.objective


def tightened(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> tuple[list[np.ndarray], ladder.Ladder]:
    """The shares of the windows that the models of a search were left, and what it found."""
    shares: list[np.ndarray] = []
    tighten = ladder.Master.tighten

    def heard(master: ladder.Master, share: np.ndarray, of_parts: float = 1.0) -> None:
        shares.append(share)
        tighten(master, share, of_parts)

    monkeypatch.setattr(ladder.Master, "tighten", heard)
    plan_input = make_shop(shop)
    return shares, search(plan_input, lots_to_order(plan_input))


def test_models_leave_time_for_the_changeovers_that_the_best_plan_has(monkeypatch):
    """Each station's hours by what it changes over; where nothing is changed over all stations are cut alike."""
    shop = replace(CROWDED, families=4, setup_hours=0.5, time_limit_seconds=8.0)
    shares, found = tightened(shop, monkeypatch)
    assert shares
    setup = sum(found.plans[0][1].placement.setup)
    assert setup > 0
    for share in shares:
        assert (share < max(SHARES)).any()
        assert len(np.unique(share.round(9))) > 1
    plain, _ = tightened(replace(CROWDED, time_limit_seconds=8.0), monkeypatch)
    assert plain
    assert all(float(share.min()) == float(share.max()) in SHARES for share in plain)


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_the_same_plan_comes_again_from_shuffled_rows(seed):
    plan_input = random_shop(seed)
    lots = plan_materials(plan_input)
    mixed = MaterialPlan(shuffled(lots.make), shuffled(lots.buy), shuffled(lots.allocation))
    plan, again = make_schedule(plan_input, lots), make_schedule(shuffled_input(plan_input), mixed)
    pd.testing.assert_frame_equal(plan.rows, again.rows)
    assert (plan.objective, plan.bound) == (again.objective, again.bound)


@pytest.mark.parametrize("rung", ["Columns", "guided", "ruin_and_recreate", "pull"])
def test_a_rung_that_fails_costs_nothing_but_itself(rung, monkeypatch):
    plan_input = make_shop(CROWDED)

    def broken(*_: object, **__: object) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr(ladder, rung, broken)
    plan = make_plan(plan_input)
    assert plan.verified
    assert [step.failed for step in plan.trail if step.failed] == ["MemoryError: no more"]


def test_a_plan_that_the_checker_refuses_gives_way_to_the_one_before(monkeypatch):
    plan_input = make_shop(CROWDED)

    def bad_pull(_floor: object, placement: object) -> object:
        return replace(placement, start=[start - 600 for start in placement.start])

    monkeypatch.setattr(ladder, "pull", bad_pull)
    plan = make_plan(plan_input)
    assert plan.verified
    assert plan.trail[-1].rung == "pull"
    assert plan.trail[-1].failed.startswith("refused")


def test_a_bound_above_a_plan_is_dropped_and_said(monkeypatch):
    plan_input = make_shop(CROWDED)
    lots = lots_to_order(plan_input)
    honest = ladder.Master.run

    def too_high(self, *args, **kwargs):
        relaxed = honest(self, *args, **kwargs)
        return replace(relaxed, bound=1e6)

    monkeypatch.setattr(ladder.Master, "run", too_high)
    plan = make_schedule(plan_input, lots)
    assert any("above" in step.failed for step in plan.trail)
    assert plan.bound is None
    assert plan.relaxed_objective is None


def test_improving_leaves_time_to_pull(monkeypatch):
    plan_input = make_shop(CROWDED).with_settings(time_limit_seconds=4.0)
    monkeypatch.setattr(ladder, "ITERATIONS_PER_LINE", 10**9)
    monkeypatch.setattr(ladder, "ITERATIONS_PER_SECOND", 1e9)
    assert make_schedule(plan_input, lots_to_order(plan_input)).trail[-1].rung == "pull"


def test_a_cancelled_search_climbs_no_further():
    plan_input = make_shop(CROWDED)
    heard: list[Step] = []
    plan = make_schedule(plan_input, lots_to_order(plan_input), heard.append, lambda: len(heard) > 0)
    assert {step.rung for step in plan.trail} == {"dispatch"}


@pytest.mark.parametrize(
    ("bound", "weights", "reached"),
    [(4.2, [2.0, 4.0], 6.0), (4.0000000001, [2.0, 4.0], 4.0), (4.2, [1.5], 4.2), (-3.0, [1.0], 0.0), (2.5, [], 2.5)],
)
def test_a_bound_is_raised_to_what_weights_and_days_can_reach(bound, weights, reached):
    assert ladder._reachable(bound, np.array(weights)) == pytest.approx(reached)
