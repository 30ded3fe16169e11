"""The first rung: dispatch with many settings of the rule, the best plan kept.

A wrong kappa costs a multiple of the lateness, and the right one depends on the factory and its load, so the
settings are searched: from the most promising, first the neighbours of the best one found so far.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from planning.schedule.dispatch import Floor, dispatch, urgency
from planning.schedule.dues import Dues, batches, dues, earliest_ends
from planning.schedule.problem import Placement, Problem
from planning.schedule.rows import overtime_hours
from planning.schedule.timeline import DAY

KAPPAS = (8.0, 16.0, 4.0, 32.0, 2.0, 64.0, 1.0)  # in mean processing times, most promising first
LOOK_AHEADS = (2.0, 1.0, 4.0)
SETUP_PRICES = (1.0, 0.0, 4.0)  # in 1 / mean processing time
KAPPAS_BY_SIZE = tuple(sorted(KAPPAS).index(kappa) for kappa in KAPPAS)
SECONDS_PER_STEP = 6e-6  # of one pass, to size the sweep alike on every machine


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the rule, as positions on the scales above."""

    overtime: int
    setup_price: int
    look_ahead: int
    kappa: int


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with its score: objective, overtime hours, changeover hours, mean minute of the lots' ends."""

    placement: Placement
    score: tuple[float, float, float, float]

    @property
    def objective(self) -> float:
        """Weighted whole days late."""
        return self.score[0]


def sweep(
    problem: Problem,
    seconds: float,
    deadline: float,
    improved: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Found:
    """The best plan of as many dispatch passes as fit `seconds` by estimate; at least one, none after `deadline`.

    `deadline` is on the clock of `time.perf_counter`. `improved` is told each better objective as it is found.
    """
    passes = max(1, int(seconds / (SECONDS_PER_STEP * max(len(problem.steps), 1))))
    trial = _Trial(problem)
    open_settings = trial.settings()
    at = open_settings.pop(0)
    best = trial.run(at)
    improved(best.objective)
    for _ in range(passes - 1):
        if not open_settings or cancelled() or time.perf_counter() >= deadline or trial.is_done(best):
            break
        setting = _nearest(open_settings, at)
        open_settings.remove(setting)
        plan = trial.run(setting)
        if plan.score < best.score:
            if plan.objective < best.objective - 1e-9:
                improved(plan.objective)
            best, at = plan, setting
    return best


class _Trial:
    """What every pass of one sweep shares."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.floor = problem, Floor(problem)
        order = batches(problem)
        earliest = earliest_ends(problem, order)
        self.wanted: list[Dues] = [dues(problem, order, earliest, look_ahead) for look_ahead in LOOK_AHEADS]
        self.strict = dues(problem, order, earliest, 1.0)
        self.mean = float(problem.ways.process.mean()) if len(problem.ways) else 1.0
        day = np.minimum((earliest - 1) // DAY, problem.horizon)
        self.least = problem.objective(day)

    def settings(self) -> list[Setting]:
        """All settings, the most promising first: without overtime, then with it."""
        has_setup = bool((self.problem.ways.setup > 0).any()) or any(self.problem.stations.changeover)
        prices = range(len(SETUP_PRICES) if has_setup else 1)
        overtimes = range(2 if self.problem.overtime else 1)
        found = [
            Setting(overtime, price, look, kappa)
            for kappa, look, price, overtime in itertools.product(
                range(len(KAPPAS)), range(len(LOOK_AHEADS)), prices, overtimes
            )
        ]
        return sorted(found, key=lambda s: (s.kappa + s.look_ahead + s.setup_price, s.overtime, s.kappa, s.look_ahead))

    def run(self, setting: Setting) -> Found:
        """One pass."""
        rule = urgency(
            self.problem,
            self.wanted[setting.look_ahead],
            self.strict,
            KAPPAS[setting.kappa] * self.mean,
            SETUP_PRICES[setting.setup_price] / self.mean,
            bool(setting.overtime),
        )
        return found(self.problem, dispatch(self.floor, rule))

    def is_done(self, best: Found) -> bool:
        """True where no plan can be less late and no overtime is used."""
        return best.objective <= self.least + 1e-9 and best.score[1] <= self.problem.frozen_overtime + 1e-9


def found(problem: Problem, placement: Placement) -> Found:
    """The plan with its score."""
    objective = problem.objective(np.array(placement.lot_day, np.int64))
    ends = np.array(placement.lot_end, np.int64)
    score = (
        round(objective, 6),
        round(overtime_hours(problem, placement), 6),
        round(float(sum(placement.setup_hours)), 6),
        float(ends.mean()) if len(ends) else 0.0,
    )
    return Found(placement, score)


def _nearest(open_settings: list[Setting], at: Setting) -> Setting:
    """The open setting nearest to the best one found so far; of those alike the most promising."""

    def distance(setting: Setting) -> int:
        return (
            abs(KAPPAS_BY_SIZE[setting.kappa] - KAPPAS_BY_SIZE[at.kappa])
            + abs(setting.look_ahead - at.look_ahead)
            + abs(setting.setup_price - at.setup_price)
            + abs(setting.overtime - at.overtime)
        )

    return min(open_settings, key=distance)
