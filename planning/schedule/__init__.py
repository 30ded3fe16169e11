"""Finite schedules: lots in minutes on each unit of each station."""

from __future__ import annotations

from collections.abc import Callable

from planning.model import MaterialPlan, PlanInput, Schedule, Step
from planning.schedule.build import make_problems
from planning.schedule.ladder import RUNGS, Ladder, climb


def search(
    plan_input: PlanInput,
    materials: MaterialPlan,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    rungs: tuple[str, ...] = RUNGS,
) -> Ladder:
    """What the ladder of `rungs` finds for the lots of `materials` within the time limit of the settings."""
    problem, pooled = make_problems(plan_input, materials)
    return climb(problem, plan_input, progress, cancelled, rungs, pooled)


def make_schedule(
    plan_input: PlanInput,
    materials: MaterialPlan,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Schedule:
    """The best schedule found for the lots of `materials`.

    It may deal bought parts otherwise than `materials` does; who needs that deal asks `search` (`Ladder.materials`).
    """
    ladder = search(plan_input, materials, progress, cancelled)
    return ladder.schedule(ladder.best)


def first_schedule(
    plan_input: PlanInput,
    materials: MaterialPlan,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Schedule:
    """The schedule of the first rung alone."""
    ladder = search(plan_input, materials, progress, cancelled, RUNGS[:1])
    return ladder.schedule(ladder.best)
