"""Dispatch by the due time that the linear model gives each step.

A line's due date says nothing about when its third step has to run on a crowded station; the linear model does,
since its prices weigh all lines against each other. Each step is due at the point by which the given part of it has
started in the model's solution.

The model fills every minute of a crowded station, which no floor does: lots wait for each other within the day. A model
that may use a little less of each station chooses the lines to be late as a floor that loses these minutes should, and
then the others are on time in fact (Hung and Leachman 1996 correct a linear model by what simulation reaches). How
much less is best depends on the shop, so several shares are tried.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np

from planning.schedule.columns import Tree
from planning.schedule.dispatch import dispatch
from planning.schedule.dues import Dues
from planning.schedule.floor import Floor
from planning.schedule.master import Relaxation
from planning.schedule.problem import Problem
from planning.schedule.rule import urgency
from planning.schedule.sweep import Found, found
from planning.schedule.timeline import NEVER, Ints

POINTS = (0.8, 0.9, 0.7, 0.95, 0.6)
KAPPAS = (0.3, 0.15, 0.6, 1.2)  # in the sweep's unit, most promising first
# of each window, that the model may use; where to begin in bins of days, and where some of them are in parts
SHARES, FIRST_SHARE, FIRST_SHARE_OF_PARTS = (1.0, 0.995, 0.99, 0.985, 0.98, 0.97, 0.96, 0.95, 0.93, 0.9), 5, 1
KEPT = 4


def guided_dues(problem: Problem, tree: Tree, relaxation: Relaxation, point: float, fallback: Dues) -> Dues:
    """Dues by which each step starts when `point` of it has started in the model.

    A lot that several lines share is due with the first of them. Steps the model does not know (lots that serve no
    line) keep `fallback`'s.
    """
    start = step_starts(tree, relaxation, point, len(problem.steps))
    known = start < NEVER
    latest = fallback.latest_end.copy()
    steps, ways, arrays = problem.steps, problem.ways, problem.stations.arrays
    at = np.flatnonzero(known & (np.diff(steps.first_way) > 0))
    way = steps.first_way[at]
    station = ways.station[way]
    latest[at] = arrays.clock(station, arrays.worked(station, start[at]) + ways.process[way])
    return Dues(latest, fallback.weight)


def step_starts(tree: Tree, relaxation: Relaxation, point: float, steps: int) -> Ints:
    """Per step the minute by which `point` of what the model starts of it has started; NEVER: it starts nothing."""
    result = np.full(steps, NEVER, np.int64)
    placed = relaxation.start >= 0
    node, begin, share = relaxation.node[placed], relaxation.start[placed], relaxation.share[placed]
    if not len(node):
        return result
    order = np.lexsort((begin, node))
    node, begin, share = node[order], begin[order], share[order]
    through = np.cumsum(share)
    first = np.flatnonzero(np.append(True, node[1:] != node[:-1]))
    last = np.append(first[1:], len(node)) - 1
    before = through[first] - share[first]
    wanted = before + point * (through[last] - before)
    at = np.minimum(np.searchsorted(through, wanted - 1e-9), last)
    np.minimum.at(result, tree.step[node[first]], begin[at])
    return result


def guided(
    floor: Floor,
    tree: Tree,
    relaxation: Relaxation,
    strict: Dues,
    kappa_unit: float,
    deadline: float,
    cancelled: Callable[[], bool],
    overtime_days: int | None = None,
    setup_price: float = 0.0,
    passes: int = 64,
) -> list[Found]:
    """Plans of the guided dispatch, the best first: of `passes` settings, or of fewer where `deadline` comes before.

    At least one pass is made. Overtime may be used from `overtime_days` before a step would be late (None: never).
    """
    plans: list[Found] = []
    settings = itertools.product(POINTS, KAPPAS)
    wanted_at: dict[float, Dues] = {}
    for point, kappa in itertools.islice(settings, passes):
        if plans and (time.perf_counter() >= deadline or cancelled()):
            break
        if point not in wanted_at:
            wanted_at[point] = guided_dues(floor.problem, tree, relaxation, point, strict)
        rule = urgency(floor.problem, wanted_at[point], strict, kappa * kappa_unit, setup_price, overtime_days)
        plans.append(found(floor.problem, dispatch(floor.dealt_by(wanted_at[point].latest_end), rule)))
        if floor.pool:
            plans.append(found(floor.problem, dispatch(floor, rule)))
        plans.sort(key=lambda plan: plan.score)
        del plans[KEPT:]
    return plans
