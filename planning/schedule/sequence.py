"""What stands on each unit as an order of steps: everything starts as early as that order and what it waits for allow.

An order is changed on one unit at a time; only what the change reaches is timed again, and it can be taken back.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from planning.schedule.floor import Floor
from planning.schedule.overlap import overlapped_start
from planning.schedule.problem import Placement
from planning.schedule.timeline import NEVER

Run = tuple[int, int, int, float]  # start, end, setup minutes, setup hours
Score = tuple[float, float, float, int]
VISITS = 4  # of each step on average in one change: an order that goes round in a circle takes more
MOST_VISITS = 100  # beyond twice the steps put in another order


class Sequences:
    """The steps of each unit in order, and the earliest times that they allow.

    Held where they stand: steps without a station, pinned ones, and all that stand on their unit before the last of
    its reserved or pinned work. Each step keeps its way and unit; one that works overtime starts no sooner than it
    does, and no other begins to. Scarce parts stay with those that take them in the placement.

    score: weighted days late, hours of overtime, hours of changeover, sum of the lots' ends.
    """

    def __init__(self, floor: Floor, placement: Placement) -> None:
        self.floor = floor
        problem = floor.problem
        self.placement = placement
        self.lines = problem.stations.lines
        self.start, self.end = placement.start[:], placement.end[:]
        self.setup, self.setup_hours = placement.setup[:], placement.setup_hours[:]
        self.way, self.unit, self.overtime = placement.way, placement.unit, placement.overtime[:]
        self.efficiency: list[float] = problem.stations.efficiency.tolist()
        self.release = _release(floor, placement)
        for step, allowed in enumerate(placement.overtime):
            if allowed and self._overtime(step):
                self.release[step] = max(self.release[step], self.start[step])
            else:
                self.overtime[step] = False
        self.previous = [-1] * len(self.way)
        for step, following in enumerate(floor.next):
            if following >= 0:
                self.previous[following] = step
        self.suppliers: list[list[int]] = [[] for _ in self.way]
        for lot, step in zip(problem.lots.supplier.tolist(), problem.lots.supplied_step.tolist(), strict=True):
            self.suppliers[step].append(lot)
        self.fixed_end: list[int] = problem.lots.fixed_end.tolist()
        self.fixed_day: list[int] = problem.lots.fixed_day.tolist()
        self.lot_end, self.lot_day = placement.lot_end[:], placement.lot_day[:]
        self._line_up()
        self._count_lines()
        self.score: Score = (
            round(sum(self.cost), 6),
            round(sum(map(self._overtime, range(len(self.way)))), 6),
            round(sum(self.setup_hours), 6),
            sum(self.lot_end),
        )

    def _line_up(self) -> None:
        """What stands before and after each step that is not held, and what each unit does ahead of these."""
        floor, reserved = self.floor, self.floor.problem.stations.reserved
        runs: list[list[tuple[int, int, int, int]]] = [
            [(s, e, -1, kind) for s, e, kind, _ in rows] for rows in reserved
        ]
        held_until = [max((end for _, end, _, _ in rows), default=0) for rows in runs]
        for step, way in enumerate(self.way):
            if way >= 0:
                unit = self.unit[step]
                runs[unit].append((self.start[step], self.end[step], step, floor.kind[step]))
                if floor.pinned[step] >= 0:
                    held_until[unit] = max(held_until[unit], self.end[step])
        self.held = [True] * len(self.way)
        self.before, self.after = [-1] * len(self.way), [-1] * len(self.way)
        self.free_from, self.kind_before = [0] * len(runs), [-1] * len(runs)
        self.steps: list[list[int]] = []
        for unit, rows in enumerate(runs):
            rows.sort()
            for start, end, _, kind in rows:
                if start < held_until[unit]:
                    self.free_from[unit], self.kind_before[unit] = max(self.free_from[unit], end), kind
            steps = [step for start, _, step, _ in rows if start >= held_until[unit]]
            for step in steps:
                self.held[step] = False
            for step, following in pairwise(steps):
                self.after[step], self.before[following] = following, step
            self.steps.append(steps)

    def _count_lines(self) -> None:
        lines = self.floor.problem.lines
        self.weight: list[float] = lines.weight.tolist()
        self.target: list[int] = lines.target.tolist()
        self.fixed: list[int] = np.maximum(lines.fixed, 0).tolist()
        self.lots_of: list[list[int]] = [[] for _ in self.weight]
        self.lines_of: list[list[int]] = [[] for _ in self.lot_end]
        for line, lot in zip(lines.line.tolist(), lines.lot.tolist(), strict=True):
            self.lots_of[line].append(lot)
            self.lines_of[lot].append(line)
        self.cost = [self._cost(line) for line in range(len(self.weight))]

    def _cost(self, line: int) -> float:
        first_day, day = self.floor.problem.first_day, self.fixed[line]
        for lot in self.lots_of[line]:
            day = max(day, self.lot_day[lot], first_day)
        return self.weight[line] * max(day - self.target[line], 0)

    def _overtime(self, step: int) -> float:
        """Standard hours of overtime that a step uses."""
        if not self.overtime[step]:
            return 0.0
        station = self.floor.station[self.way[step]]
        line = self.lines[station]
        regular = line.worked(self.end[step]) - line.worked(self.start[step])
        return (self.floor.process[self.way[step]] + self.setup[step] - regular) * self.efficiency[station] / 60

    def changeover(self, before: int, step: int) -> tuple[int, float]:
        """Clock minutes and standard hours of the changeover that a step needs after work of the kind `before`."""
        floor, way = self.floor, self.way[step]
        declared = floor.problem.stations.changeover[floor.station[way]].get((before, floor.kind[step]))
        if declared is not None:
            return declared
        return (0, 0.0) if before == floor.kind[step] else (floor.setup[way], floor.setup_hours[way])

    def kind_ahead(self, step: int) -> int:
        """The kind of work that the unit of a step does before it; -1: none."""
        before = self.before[step]
        return self.floor.kind[before] if before >= 0 else self.kind_before[self.unit[step]]

    def settle(self) -> bool:
        """Start everything as early as the orders allow; False, and nothing changed, where they cannot be kept."""
        steps = [step for line in self.steps for step in line]
        return self._change(sorted((self.start[step], step) for step in steps)) is not None

    def reorder(self, unit: int, first: int, steps: list[int]) -> bool:
        """Put `steps` on `unit` in place of as many from place `first` on; False, and nothing changed, unless better.

        `steps` are the same in another order. Better: the least score.
        """
        line = self.steps[unit]
        behind = first + len(steps)
        old = line[first:behind]
        queue = [(self.start[before], step) for before, step in zip(old, steps, strict=True)]
        queue += [(self.start[step], step) for step in line[behind : behind + 1]]
        self._link(unit, first, steps)
        if self._change(queue, set(steps), self.score) is not None:
            return True
        self._link(unit, first, old)
        return False

    def _link(self, unit: int, first: int, steps: list[int]) -> None:
        line, last = self.steps[unit], first + len(steps)
        line[first:last] = steps
        for at in range(first, min(last + 1, len(line))):
            self.before[line[at]] = line[at - 1] if at else -1
        for at in range(max(first - 1, 0), last):
            self.after[line[at]] = line[at + 1] if at + 1 < len(line) else -1

    def _change(
        self, queue: list[tuple[int, int]], free: set[int] | None = None, than: Score | None = None
    ) -> Score | None:
        """Time again what the steps of `queue` lead to; None, and all times as they were, unless better than `than`.

        Only `free` steps (None: all) may start sooner than they do.
        """
        floor, undo, lots = self.floor, dict[int, Run](), dict[int, tuple[int, int]]()
        left = VISITS * (len(self.way) + 1) if free is None else 2 * len(queue) + MOST_VISITS
        waiting = {step for _, step in queue}
        feasible = True
        while queue:
            _, step = heappop(queue)
            if step not in waiting:
                continue
            waiting.discard(step)
            left -= 1
            since = 0 if free is None or step in free else undo[step][0] if step in undo else self.start[step]
            run = self._earliest(step, since)
            if run is None or not left:
                feasible = False
                break
            old = (self.start[step], self.end[step], self.setup[step], self.setup_hours[step])
            if run == old:
                continue
            undo.setdefault(step, old)
            self.start[step], self.end[step], self.setup[step], self.setup_hours[step] = run
            reached = [self.after[step]] if self.after[step] >= 0 else []
            following = floor.next[step]
            if following >= 0:
                reached.append(following)
            else:
                lot = floor.lot[step]
                lots.setdefault(lot, (self.lot_end[lot], self.lot_day[lot]))
                self.lot_end[lot] = max(run[1], self.fixed_end[lot])
                reached += floor.consumers[lot]
            for other in reached:
                if self.start[other] >= 0 and other not in waiting:
                    waiting.add(other)
                    heappush(queue, (self.start[other], other))
        score = self._rescored(undo, lots) if feasible else None
        if score is None or (than is not None and not score < than):
            for step, old in undo.items():
                self.start[step], self.end[step], self.setup[step], self.setup_hours[step] = old
            for lot, (end, day) in lots.items():
                self.lot_end[lot], self.lot_day[lot] = end, day
            return None
        for line in {line for lot in lots for line in self.lines_of[lot]}:
            self.cost[line] = self._cost(line)
        self.score = score
        return score

    def _rescored(self, undo: dict[int, Run], lots: dict[int, tuple[int, int]]) -> Score:
        late, overtime, hours, ends = self.score
        for lot in {self.floor.lot[step] for step in undo}:
            lots.setdefault(lot, (self.lot_end[lot], self.lot_day[lot]))
            self.lot_day[lot] = self._day(lot)
        for line in {line for lot in lots for line in self.lines_of[lot]}:
            late += self._cost(line) - self.cost[line]
        for lot, (end, _) in lots.items():
            ends += self.lot_end[lot] - end
        for step, old in undo.items():
            hours += self.setup_hours[step] - old[3]
            if self.overtime[step]:
                new = (self.start[step], self.end[step], self.setup[step], self.setup_hours[step])
                overtime += self._overtime(step)
                self.start[step], self.end[step], self.setup[step], self.setup_hours[step] = old
                overtime -= self._overtime(step)
                self.start[step], self.end[step], self.setup[step], self.setup_hours[step] = new
        return round(late, 6), round(overtime, 6), round(hours, 6), ends

    def _day(self, lot: int) -> int:
        """The last work day of a lot."""
        floor, day = self.floor, self.fixed_day[lot]
        for step in floor.steps_of(lot):
            line = self.lines[floor.station[self.way[step]]]
            day = max(day, line.day_of_end(self.end[step]))
        return day

    def _earliest(self, step: int, since: int) -> Run | None:
        """The earliest run of a step; None where it has no time inside the horizon or is held and cannot be kept."""
        floor, previous, way = self.floor, self.previous[step], self.way[step]
        ready = max(self.release[step], since)
        if previous >= 0:
            if not floor.overlaps[previous]:
                ready = max(ready, self.end[previous] + floor.wait[previous])
            else:
                start = self.start[previous]
                handed_on = overlapped_start(
                    floor, self.way[previous], start, self.setup[previous], self.overtime[previous], self.overtime[step]
                )
                ready = max(ready, handed_on, start + 1)
        for lot in self.suppliers[step]:
            ready = max(ready, self.lot_end[lot])
        if self.held[step]:
            kept = (self.start[step], self.end[step], self.setup[step], self.setup_hours[step])
            return kept if ready <= self.start[step] else None
        before, line, overtime = self.before[step], self.lines[floor.station[way]], self.overtime[step]
        ready = max(ready, self.end[before] if before >= 0 else self.free_from[self.unit[step]])
        minutes, hours = self.changeover(self.kind_ahead(step), step)
        begin = line.begin(ready, overtime)
        if begin >= NEVER:
            return None
        end = line.finish(begin, floor.process[way] + minutes, overtime)
        return None if end >= NEVER else (begin, end, minutes, hours)

    def placed(self) -> Placement:
        """The schedule as it stands."""
        old = self.placement
        lot_start = old.lot_start[:]
        for lot, steps in enumerate(map(self.floor.steps_of, range(len(lot_start)))):
            fixed = int(self.floor.problem.lots.fixed_start[lot])
            begun = [self.start[step] for step in steps if self.start[step] >= 0]
            lot_start[lot] = fixed if fixed >= 0 or not begun else min(begun)
        return Placement(
            self.start[:],
            self.end[:],
            old.way[:],
            old.unit[:],
            self.setup[:],
            self.setup_hours[:],
            self.overtime[:],
            lot_start,
            self.lot_end[:],
            self.lot_day[:],
        )


def _release(floor: Floor, placement: Placement) -> list[int]:
    """Per step the minute before which it cannot start, scarce parts to those that take them in the placement."""
    if floor.pool is None:
        return floor.release[:]
    start = np.array(placement.start, np.int64)
    release: list[int] = floor.pool.release_by(np.where(start < 0, NEVER, start)).tolist()
    return release
