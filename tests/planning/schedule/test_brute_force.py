"""Against the best of all schedules there are: no bound lies above it and no plan that is kept below it."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from planning.model import MaterialPlan, PlanInput
from planning.schedule import search
from planning.schedule.build import make_problem
from planning.schedule.problem import Problem
from planning.schedule.timeline import NEVER
from tests.planning.schedule.small_shops import FEATURES, small_shop

SEEDS = range(40)
Unit = tuple[int, int, int]  # free from, changeover class before, how many of its frozen runs are passed


@dataclass
class Run:
    """A step as it is placed."""

    station: int
    at: int  # position of its first working minute
    setup: int
    process: int
    end: int


class AllSchedules:
    """Every order of the steps on the units and every choice of ways and units, each step as early as it then can be.

    No schedule is less late than the best of these, since an order line is never later for a step done earlier. The
    clock is walked through minute by minute, overtime included wherever it is allowed: it only makes ends earlier.
    """

    def __init__(self, problem: Problem, shared: SharedPart) -> None:
        self.shared = shared
        self.problem, self.steps, self.ways, self.lots = problem, problem.steps, problem.ways, problem.lots
        assert not self.steps.lead.max(initial=-1) > 0, "an item that takes its lead time"
        self.minutes: list[list[int]] = []
        self.days: list[list[int]] = []  # that each of the minutes belongs to
        for line in problem.stations.lines:
            ends = line.ends if problem.overtime else line.regular_ends
            shifts = list(zip(line.days, line.starts, ends, strict=True))
            self.minutes.append([m for _, a, b in shifts for m in range(a, b)])
            self.days.append([day for day, a, b in shifts for _ in range(a, b)])
        first = problem.stations.first_unit
        self.units = [range(first[s], first[s + 1]) for s in range(len(self.minutes))]
        self.last = {lot: int(self.lots.first_step[lot + 1]) - 1 for lot in range(len(self.lots))}
        self.parts: list[list[int]] = [[] for _ in range(len(self.steps))]
        for lot, step in zip(self.lots.supplier.tolist(), self.lots.supplied_step.tolist(), strict=True):
            self.parts[step].append(lot)

    def best(self) -> float:
        """The least objective of them all; some lots may be left out, with all that waits for them."""
        self.least = float("inf")
        lots = range(len(self.lots))
        for count in range(len(self.lots) + 1):
            for left_out in map(set, itertools.combinations(lots, count)):
                waiting = [lot for lot in lots if any(left_out & set(self.parts[step]) for step in self._steps(lot))]
                if left_out.issuperset(waiting):
                    days = dict.fromkeys(left_out, self.problem.horizon)
                    units = {unit: (0, -1, 0) for station in self.units for unit in station}
                    todo = [step for lot in lots if lot not in left_out for step in self._steps(lot)]
                    self._place(tuple(todo), {}, units, days)
        return self.least

    def _steps(self, lot: int) -> range:
        return range(int(self.lots.first_step[lot]), self.last[lot] + 1)

    def _place(
        self, todo: tuple[int, ...], placed: dict[int, Run], units: dict[int, Unit], days: dict[int, int]
    ) -> None:
        """Try each of the steps that may come next; branches that are no better than the best so far are left."""
        value = self._value(days)
        if value >= self.least:
            return
        if not todo:
            self.least = value
        for step in todo:
            if self._before(step) in todo or any(self.last[lot] in todo for lot in self.parts[step]):
                continue
            rest = tuple(other for other in todo if other != step)
            lot = int(self.steps.lot[step])
            if self.steps.lead[step] == 0:  # nothing is left to do of the lot
                end = max(self._parts_end(step, placed), int(self.lots.fixed_end[lot]))
                done = days | {lot: int(self.lots.fixed_day[lot])}
                self._place(rest, placed | {step: Run(-1, 0, 0, 0, end)}, units, done)
            for way in range(int(self.steps.first_way[step]), int(self.steps.first_way[step + 1])):
                same: set[Unit] = set()
                for unit in self._units(step, way):
                    if not self.problem.stations.reserved[unit]:
                        if units[unit] in same:
                            continue  # a unit like one that was tried
                        same.add(units[unit])
                    for run, after in self._runs(step, way, unit, units[unit], placed):
                        day = max(days.get(lot, int(self.lots.fixed_day[lot])), self._day(run))
                        self._place(rest, placed | {step: run}, units | {unit: after}, days | {lot: day})

    def _value(self, days: dict[int, int]) -> float:
        """Weighted days late, if nothing that is not placed yet were late."""
        return self.problem.objective(np.array([days.get(lot, 0) for lot in range(len(self.lots))]))

    def _units(self, step: int, way: int) -> list[int]:
        own, pinned = self.units[self.ways.station[way]], int(self.steps.pinned[step])
        return [pinned] if pinned >= 0 else list(own)

    def _before(self, step: int) -> int:
        return step - 1 if step > self.lots.first_step[self.steps.lot[step]] else -1

    def _runs(self, step: int, way: int, unit: int, state: Unit, placed: dict[int, Run]) -> list[tuple[Run, Unit]]:
        """The step behind what stands on the unit: before each of its frozen runs where it fits, and after them."""
        station, kind, process = int(self.ways.station[way]), int(self.steps.kind[step]), int(self.ways.process[way])
        minutes, found = self.minutes[station], []
        free, before, passed = state
        frozen = self.problem.stations.reserved[unit]
        for k in range(passed, len(frozen) + 1):
            if k > passed:
                free, before = max(free, frozen[k - 1][1]), frozen[k - 1][2]
            usual = 0 if before == kind else int(self.ways.setup[way])
            setup, _ = self.problem.stations.changeover[station].get((before, kind), (usual, 0.0))
            at = max(self._ready(step, station, setup, process, placed), bisect_left(minutes, free))
            if at + setup + process > len(minutes):
                continue
            run = Run(station, at, setup, process, minutes[at + setup + process - 1] + 1)
            if k == len(frozen) or run.end <= frozen[k][0]:
                found.append((run, (run.end, kind, k)))
        return found

    def _ready(self, step: int, station: int, setup: int, process: int, placed: dict[int, Run]) -> int:
        """Position of the first working minute at which everything that the step waits for is there.

        Of the step before, transfer lot k has to be out, and its wait over, when the step takes up that lot: its first
        before the changeover.
        """
        minutes, before = self.minutes[station], self._before(step)
        at = bisect_left(minutes, self._parts_end(step, placed))
        at = max(at, bisect_left(self.days[station], self._supplied_on(step, placed)))
        if before < 0:
            return at
        run, wait = placed[before], int(self.steps.wait[before])
        good, size = float(self.steps.good[before]), float(self.steps.transfer[before])
        size = size if 0 < size < good else good
        for k in range(int(np.ceil(good / size - 1e-9))):
            out = int(np.ceil(run.process * min((k + 1) * size / good, 1.0) - 1e-9))
            moment = self.minutes[run.station][run.at + run.setup + out - 1] + 1 + wait
            ahead = setup + int(np.ceil(process * k * size / good)) if k else 0
            at = max(at, bisect_left(minutes, moment) - ahead)
        return at

    def _supplied_on(self, step: int, placed: dict[int, Run]) -> int:
        """The day from which on a piece of the shared part is left for the step at all times; -1: it takes none."""
        if step not in self.shared.takers:
            return -1
        used = [self.days[run.station][run.at] for other, run in placed.items() if other in self.shared.takers]
        arrivals = sorted(self.shared.days)
        left = [
            (day, sum(one <= day for one in arrivals) - sum(one <= day for one in used)) for day in [*arrivals, *used]
        ]
        short = max((day for day, pieces in left if pieces < 1), default=-1)
        return min((day for day in arrivals if day > short), default=NEVER)

    def _parts_end(self, step: int, placed: dict[int, Run]) -> int:
        """When the material and the parts that a step takes are there."""
        ends = [max(placed[self.last[lot]].end, int(self.lots.fixed_end[lot])) for lot in self.parts[step]]
        return max([int(self.steps.release[step]), *ends])

    def _day(self, run: Run) -> int:
        return self.problem.stations.lines[run.station].day_of_end(run.end)


@dataclass(frozen=True)
class SharedPart:
    """A bought part that comes in piece by piece: the days of the pieces, and the steps that take one each."""

    days: tuple[int, ...]
    takers: frozenset[int]


def apart(plan_input: PlanInput, materials: MaterialPlan) -> tuple[Problem, SharedPart]:
    """The problem without the part that lots share, and that part; what lots take that have begun stays with them."""
    problem, ledger = make_problem(plan_input, materials), materials.allocation
    lot_of = {ref: lot for lot, ref in enumerate(problem.lots.refs)}
    begun = {ref for ref, lot in lot_of.items() if problem.lots.fixed_start[lot] >= 0}
    bought = (ledger["item_no"] == "MATERIAL") & (ledger["demand_kind"] == "make") & ~ledger["demand_ref"].isin(begun)
    has_step = [
        not problem.steps.lead[problem.lots.first_step[lot_of[ref]]] >= 0 if ref in lot_of else False
        for ref in ledger["demand_ref"]
    ]
    shared = ledger[bought & np.array(has_step, bool)]
    free = replace(materials, allocation=ledger.drop(index=shared.index))
    days = (shared["available_date"] - pd.Timestamp(plan_input.as_of_date)).dt.days - 1
    steps = [int(problem.lots.first_step[lot_of[ref]]) for ref in shared["demand_ref"]]
    if len(set(steps)) < len(steps):  # who takes two pieces
        return problem, SharedPart((), frozenset())
    return make_problem(plan_input, free), SharedPart(tuple(days.tolist()), frozenset(steps))


def drawn_features(seed: int) -> tuple[tuple[str, ...], int]:
    """Some features, and a number of orders that make at most six steps with them."""
    draw = np.random.default_rng(1000 + seed)
    chosen = tuple(feature for feature in FEATURES if draw.random() < 0.35)
    lots = 2 if "chain" in chosen and "shared" not in chosen else 3
    return tuple(feature for feature in chosen if feature != "chain" or lots == 2), lots


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_is_below_and_the_plan_above_the_best_of_all_schedules(seed):
    features, lots = drawn_features(seed)
    plan_input, materials = small_shop(seed, features, lots=lots, stations=2, days=12)
    problem, shared = apart(plan_input, materials)
    assert len(problem.steps) <= 6
    best = AllSchedules(problem, shared).best()
    found = search(plan_input.with_settings(time_limit_seconds=10.0), materials)
    assert not [step for step in found.trail if step.failed]
    kept, bound = found.best.objective, found.bound
    said = f"{features}: bound {bound}, best {best}, kept {kept}, ratio {kept / best if best else 1.0:.3f}"
    assert kept >= best - 1e-6, said
    assert bound is not None, said
    assert bound <= best + 1e-6, said
