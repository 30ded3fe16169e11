"""The first rung: dispatch with many settings of the rule, the best plan kept.

A wrong kappa costs a multiple of the lateness, and the right one depends on the factory and its load, so the
settings are searched: from the one that did best on synthetic shops, always the nearest to the best so far.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from planning.schedule.dispatch import dispatch
from planning.schedule.dues import Dues, batches, dues, earliest_ends, least_days
from planning.schedule.floor import Floor
from planning.schedule.problem import Placement, Problem
from planning.schedule.rows import overtime_hours
from planning.schedule.rule import Rule, urgency
from planning.schedule.timeline import DAY

# Scales of the settings and where the search begins. kappa counts in 3/4 of a working day plus two mean processing
# times: over shops of 200 to 10,000 orders its best value stays within 0.6 to 1.5 of that.
KAPPAS, FIRST_KAPPA = (0.3, 0.44, 0.67, 1.0, 1.5, 2.25, 3.4), 3
LOOK_AHEADS, FIRST_LOOK_AHEAD = (1.0, 1.5, 2.0, 3.0), 1
SETUP_PRICES, FIRST_SETUP_PRICE = (1.0, 4.0, 8.0, 16.0, 32.0), 2  # in 1 / mean processing time
# overtime this long before a step is late (None: never)
OVERTIME_DAYS, FIRST_OVERTIME = (None, 0, 2, 8, 30), 3

MOST_PASSES = 60
# of one pass by estimate, without and with changeovers, to size the sweep alike on every machine
SECONDS_PER_STEP, SECONDS_PER_STEP_CHANGED_OVER = 5e-6, 16e-6


class Setting(NamedTuple):
    """One setting of the rule, as positions on the scales."""

    kappa: int
    overtime: int
    setup_price: int
    look_ahead: int


@dataclass(frozen=True, slots=True)
class Found:
    """A plan with its score: objective, overtime hours, changeover hours, mean minute of the lots' ends."""

    placement: Placement
    score: tuple[float, float, float, float]

    @property
    def objective(self) -> float:
        """Weighted whole days late."""
        return self.score[0]


class Sweep:
    """The search for the best setting; it can be taken up again where it stopped."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.first = trial.first()
        self.at = self.first
        self.untried = trial.settings()
        self.best: Found | None = None

    def run(
        self, seconds: float, deadline: float, improved: Callable[[float], None], cancelled: Callable[[], bool]
    ) -> Found:
        """The best plan after as many further passes as fit `seconds` by estimate, but none after `deadline`.

        `deadline` is on the clock of `time.perf_counter`. The first run makes at least one pass. `improved` is told
        each better objective as it is found. The number of passes depends on the problem alone, so that a plan can be
        made again unless time runs out.
        """
        passes = min(MOST_PASSES, int(seconds / self.trial.seconds_per_pass))
        while passes > 0 or self.best is None:
            passes -= 1
            if self.best is not None and (
                not self.untried or cancelled() or time.perf_counter() >= deadline or self.trial.is_done(self.best)
            ):
                break
            setting = min(self.untried, key=lambda one: (_distance(one, self.at), _distance(one, self.first)))
            self.untried.remove(setting)
            plan = self.trial.run(setting)
            if self.best is None or plan.score < self.best.score:
                better = self.best is None or plan.objective < self.best.objective - 1e-9
                self.best, self.at = plan, setting
                if better:
                    improved(plan.objective)
        return self.best


class Trial:
    """What every pass of one sweep shares."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.floor = problem, Floor(problem)
        order = batches(problem)
        earliest = earliest_ends(problem, order)
        self.wanted: list[Dues] = [dues(problem, order, earliest, look_ahead) for look_ahead in LOOK_AHEADS]
        self.strict = self.wanted[LOOK_AHEADS.index(1.0)]
        self.has_setup = any(self.floor.needs_setup)
        self.mean_process = float(problem.ways.process.mean()) if len(problem.ways) else 1.0
        self.kappa_unit = 0.75 * _working_day(problem) + 2 * self.mean_process
        self.least = problem.objective(least_days(problem, order))

    @property
    def seconds_per_pass(self) -> float:
        """What one pass takes, by estimate."""
        each = SECONDS_PER_STEP_CHANGED_OVER if self.has_setup else SECONDS_PER_STEP
        return each * max(len(self.problem.steps), 1)

    def setup_price(self, position: int) -> float:
        """What a minute of changeover costs in the rule, by its position on the scale; 0 where there is none."""
        return SETUP_PRICES[position] / self.mean_process if self.has_setup else 0.0

    def first(self) -> Setting:
        """Where the search begins."""
        overtime = FIRST_OVERTIME if self.problem.overtime else 0
        return Setting(FIRST_KAPPA, overtime, FIRST_SETUP_PRICE if self.has_setup else 0, FIRST_LOOK_AHEAD)

    def settings(self) -> list[Setting]:
        """All settings that make a difference, in the order in which those equally near are tried."""
        scales = (
            range(len(KAPPAS)),
            range(len(OVERTIME_DAYS) if self.problem.overtime else 1),
            range(len(SETUP_PRICES) if self.has_setup else 1),
            range(len(LOOK_AHEADS)),
        )
        return [Setting(*positions) for positions in itertools.product(*scales)]

    def run(self, setting: Setting) -> Found:
        """One pass."""
        return found(self.problem, dispatch(self.floor, self.rule(setting)))

    def rule(self, setting: Setting) -> Rule:
        """The rule by one setting."""
        return urgency(
            self.problem,
            self.wanted[setting.look_ahead],
            self.strict,
            KAPPAS[setting.kappa] * self.kappa_unit,
            self.setup_price(setting.setup_price),
            OVERTIME_DAYS[setting.overtime],
        )

    def is_done(self, best: Found) -> bool:
        """True where no plan can be less late, none works less overtime and none changes over less."""
        no_overtime = best.score[1] <= self.problem.frozen_overtime + 1e-9
        return best.objective <= self.least + 1e-9 and no_overtime and not self.has_setup


def found(problem: Problem, placement: Placement) -> Found:
    """The plan with its score."""
    ends = np.array(placement.lot_end, np.int64)
    score = (
        round(problem.objective(np.array(placement.lot_day, np.int64)), 6),
        round(overtime_hours(problem, placement), 6),
        round(float(sum(placement.setup_hours)), 6),
        float(ends.mean()) if len(ends) else 0.0,
    )
    return Found(placement, score)


def _working_day(problem: Problem) -> float:
    """Mean working minutes of a working day, by the work that the stations have to do."""
    lines, ways = problem.stations.lines, problem.ways
    per_day = np.array([line.through[-1] / len(line.through) if line.through else 0.0 for line in lines])
    work = np.bincount(ways.station, weights=ways.process.astype(np.float64), minlength=len(lines))
    work[per_day == 0] = 0.0
    return float((per_day * work).sum() / work.sum()) if work.sum() > 0 else float(DAY)


def _distance(one: Setting, other: Setting) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))
