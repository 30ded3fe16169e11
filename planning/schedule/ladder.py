"""The ladder of the search: dispatch, bound, guided dispatch, families, ruin and recreate, pull.

Each rung hands its best on.

The first rung gives each lot the supply of bought parts that material planning handed out to it. Where lots could start
sooner with another's supply, all later ones decide on parts and stations together (`pool`): the first rung's plan is
one of theirs, so that the best they find is never later.

How much each rung does is counted in passes and iterations that depend on the problem and on the time limit alone, so
that the same problem gives the same plan on every machine that is fast enough; on a slower one the clock cuts it off.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from planning.model import MaterialPlan, PlanInput, Schedule, Step
from planning.schedule.bins import day_edges, most_bins
from planning.schedule.columns import Columns, make_tree, windows_alone
from planning.schedule.daily import carried
from planning.schedule.dispatch import dispatch
from planning.schedule.families import order_families
from planning.schedule.guided import FIRST_SHARE, FIRST_SHARE_OF_PARTS, KEPT, SHARES, guided
from planning.schedule.improve import improvable_lines, pull, ruin_and_recreate
from planning.schedule.master import Master, Relaxation
from planning.schedule.pool import dealt
from planning.schedule.problem import Placement, Problem
from planning.schedule.rows import lot_rows, overtime_hours, schedule_rows
from planning.schedule.sample import SAMPLES, at_prices, sampled_prices
from planning.schedule.sweep import OVERTIME_DAYS, Found, Sweep, Trial, found
from planning.schedule.timeline import Floats, Ints

RUNGS = ("dispatch", "parts", "bound", "guided", "families", "improve", "pull")

FIRST_ANSWER_SECONDS = 1.5
SECONDS_PER_STEP = 1e-4  # what rows, reasons and the check take after the search, kept free of it
# of the time limit: the first two by when, the last one how long
MODEL_SHARE, GUIDED_SHARE, IMPROVE_SHARE = 0.5, 0.8, 0.4
# order lines from which on the model starts from the prices of a sample, and from which on these are all there is
LARGE, HUGE = 3_000, 10_000
ANCHORS_PER_SECOND = 25_000  # nodes x bins, of the time limit: what the finer model may have
SECONDS_PER_ROUND, FINER_SHARE = 2e-6, 0.25  # of the finer model by node and bin, and of the time limit, by estimate
SECONDS_PER_ANCHOR = 4e-6  # nodes x bins, of the model tightened, by estimate
TIGHTEN_SHARE = 0.4  # of the time limit, that tightened models are counted for: the model is often done early
CLOSED = 0.01  # gap with which the prices of the finer model are better than those of the model in days
COARSE_SHARE = 0.25  # as much for the model in days ahead of the finer one
FAMILIES_SHARE = 0.1  # of the time limit, taken from ruin and recreate: twice, ahead of it and on what it leaves
TRIES_PER_SECOND = 3_000.0  # of the search for better orders of families, by estimate
GUIDE_GAP = 0.05  # to which it is solved: it guides, it proves nothing
GUIDE_SHARE = 0.03  # of the time limit, for the passes by one solution
PULL_SHARE = 0.05  # of the time limit that ruin and recreate leaves to the last rung
ITERATIONS_PER_SECOND = 1_500.0  # of ruin and recreate, by estimate
ITERATIONS_PER_LINE = 500  # and no more than this for each line that could be less late
WORTH_A_START = 1.1  # a second plan is improved too where it is at most this much later than the best
SPARE_DAYS = 5  # that the model looks at behind the last day the plan works
HEARD_EVERY = 0.2  # seconds between two looks at a running model


@dataclass(slots=True)
class Ladder:
    """What the search found: the best plan of each rung, the best one last, and what the model proved."""

    problem: Problem
    plans: list[tuple[str, Found]] = field(default_factory=list)
    trail: list[Step] = field(default_factory=list)
    bound: float | None = None
    relaxed: Relaxation | None = None
    edges: Ints | None = None  # of the bins of time of the model

    @property
    def best(self) -> Found:
        """The best plan so far."""
        return self.plans[-1][1]

    @property
    def solved(self) -> Relaxation | None:
        """The model's solution; None where it was not solved once."""
        return self.relaxed if self.relaxed and np.isfinite(self.relaxed.objective) else None

    @property
    def is_optimal(self) -> bool:
        """True where the bound proves that no plan is less late."""
        return self.best.objective <= max(self.bound or 0.0, 0.0) + 1e-6

    def materials(self, materials: MaterialPlan, plan: Found) -> MaterialPlan:
        """`materials` with the supply as one of the plans deals it."""
        return materials if self.problem.pool is None else dealt(materials, self.problem.pool, plan.placement.start)

    def schedule(self, plan: Found) -> Schedule:
        """The rows of one of the plans."""
        return Schedule(
            rows=schedule_rows(self.problem, plan.placement),
            lots=lot_rows(self.problem, plan.placement),
            objective=plan.objective,
            overtime_hours=overtime_hours(self.problem, plan.placement),
            trail=tuple(self.trail),
            bound=self.bound,
            relaxed_objective=self.solved.objective if self.solved else None,
            relaxed_gap=self.solved.gap if self.solved else None,
        )


