"""How waiting steps are ranked.

The urgency is the apparent tardiness cost of Vepsalainen and Morton (1987) in logarithms,
ln(w / p) - max(0, latest start - now) / kappa, with time in the station's working minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.schedule.dues import Dues
from planning.schedule.problem import Problem
from planning.schedule.timeline import DAY, NEVER


@dataclass(frozen=True, slots=True)
class Rule:
    """How steps are ranked. Per way: soft, the key while not overdue; hard, the key from the minute `overdue` on;
    smaller is better, and soft falls by 1 / kappa a working minute. late: from this minute on the step may use
    overtime where `overtime` is set. setup_price: what a minute of changeover costs in
    units of the key.
    """

    soft: list[float]
    hard: list[float]
    overdue: list[int]
    late: list[int]
    kappa: float
    setup_price: float = 0.0
    overtime: bool = False


def urgency(
    problem: Problem,
    wanted: Dues,
    strict: Dues,
    kappa: float,
    setup_price: float = 0.0,
    overtime_days: int | None = None,
) -> Rule:
    """The apparent tardiness cost rule on `wanted` dues.

    A step may use overtime from `overtime_days` days before it would be late by the `strict` dues on; None: never.
    """
    ways, arrays = problem.ways, problem.stations.arrays
    weight = np.log(wanted.weight[ways.step] / ways.process)
    overdue, late = (
        arrays.worked(ways.station, dues.latest_end[ways.step]) - ways.process for dues in (wanted, strict)
    )
    ahead = (overtime_days or 0) * DAY
    return Rule(
        (overdue / kappa - weight).tolist(),
        (-weight).tolist(),
        arrays.clock(ways.station, overdue).tolist(),
        (arrays.clock(ways.station, late) - ahead).tolist(),
        kappa,
        setup_price,
        overtime_days is not None,
    )


def earliest_due(problem: Problem, wanted: Dues) -> Rule:
    """Earliest due date first, for comparison: steps of the line that is due first."""
    lot_due = wanted.latest_end[problem.lots.first_step[problem.steps.lot + 1] - 1].astype(np.float64)
    key = lot_due[problem.ways.step].tolist()
    never = [NEVER] * len(key)
    return Rule(key, key, never, never, float("inf"))
