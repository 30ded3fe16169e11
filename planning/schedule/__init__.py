"""Finite schedules: lots in minutes on each unit of each station."""

from __future__ import annotations

import time
from collections.abc import Callable

from planning.model import MaterialPlan, PlanInput, Schedule, Step
from planning.schedule.build import make_problem
from planning.schedule.rows import lot_rows, overtime_hours, schedule_rows
from planning.schedule.sweep import sweep

FIRST_ANSWER_SECONDS = 1.5


def make_schedule(
    plan_input: PlanInput,
    materials: MaterialPlan,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    first_answer_seconds: float = FIRST_ANSWER_SECONDS,
) -> Schedule:
    """The best schedule found for the lots of `materials`.

    `progress` hears of each better plan as it is found; when `cancelled` says yes the best so far is returned.
    `first_answer_seconds`: how much dispatching the first rung may do, by estimate. The time limit of the settings
    holds for everything; one pass is always made.
    """
    started = time.perf_counter()
    deadline = started + plan_input.settings.time_limit_seconds
    trail: list[Step] = []

    def tell(objective: float) -> None:
        trail.append(Step("dispatch", round(time.perf_counter() - started, 3), objective))
        if progress:
            progress(trail[-1])

    problem = make_problem(plan_input, materials)
    best = sweep(problem, first_answer_seconds, deadline, tell, cancelled or (lambda: False))
    return Schedule(
        rows=schedule_rows(problem, best.placement),
        lots=lot_rows(problem, best.placement),
        objective=best.objective,
        overtime_hours=overtime_hours(problem, best.placement),
        trail=tuple(trail),
    )
