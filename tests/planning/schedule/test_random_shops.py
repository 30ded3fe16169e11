"""Schedules of factories drawn at random are sound by the independent checker's reading."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from planning.model import PlanInput, Schedule
from planning.mrp import plan_materials
from planning.plan import assemble
from planning.schedule import first_schedule
from planning.verify import verify
from tests.planning.schedule.random_shops import random_shop, with_frozen_days

SEEDS = range(16)


@cache
def first_plan(seed: int) -> tuple[PlanInput, Schedule, list[str]]:
    """A random factory, its schedule and the faults of the plan it makes."""
    plan_input = random_shop(seed)
    return plan_input, *planned(plan_input)


def planned(plan_input: PlanInput) -> tuple[Schedule, list[str]]:
    """The schedule, and the faults of the plan it makes."""
    materials = plan_materials(plan_input)
    schedule = first_schedule(plan_input, materials)
    return schedule, [str(fault) for fault in verify(plan_input, assemble(plan_input, materials, schedule))]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_factory_gets_a_sound_schedule(seed: int) -> None:
    """Units do one thing at a time inside their hours, steps wait for pieces and material, lots are whole."""
    _, schedule, faults = first_plan(seed)
    assert faults == []
    busy = schedule.rows.sort_values(["station_no", "unit_no", "start_time"])
    same_unit = (busy[["station_no", "unit_no"]] == busy[["station_no", "unit_no"]].shift(1)).all(axis=1)
    assert (busy["start_time"] >= busy["finish_time"].shift(1))[same_unit].all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_plan_keeps_the_frozen_days(seed: int) -> None:
    """The work orders' rows of the first five days stand in the next plan as they were, and it is sound as well."""
    plan_input, first, _ = first_plan(seed)
    frozen_input = with_frozen_days(plan_input, first.rows, 5)
    second, faults = planned(frozen_input)
    assert faults == []
    key = ["order_ref", "step_no", "station_no", "unit_no", "work_date"]
    kept = frozen_input.frozen.merge(second.rows, on=key, suffixes=("", "_now"))
    assert len(kept) == len(frozen_input.frozen)
    for column in ("qty", "hours", "overtime_hours", "start_time", "finish_time"):
        pd.testing.assert_series_equal(kept[column], kept[f"{column}_now"], check_names=False)


def test_the_seeds_cover_what_makes_schedules_hard() -> None:
    """Together the drawn plans use overtime, changeovers, alternatives, overlaps, nights and frozen work."""
    plans = [first_plan(seed)[:2] for seed in SEEDS]
    rows = [schedule.rows for _, schedule in plans]
    assert sum(schedule.overtime_hours for _, schedule in plans) > 10
    assert any((table["finish_time"].dt.normalize() > table["work_date"]).any() for table in rows)
    assert any(len(with_frozen_days(shop, plan.rows, 5).frozen) for shop, plan in plans)
    assert any(_overlaps(table) for table in rows)
    assert any((shop.routing_step["alt_rank"] > 1).any() for shop, _ in plans)


def _overlaps(rows: pd.DataFrame) -> bool:
    """True where a lot's step begins before the one before it is done."""
    steps = rows.groupby(["order_ref", "step_no"]).agg(start=("start_time", "min"), finish=("finish_time", "max"))
    before = steps["finish"].groupby("order_ref").shift(1)
    return bool((steps["start"] < before).any())