def climb(
    problem: Problem,
    plan_input: PlanInput,
    progress: Callable[[Step], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    rungs: tuple[str, ...] = RUNGS,
    pooled: Problem | None = None,
) -> Ladder:
    """Climb the rungs for `problem`, from the second on for `pooled` where that is given.

    It ends at the time limit of the settings; the first rung always gives a plan. `progress` hears of each better plan
    and bound; when `cancelled` says yes what was found so far is returned. A rung that fails leaves what was found
    before it and a Step that says so.
    """
    climber = _Climber(problem, pooled, plan_input.settings.time_limit_seconds, progress, cancelled or (lambda: False))
    for rung in rungs:
        climber.climb(rung)
    return climber.ladder


class _Climber:
    def __init__(
        self,
        problem: Problem,
        pooled: Problem | None,
        seconds: float,
        progress: Callable[[Step], None] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self.problem, self.progress, self.cancelled = problem, progress, cancelled
        self.pooled = pooled
        self.started = time.perf_counter()
        self.seconds = max(seconds - SECONDS_PER_STEP * len(problem.steps), 0.5 * seconds)
        self.deadline = self.started + self.seconds
        self.ladder = Ladder(problem)
        self.sweep = Sweep(Trial(problem))
        self.trial, self.floor = self.sweep.trial, self.sweep.trial.floor
        # models that may guide, the share of the windows to begin with, and the part of the time
        self.masters: list[tuple[Master, int, float]] = []
        self.tree = make_tree(problem)
        self.guided: list[Found] = []
        self.ordered: list[Found] = []

    def climb(self, rung: str) -> None:
        """One rung; the first one lets its errors pass, since without it there is no plan."""
        if rung == "dispatch":
            self._dispatch()
            return
        if self.cancelled() or time.perf_counter() >= self.deadline:
            return
        try:
            {
                "parts": self._parts,
                "bound": self._bound,
                "guided": self._guided,
                "families": self._families,
                "improve": self._improve,
                "pull": self._pull,
            }[rung]()
        except Exception as error:  # noqa: BLE001 whatever went wrong, the plan found so far is still good
            self._say(rung, failed=f"{type(error).__name__}: {error}")

    def _say(self, rung: str, objective: float | None = None, failed: str = "") -> None:
        seconds = round(time.perf_counter() - self.started, 3)
        value = self.ladder.best.objective if objective is None else objective
        self.ladder.trail.append(Step(rung, seconds, value, self.ladder.bound, failed))
        if self.progress:
            self.progress(self.ladder.trail[-1])

    def _keep(self, rung: str, plan: Found) -> None:
        if self.ladder.plans and plan.score >= self.ladder.best.score:
            return
        self.ladder.plans.append((rung, plan))
        self._check_bound(self.ladder.bound)

    def _check_bound(self, bound: float | None) -> None:
        """A bound above a plan's value must not happen; where it does, nothing that the model said counts."""
        value = self.ladder.best.objective
        if bound is not None and value < bound - 1e-6:
            self.ladder.bound = self.ladder.relaxed = None
            self.masters.clear()
            raise ArithmeticError(f"bound {bound} above a plan's value {value}")

    def _dispatch(self) -> None:
        self._keep(
            "dispatch", self.sweep.run(FIRST_ANSWER_SECONDS, self.deadline, self._better("dispatch"), self.cancelled)
        )

    def _parts(self) -> None:
        """From here on supply is dealt as the schedule goes, where that may help."""
        if self.pooled is not None and self.ladder.best.objective > 1e-9:
            self.problem = self.ladder.problem = self.pooled
            sweep, before = Sweep(Trial(self.pooled)), self.ladder.best
            self.trial, self.floor = sweep.trial, sweep.trial.floor
            best = sweep.run(FIRST_ANSWER_SECONDS, self.deadline, self._better("parts"), self.cancelled)
            self._keep("parts", best)
            if best.score < before.score:
                self.sweep = sweep  # else the settings of the rule are searched on where they did better
            self._count_scarce(self.pooled)
        self._say("parts")

    def _count_scarce(self, problem: Problem) -> None:
        """Leave the model the rows of parts that run short where nobody minds them: few of those that could."""
        if problem.pool:
            heedless = dispatch(self.floor.without_parts(), self.trial.rule(self.sweep.at))
            pool = replace(problem.pool, counted=problem.pool.overdrawn(heedless.start))
            self.problem = self.ladder.problem = replace(problem, pool=pool)

    def _bound(self) -> None:
        """The model, in a thread of its own, so that a long solve keeps neither cancel nor time limit waiting."""
        if self.ladder.best.objective <= 1e-9:
            self.ladder.bound = 0.0
            self._say("bound")
            return
        huge = len(self.problem.lines.weight) >= HUGE
        self.ladder.relaxed = self._beside(self._look_at_samples if huge else self._solve, self.deadline, self._prove)
        if self.ladder.relaxed:
            self._prove(self.ladder.relaxed.bound)

    def _solve(self, heard: Callable[[float, float], None]) -> Relaxation | None:
        """The model of all lines: first in days, of all or of a sample of them, then finer where hours are dear."""
        problem, tree, days, cancelled = self.problem, self.tree, self._days(), self.cancelled
        deadline = self.started + MODEL_SHARE * self.seconds
        until = deadline + FINER_SHARE * self.seconds
        nodes, best = max(len(tree.step), 1), [self.ladder.best.placement]
        most = min(most_bins(nodes), int(ANCHORS_PER_SECOND * self.seconds / nodes))
        edges, found = day_edges(days, most_bins(nodes)), None
        if len(problem.lines.weight) >= LARGE:
            prices = sampled_prices(problem, tree, edges, 1, deadline, cancelled)
        else:
            master, self.ladder.edges = Master(Columns(problem, tree, edges)), edges
            found = master.run(deadline, heard=heard, cancelled=cancelled, plans=best)
            self.masters.append((master, FIRST_SHARE, 1.0))
            prices = found.prices if np.isfinite(found.objective) else None
        finer = edges if prices is None else windows_alone(problem, edges).finer_edges(prices, most)
        if found and (len(finer) == len(edges) or time.perf_counter() >= deadline):
            return found
        if self.masters:
            self.masters[0] = (self.masters[0][0], FIRST_SHARE, COARSE_SHARE)
        if prices is not None and found:
            prices = carried(windows_alone(problem, edges), windows_alone(problem, finer), prices)
        elif prices is not None:
            prices = sampled_prices(problem, tree, finer, 1, deadline, cancelled)
        master = Master(Columns(problem, tree, finer))
        if prices is not None:
            master.prove(prices, until)
            master.start_near(prices, until)
        rounds = max(int(FINER_SHARE * self.seconds / (SECONDS_PER_ROUND * master.columns.start.size)), 1)
        again = master.run(until, heard=heard, cancelled=cancelled, plans=best, most_rounds=rounds)
        self.masters.append((master, FIRST_SHARE_OF_PARTS if len(finer) > len(edges) else FIRST_SHARE, 1.0))
        if found and again.gap > max(found.gap, CLOSED):  # its bound counts all the same
            return found
        self.ladder.edges = finer
        return again

    def _look_at_samples(self, heard: Callable[[float, float], None]) -> Relaxation | None:
        """What the prices of samples say of all lines: first in days, which guide, then in finer bins, which prove."""
        problem, tree, days = self.problem, self.tree, self._days()
        deadline = self.started + MODEL_SHARE * self.seconds
        edges = day_edges(days, days)  # whole ones: a part of the lines is looked at at a time
        prices = sampled_prices(problem, tree, edges, SAMPLES, deadline, self.cancelled)
        found = None if prices is None else at_prices(problem, tree, edges, prices, self._is_over)
        if prices is None or found is None:
            return None
        heard(np.inf, found.bound)
        finer = windows_alone(problem, edges).finer_edges(prices, 2 * days)
        again = sampled_prices(problem, tree, finer, SAMPLES, deadline, self.cancelled)
        if again is not None and (proved := at_prices(problem, tree, finer, again, self._is_over)):
            heard(np.inf, proved.bound)
        self.ladder.edges = edges
        return found

    def _is_over(self) -> bool:
        return self.cancelled() or time.perf_counter() >= self.deadline

    def _beside(
        self,
        solve: Callable[[Callable[[float, float], None]], Relaxation | None],
        deadline: float,
        proved: Callable[[float], None] = lambda bound: None,
    ) -> Relaxation | None:
        """What the model says, solved in a thread of its own; None where it did not come to an end in time."""
        ended, failure, answer = threading.Event(), [], []
        news: list[float] = []

        def run() -> None:
            try:
                answer.append(solve(lambda _, bound: news.append(bound)))
            except Exception as error:  # noqa: BLE001 raised again by the one who waits
                failure.append(error)
            finally:
                ended.set()

        threading.Thread(target=run, daemon=True).start()
        told = 0
        while not ended.wait(HEARD_EVERY) and not self.cancelled() and time.perf_counter() < deadline:
            for bound in news[told:]:
                told += 1
                proved(bound)
        for bound in news[told:]:
            proved(bound)
        if failure:
            raise failure[0]
        if not ended.is_set():
            self.masters.clear()  # still at work
            return None
        return answer[0]

    def _days(self) -> int:
        """The days that the model looks at: those that the plan uses and some more."""
        used = [day for day in self.ladder.best.placement.lot_day if day < self.problem.horizon]
        return min(max(used, default=0) + 1 + SPARE_DAYS, self.problem.horizon)

    def _prove(self, bound: float) -> None:
        """A bound is kept as far as the objective can reach it: weights and days are whole numbers."""
        bound = _reachable(bound, self.problem.lines.weight)
        self._check_bound(bound)
        if self.ladder.bound is None or bound > self.ladder.bound:
            self.ladder.bound = bound
            self._say("bound")

    def _guided(self) -> None:
        """The rule by the times of the model as it is and of tightened ones; then more settings of the rule alone."""
        if self.ladder.is_optimal:
            return
        budget = (GUIDED_SHARE - MODEL_SHARE) * self.seconds
        relaxed = self.ladder.relaxed
        if relaxed is not None and len(relaxed.node):
            self._guide(relaxed)
        for master, first, share in self.masters:
            self._tighten(master, first, share * TIGHTEN_SHARE * self.seconds)
        self._keep("dispatch", self.sweep.run(budget / 4, self.deadline, self._better("dispatch"), self.cancelled))
        self._say("guided")

    def _tighten(self, master: Master, first: int, seconds: float) -> None:
        """The rule by the times of models with less of each station, as many as fit `seconds` by estimate.

        They are solved at the share of place `first`, then at that nearest to the best so far.
        """
        worked = self._worked_share(master)
        at, untried = first, list(range(0 if (worked < 1.0).any() else 1, len(SHARES)))
        best = np.inf
        tries = max(int(seconds / (SECONDS_PER_ANCHOR * master.columns.start.size)), 1)
        until = self.started + GUIDED_SHARE * self.seconds
        while tries and untried and time.perf_counter() < until and not self.cancelled():
            tries -= 1
            share = min(untried, key=lambda one: abs(one - at))
            untried.remove(share)
            master.tighten(SHARES[share] * worked)
            relaxed = self._beside(partial(_again, master, until, self.cancelled), self.deadline)
            if relaxed is None or not np.isfinite(relaxed.objective):
                return
            value = self._guide(relaxed)
            if value < best:
                best, at = value, share

    def _worked_share(self, master: Master) -> Floats:
        """Per window, the part of its station's busy minutes that the best plan does not change over in.

        The model counts changeovers at the least they can be; what sequencing really leaves of them is learned from
        the plan.
        """
        placement = self.ladder.best.placement
        way, setup = np.array(placement.way, np.int64), np.array(placement.setup, np.float64)
        done = way >= 0
        station = self.problem.ways.station[way[done]]
        count = len(self.problem.stations.numbers)
        changed = np.bincount(station, weights=setup[done], minlength=count)
        worked = np.bincount(station, weights=self.problem.ways.process[way[done]], minlength=count)
        share = np.where(worked > 0, worked / np.maximum(worked + changed, 1.0), 1.0)
        return share[master.columns.station]

    def _guide(self, relaxed: Relaxation) -> float:
        """The best value of the rule by the times of one solution."""
        trial, at = self.trial, self.sweep.at
        found = guided(
            self.floor,
            self.tree,
            relaxed,
            trial.strict,
            trial.kappa_unit,
            self.deadline,
            self.cancelled,
            overtime_days=OVERTIME_DAYS[at.overtime],
            setup_price=trial.setup_price(at.setup_price),
            passes=max(int(GUIDE_SHARE * self.seconds / trial.seconds_per_pass), 1),
        )
        self.guided = sorted([*self.guided, *found], key=lambda plan: plan.score)[:KEPT]
        self._keep("guided", found[0])
        self._better("guided")(found[0].objective)
        return found[0].objective

    def _families(self) -> None:
        """Fewer changeovers in the plans worth improving."""
        if not self.trial.has_setup or self.ladder.is_optimal:
            return
        starts = self._starts()
        ordered = [self._with_families_ordered(start, len(starts)) for start in starts]
        self.ordered = sorted(ordered, key=lambda plan: plan.score)
        self._keep("families", self.ordered[0])
        self._say("families")

    def _with_families_ordered(self, placement: Placement, plans: int) -> Found:
        """A plan that changes over less, by its part of what is tried for `plans` plans."""
        tries = int(FAMILIES_SHARE * self.seconds * TRIES_PER_SECOND / plans)
        return found(self.problem, order_families(self.floor, placement, tries, self.deadline, self.cancelled))

    def _improve(self) -> None:
        if self.ladder.is_optimal:
            return
        lines = len(improvable_lines(self.floor, self.ladder.best.placement))
        seconds = max(self.deadline - PULL_SHARE * self.seconds - time.perf_counter(), 0.0)
        share = IMPROVE_SHARE - 2 * FAMILIES_SHARE if self.trial.has_setup else IMPROVE_SHARE
        iterations = int(min(share * self.seconds * ITERATIONS_PER_SECOND, lines * ITERATIONS_PER_LINE))
        starts = [plan.placement for plan in self.ordered] or self._starts()
        began, plan = time.perf_counter(), self.ladder.best
        for number, start in enumerate(starts):
            until = began + seconds * (number + 1) / len(starts)
            placement = ruin_and_recreate(
                self.floor, start, until, self._better("improve"), self.cancelled, iterations // len(starts)
            )
            improved = found(self.problem, placement)
            if self.trial.has_setup:
                improved = min(
                    improved, self._with_families_ordered(placement, len(starts)), key=lambda found: found.score
                )
            plan = min(plan, improved, key=lambda found: found.score)
        self._keep("improve", plan)
        self._say("improve")

    def _starts(self) -> list[Placement]:
        """The plans worth improving: the best, and that of another rung where it is hardly later."""
        best = self.ladder.best
        others = [*self.guided[:1], *(plan for _, plan in self.ladder.plans[:-1])]
        near = [p for p in others if p.score != best.score and p.objective <= WORTH_A_START * best.objective]
        return [best.placement, *(plan.placement for plan in near[:1])]

    def _better(self, rung: str) -> Callable[[float], None]:
        """Says each value that is better than all before."""

        def improved(value: float) -> None:
            if not self.ladder.trail or value < self.ladder.trail[-1].objective - 1e-9:
                self._say(rung, value)

        return improved

    def _pull(self) -> None:
        plan = found(self.problem, pull(self.floor, self.ladder.best.placement))
        if plan.objective <= self.ladder.best.objective + 1e-9:
            self.ladder.plans.append(("pull", plan))
            self._check_bound(self.ladder.bound)
            self._say("pull")


def _again(
    master: Master, until: float, cancelled: Callable[[], bool], heard: Callable[[float, float], None]
) -> Relaxation:
    return master.run(until, gap=GUIDE_GAP, heard=heard, cancelled=cancelled)


def _reachable(bound: float, weight: np.ndarray) -> float:
    """The least sum of whole multiples of the weights that is no less than `bound`, where the weights are whole."""
    if not len(weight) or (np.abs(weight - weight.round()) > 1e-9).any():
        return max(0.0, float(bound))
    unit = float(np.gcd.reduce(weight.round().astype(np.int64)))
    return max(0.0, float(np.ceil((bound - 1e-6) / unit)) * unit) if unit else 0.0
