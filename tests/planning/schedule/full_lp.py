"""The linear model of `planning.schedule.columns` over all of its columns, enumerated one by one in plain Python.

Nothing of columns.py is used: days, windows, earliest starts, anchors and ways are worked out again minute by minute
from the Problem, by what that module's docstring says. Only for problems of a few orders and days.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import Any

import numpy as np
import pulp

from planning.schedule.problem import Problem
from planning.schedule.timeline import DAY, IDLE_DENSITY, NEVER, Timeline

Window = tuple[int, int]  # station and bin of time
Vector = tuple[tuple[Window, float], ...]  # minutes taken from windows
MOST_COLUMNS = 150_000  # more than this is a test that was made too large


class Clock:
    """One station's minutes, overtime counted as working time; behind the horizon they run on at their average."""

    def __init__(self, line: Timeline, horizon: int, edges: list[int]) -> None:
        whole = list(zip(line.days, line.starts, line.ends, strict=True))
        self.shifts: list[tuple[int, int, int]] = []
        for day, start, end in whole:  # a shift is cut at the edges on its own day
            cuts = [edge for edge in edges if start < edge < end and edge // DAY == day]
            self.shifts += [(day, a, b) for a, b in itertools.pairwise([start, *cuts, end])]
        self.overtime = max((a - b for a, b in zip(line.ends, line.regular_ends, strict=True)), default=0)
        self.shortest = min((b - a for a, b in zip(line.starts, line.regular_ends, strict=True)), default=NEVER)
        self.total = sum(end - start for _, start, end in self.shifts)
        self.horizon = horizon * DAY
        self.density = self.total / self.horizon if self.total else IDLE_DENSITY

    def worked(self, minute: int) -> int:
        """Working minutes until `minute`."""
        inside = sum(min(minute, end) - start for _, start, end in self.shifts if start <= minute)
        return inside + math.floor(max(minute - self.horizon, 0) * self.density)

    def reached(self, worked: int) -> int:
        """The earliest minute by which so many have been worked."""
        if worked > self.total:
            return self.horizon + math.floor((worked - self.total) / self.density)
        passed = 0
        for _, start, end in self.shifts:
            if passed + end - start >= worked:
                return start + worked - passed
            passed += end - start
        return 0

    def day_before(self, minute: int) -> int:
        """The day of the last shift that begins before `minute`; 0 for none."""
        return max((at for at, start, _ in self.shifts if start < minute), default=0)


class FullModel:
    """All columns of a Problem over the bins of time between `edges`, in minutes, up to the end of a day."""

    def __init__(self, problem: Problem, edges: list[int]) -> None:
        self.problem, self.edges, self.count, self.days = problem, edges, len(edges) - 1, edges[-1] // DAY
        self.clocks = [Clock(line, problem.horizon, edges) for line in problem.stations.lines]
        first = problem.stations.first_unit
        self.station_of = [s for s in range(len(self.clocks)) for _ in range(first[s], first[s + 1])]
        lots, steps = problem.lots, problem.steps
        self.uses = np.bincount(lots.supplier, minlength=len(lots)) + np.bincount(
            problem.lines.lot, minlength=len(lots)
        )
        self.suppliers: list[list[tuple[int, float]]] = [[] for _ in range(len(steps))]
        for lot, step, share in zip(lots.supplier.tolist(), lots.supplied_step.tolist(), lots.share, strict=True):
            self.suppliers[step].append((lot, float(share)))
        self.least_setup = [self._least_setup(way) for way in range(len(problem.ways))]
        self.windows = [self._windows(station) for station in range(len(self.clocks))]
        self.earliest = cache(self._earliest)
        self.choices = cache(self._choices)
        self.columns = cache(self._columns)

    # the days

    def _bin(self, minute: int) -> int:
        return sum(1 for edge in self.edges if edge <= minute) - 1

    def _windows(self, station: int) -> list[tuple[Window, int, int]]:
        """The windows of a station with the minutes worked before and after them."""
        found: list[tuple[Window, int, int]] = []
        passed = 0
        for _, start, end in self.clocks[station].shifts:
            window = (station, self._bin(start))
            if found and found[-1][0] == window:
                found[-1] = (window, found[-1][1], passed + end - start)
            else:
                found.append((window, passed, passed + end - start))
            passed += end - start
        return found

    def supplied(self) -> dict[Window, float]:
        """What has come in of each scarce part ahead of each of its arrivals; its "window" is (-1 - part, minute)."""
        pool, result = self.problem.pool, dict[Window, float]()
        for part in range(len(pool.first) - 1 if pool else 0):
            arrivals = range(int(pool.first[part]), int(pool.first[part + 1]))
            for at in arrivals:
                ahead = int(pool.day[at + 1]) * DAY if at + 1 in arrivals else NEVER
                result.setdefault((-1 - part, min(ahead, self.days * DAY)), float(pool.supply[at]))
        return result

    def _pieces(self, step: int, anchor: int, share: float) -> dict[Window, float]:
        """What a step that starts before the next anchor's earliest start surely takes of what comes in."""
        pool, until = self.problem.pool, self.earliest(step, anchor + 1)[0]
        wants = {int(p): float(q) for s, p, q in zip(pool.step, pool.part, pool.qty, strict=True) if s == step}
        return {row: wants[-1 - row[0]] * share for row in self.supplied() if -1 - row[0] in wants and until <= row[1]}

    def capacity(self) -> dict[Window, float]:
        """Minutes of each window over all units, less fixed work."""
        first, result = self.problem.stations.first_unit, dict[Window, float]()
        for station, clock in enumerate(self.clocks):
            units = range(first[station], first[station + 1])
            for _, start, end in clock.shifts:
                fixed = sum(
                    max(min(end, row[1]) - max(start, row[0]), 0)
                    for unit in units
                    for row in self.problem.stations.reserved[unit]
                )
                window = (station, self._bin(start))
                result[window] = result.get(window, 0.0) + max((end - start) * len(units) - fixed, 0)
        return result

    # steps: earliest times

    def _least_setup(self, way: int) -> int:
        """The changeover that every order of the lots has before this way's step."""
        ways, steps = self.problem.ways, self.problem.steps
        station, kind = int(ways.station[way]), steps.kind[ways.step[way]]
        if any(rows and self.station_of[unit] == station for unit, rows in enumerate(self.problem.stations.reserved)):
            return 0  # the fixed lot may be of its kind
        alike = sum(1 for k in range(len(ways)) if ways.station[k] == station and steps.kind[ways.step[k]] == kind)
        declared = [
            minutes for (_, to), (minutes, _) in self.problem.stations.changeover[station].items() if to == kind
        ]
        return min([int(ways.setup[way]) if alike == 1 else 0, *declared])

    def _ways(self, step: int) -> range:
        return range(int(self.problem.steps.first_way[step]), int(self.problem.steps.first_way[step + 1]))

    def _before(self, step: int) -> int:
        """The lot's step before, -1 for its first."""
        return step - 1 if step > self.problem.lots.first_step[self.problem.steps.lot[step]] else -1

    def _earliest(self, step: int, anchor: int) -> tuple[int, int, int]:
        """Start of a step with the stations to itself and nothing begun before the anchor's bin; its end; when the
        next step of its lot may start, but for the wait.
        """
        steps, ways = self.problem.steps, self.problem.ways
        start = max(int(steps.release[step]), self.edges[anchor])
        start = max([start, *(self._ready(before, step, anchor) for before in self._waits_for(step))])
        if not self._ways(step):
            end = start + int(steps.lead[step]) * DAY if steps.lead[step] >= 0 else NEVER
            return start, min(end, NEVER), min(end, NEVER)
        end = out = NEVER
        has_next, transfer, good = steps.next[step] >= 0, float(steps.transfer[step]), float(steps.good[step])
        part = min(transfer / good, 1.0) if has_next and transfer > 0 else 1.0
        for way in self._ways(step):
            clock, process = self.clocks[ways.station[way]], int(ways.process[way])
            worked = clock.worked(start)
            end = min(end, clock.reached(worked + process + self.least_setup[way]))
            out = min(out, clock.reached(worked + math.floor(process * part)))
        return start, end, out

    def _waits_for(self, step: int) -> list[int]:
        own = [self._before(step)] if self._before(step) >= 0 else []
        return own + [int(self.problem.lots.first_step[lot + 1]) - 1 for lot, _ in self.suppliers[step]]

    def _ready(self, before: int, step: int, anchor: int) -> int:
        """When `step` may start as far as `before`, begun at its earliest under `anchor`, lets it."""
        _, end, out = self.earliest(before, anchor)
        return out + int(self.problem.steps.wait[before]) if before == self._before(step) else end

    # columns

    def _starts(self, step: int, way: int, anchor: int, share: float) -> list[Vector]:
        """What the starts of a step from one anchor to the next take, as far as they are no mixture of others."""
        start, end, _ = self.earliest(step, anchor)
        following = self.earliest(step, anchor + 1)[0]
        if start >= following or end > (self.days + 1) * DAY:
            return []
        station = int(self.problem.ways.station[way])
        clock, windows = self.clocks[station], self.windows[station]
        minutes = int(self.problem.ways.process[way]) + self.least_setup[way]
        first, last = clock.worked(start), clock.worked(following - 1)
        if share >= 1 - 1e-9 and clock.overtime == 0:
            runs = [
                tuple(max(min(w + minutes, through) - max(w, before), 0) for _, before, through in windows)
                for w in range(first, min(last, clock.total - minutes) + 1)
            ]
            return [
                tuple((window, float(m)) for (window, _, _), m in zip(windows, run, strict=True) if m)
                for k, run in enumerate(runs)
                if not 0 < k < len(runs) - 1 or not _between(runs[k - 1], run, runs[k + 1])
            ]
        # shares of lots, and runs that may leave out overtime: all in one window of those the whole run can touch
        run = math.ceil(minutes * share / share)
        run += clock.overtime * (run // max(clock.shortest, 1) + 2)
        low = next((k for k, (_, _, through) in enumerate(windows) if through > first), len(windows))
        high = next((k for k, (_, _, through) in enumerate(windows) if through > last + run), len(windows) - 1)
        return [((windows[k][0], minutes * share),) for k in range(low, high + 1)]

    def _choices(self, step: int, share: float, limit: int) -> frozenset[Vector]:
        """All that a step and what it waits for may take, with an anchor of the step of at most `limit`."""
        found: set[Vector] = set()
        for anchor in range(limit + 1):
            if not self._ways(step):
                own = {()} if self.earliest(step, anchor)[1] < NEVER else set()
            else:
                own = {vector for way in self._ways(step) for vector in self._starts(step, way, anchor, share)}
            if not own:
                continue
            if self.problem.pool is not None:
                pieces = tuple(self._pieces(step, anchor, share).items())
                own = {vector + pieces for vector in own}
            parts: list[Any] = [own]
            before = self._before(step)
            if before >= 0:
                parts.append(self.choices(before, share, self._last_anchor(before, step, anchor)))
            for lot, taken in self.suppliers[step]:
                last = int(self.problem.lots.first_step[lot + 1]) - 1
                part = share * (1.0 if self.uses[lot] == 1 else taken)
                parts.append(self.choices(last, part, self._last_anchor(last, step, anchor)))
            found |= {_sum(vectors) for vectors in itertools.product(*parts)}
            assert len(found) <= MOST_COLUMNS
        return frozenset(found)

    def _last_anchor(self, before: int, step: int, anchor: int) -> int:
        """The last anchor of `before` with which it is done before `step` would have the next anchor; -1: none."""
        until = self.earliest(step, anchor + 1)[0]
        return max((g for g in range(self.count) if self._ready(before, step, g) < until), default=-1)

    def _columns(self, line: int) -> dict[Vector, float]:
        """Every column of an order line with its weighted days late."""
        lines, result = self.problem.lines, dict[Vector, float]()
        pairs = [
            (int(lot), 1.0 if self.uses[lot] == 1 else float(share))
            for own, lot, share in zip(lines.line, lines.lot, lines.share, strict=True)
            if own == line
        ]
        for day in range(max(int(lines.fixed[line]), self.problem.first_day), self.days):
            cost = float(lines.weight[line]) * max(day - int(lines.target[line]), 0)
            parts = []
            for lot, share in pairs:
                last = int(self.problem.lots.first_step[lot + 1]) - 1
                anchors = [g for g in range(self.count) if self._delivered(last, g) <= day]
                parts.append(self.choices(last, share, max(anchors, default=-1)))
            for vectors in itertools.product(*parts):
                vector = _sum(vectors)
                result[vector] = min(result.get(vector, np.inf), cost)
            assert len(result) <= MOST_COLUMNS
        return result

    def _delivered(self, step: int, anchor: int) -> int:
        """The earliest day that the end of a lot's last step can count for."""
        _, end, _ = self.earliest(step, anchor)
        if end >= NEVER:
            return self.problem.horizon
        stations = [int(self.problem.ways.station[way]) for way in self._ways(step)]
        day = min([max(end - 1, 0) // DAY, *(self.clocks[station].day_before(end) for station in stations)])
        fixed = int(self.problem.lots.fixed_day[self.problem.steps.lot[step]])
        return max(day, fixed, self.problem.first_day)

    def outside(self, line: int) -> float:
        """What a line costs that is not delivered in these days."""
        lines = self.problem.lines
        return float(lines.weight[line]) * max(max(int(lines.fixed[line]), self.days) - int(lines.target[line]), 0)

    def cheapest(self, line: int, prices: dict[Window, float]) -> float:
        """The least that a line costs, with what it takes at these prices; what has no price costs nothing."""
        paid = (cost + sum(prices.get(w, 0.0) * m for w, m in vector) for vector, cost in self.columns(line).items())
        return min([self.outside(line), *paid])

    def solve(self) -> tuple[float, dict[Window, float]]:
        """The value of the linear model over all columns of all lines, and its prices per minute of each window."""
        lines = self.problem.lines
        model = pulp.LpProblem("full", pulp.LpMinimize)
        model.setObjective(pulp.LpAffineExpression.empty())
        empty = pulp.LpAffineExpression.empty
        rows = [model.addConstraint(empty() >= 1, f"line_{k}") for k in range(len(lines.weight))]
        windows = {
            window: model.addConstraint(empty() <= minutes, f"window_{window[0]}_{window[1]}")
            for window, minutes in (self.capacity() | self.supplied()).items()
        }
        for line, row in enumerate(rows):
            model.add_column(f"outside_{line}", 0, None, obj=self.outside(line), coefficients={row: 1.0})
            for number, (vector, cost) in enumerate(self.columns(line).items()):
                taken = {windows[window]: minutes for window, minutes in vector}
                model.add_column(f"c{line}_{number}", 0, None, obj=cost, coefficients={row: 1.0} | taken)
        stats = model.solve(
            pulp.HiGHS(msg=False, threads=1, primal_feasibility_tolerance=1e-9, dual_feasibility_tolerance=1e-9)
        )
        assert stats.status == pulp.LpSolveStatus.Optimal
        highs: Any = model.solverModel
        duals = highs.getSolution().row_dual[len(rows) :]
        prices = {window: max(-dual, 0.0) for window, dual in zip(windows, duals, strict=True)}
        return float(highs.getObjectiveValue()), prices


def _between(one: tuple[int, ...], middle: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(2 * m == a + b for a, m, b in zip(one, middle, other, strict=True))


def _sum(vectors: tuple[Vector, ...]) -> Vector:
    total: dict[Window, float] = {}
    for window, minutes in itertools.chain.from_iterable(vectors):
        total[window] = total.get(window, 0.0) + minutes
    return tuple(sorted((window, round(minutes, 9)) for window, minutes in total.items()))
