"""A schedule that can be changed lot by lot: what stands on each unit, gaps, and lots put in and taken out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import numpy as np

from planning.schedule.floor import Floor
from planning.schedule.overlap import latest_processing, next_start, wanted
from planning.schedule.pool import Stock
from planning.schedule.problem import Placement, Problem
from planning.schedule.timeline import DAY, NEVER, Timeline

FIXED = -1  # stands for work that is frozen on a unit
Run = tuple[int, int, int, int, int, float, bool]  # way, unit, start, end, setup minutes, setup hours, overtime


class Board:
    """Placed steps by unit. Whole lots are taken out and put in; what else stands there is never moved."""

    def __init__(self, floor: Floor, placement: Placement) -> None:
        self.floor, self.problem = floor, floor.problem
        problem: Problem = floor.problem
        self.lines: list[Timeline] = problem.stations.lines
        self.changeover = problem.stations.changeover
        self.first_step: list[int] = problem.lots.first_step.tolist()
        self.start, self.end = placement.start[:], placement.end[:]
        self.way, self.unit = placement.way[:], placement.unit[:]
        self.setup, self.setup_hours = placement.setup[:], placement.setup_hours[:]
        self.overtime = placement.overtime[:]
        self.lot_start, self.lot_day = placement.lot_start[:], placement.lot_day[:]
        # shifts of the last day may run past the horizon's end: nothing starts there on a lot that is never finished
        self.lot_end = [
            end if day < problem.horizon else NEVER
            for end, day in zip(placement.lot_end, placement.lot_day, strict=True)
        ]
        self.starts: list[list[int]] = [[] for _ in floor.unit_station]
        self.ends: list[list[int]] = [[] for _ in floor.unit_station]
        self.steps: list[list[int]] = [[] for _ in floor.unit_station]
        self.kinds: list[list[int]] = [[] for _ in floor.unit_station]
        self.needs_setup = [floor.needs_setup[station] for station in floor.unit_station]
        self.exposed: set[tuple[int, int]] = set()  # unit and step of runs whose lot before was taken out
        self.suppliers: list[list[int]] = [[] for _ in floor.lot]
        self.consumers = floor.consumers
        for lot, step in zip(problem.lots.supplier.tolist(), problem.lots.supplied_step.tolist(), strict=True):
            self.suppliers[step].append(lot)
        self.stock = Stock(problem.pool) if problem.pool else None
        if self.stock:
            for step, way in enumerate(self.way):
                if way >= 0:
                    self.stock.take(step, self.start[step])
        runs = [(u, s, e, FIXED, kind) for u, rows in enumerate(problem.stations.reserved) for s, e, kind, _ in rows]
        runs += [
            (self.unit[k], self.start[k], self.end[k], k, floor.kind[k]) for k, way in enumerate(self.way) if way >= 0
        ]
        for unit, start, end, step, kind in sorted(runs):
            self.starts[unit].append(start)
            self.ends[unit].append(end)
            self.steps[unit].append(step)
            self.kinds[unit].append(kind)

    def placement(self) -> Placement:
        """The schedule as it stands."""
        return Placement(
            self.start[:],
            self.end[:],
            self.way[:],
            self.unit[:],
            self.setup[:],
            self.setup_hours[:],
            self.overtime[:],
            self.lot_start[:],
            [end if end < NEVER else self.problem.horizon * DAY for end in self.lot_end],
            self.lot_day[:],
        )

    def lot_steps(self, lot: int) -> range:
        """The steps of a lot, in order of work."""
        return range(self.first_step[lot], self.first_step[lot + 1])

    def memory(self, lots: list[int]) -> list[tuple[int, list[Run], tuple[int, int, int]]]:
        """What `recall` needs to put the lots back as they stand."""
        return [
            (
                lot,
                [
                    (
                        self.way[k],
                        self.unit[k],
                        self.start[k],
                        self.end[k],
                        self.setup[k],
                        self.setup_hours[k],
                        self.overtime[k],
                    )
                    for k in self.lot_steps(lot)
                ],
                (self.lot_start[lot], self.lot_end[lot], self.lot_day[lot]),
            )
            for lot in lots
        ]

    def recall(self, remembered: list[tuple[int, list[Run], tuple[int, int, int]]]) -> None:
        """Put lots back as they stood; they must be off the board."""
        for lot, runs, times in remembered:
            for step, run in zip(self.lot_steps(lot), runs, strict=True):
                self._put(step, run)
            self.lot_start[lot], self.lot_end[lot], self.lot_day[lot] = times

    def take(self, lot: int) -> None:
        """Take a lot off the board."""
        for step in self.lot_steps(lot):
            if self.way[step] >= 0:
                unit = self.unit[step]
                at = bisect_left(self.starts[unit], self.start[step])
                while self.steps[unit][at] != step:
                    at += 1
                del self.starts[unit][at], self.ends[unit][at], self.steps[unit][at], self.kinds[unit][at]
                if self.stock:
                    self.stock.give_back(step, self.start[step])
                if at < len(self.steps[unit]) and self.needs_setup[unit]:
                    self.exposed.add((unit, self.steps[unit][at]))
            self.way[step] = self.unit[step] = self.start[step] = self.end[step] = -1

    def keeps_changeovers(self) -> bool:
        """Whether every run that lost the lot before it still has time for the changeover it needs now.

        Forgets what was lost: a change that is not kept has to be recalled.
        """
        exposed, self.exposed = self.exposed, set()
        return all(self._has_changeover(unit, step) for unit, step in exposed)

    def _has_changeover(self, unit: int, step: int) -> bool:
        if step == FIXED:
            return False  # frozen work cannot be given a longer changeover
        if self.way[step] < 0 or self.unit[step] != unit:
            return True  # put in anew, somewhere else
        at = bisect_left(self.starts[unit], self.start[step])
        while self.steps[unit][at] != step:
            at += 1
        needed, _ = self._changeover(self.floor.unit_station[unit], unit, at, self.way[step])
        return needed <= self.setup[step]

    def put_early(self, lot: int, overtime: bool = False) -> bool:
        """Put a lot in step by step as early as it fits; False (and the lot off the board) where it does not."""
        floor, ready = self.floor, 0
        before: Run | None = None  # that hands over transfer lots
        for step in self.lot_steps(lot):
            ready = max(ready, self._ready(step))
            if floor.first_way[step] == floor.first_way[step + 1]:
                self.take(lot)
                return False
            run = self._earliest(step, ready, before, overtime)
            if run is None:
                self.take(lot)
                return False
            self._put(step, run)
            if floor.overlaps[step]:
                before, ready = run, 0
            else:
                before, ready = None, run[3] + floor.wait[step]
        return self._close(lot) and self._in_time(lot)

    def _ready(self, step: int) -> int:
        """The minute at which all that a step waits for is there, but for the lot's own steps."""
        ready = max([self.floor.release[step], *(self.lot_end[lot] for lot in self.suppliers[step])])
        return max(ready, self.stock.earliest(step)) if self.stock else ready

    def _in_time(self, lot: int) -> bool:
        """False (and the lot off the board) where what waits for it starts before it ends."""
        if self.lot_end[lot] <= self.latest_end(lot):
            return True
        self.take(lot)
        return False

    def latest_end(self, lot: int) -> int:
        """The minute at which the first step that waits for the lot starts."""
        return min((self.start[step] for step in self.consumers[lot] if self.start[step] >= 0), default=NEVER)

    def tree(self, lot: int) -> list[int]:
        """The lots that a lot waits for, at any depth, and the lot itself last: each after all it waits for."""
        found: dict[int, None] = {}

        def visit(wanted: int) -> None:
            for step in self.lot_steps(wanted):
                for supplier in self.suppliers[step]:
                    if supplier not in found:
                        visit(supplier)
            found[wanted] = None

        visit(lot)
        return list(found)

    def put_late(self, lot: int, limit: int, overtime: bool = False) -> bool:
        """Put a lot in from its last step back, as late as it fits with its end at `limit` or before.

        It never ends after what waits for it starts.
        """
        floor, limit = self.floor, min(limit, self.latest_end(lot))
        outs: list[int] | None = None
        for step in reversed(self.lot_steps(lot)):
            ready = self._ready(step)
            if floor.first_way[step] == floor.first_way[step + 1]:
                self.take(lot)
                return False
            run = self._latest(step, ready, limit, outs, overtime)
            if run is None:
                self.take(lot)
                return False
            self._put(step, run)
            before = step - 1
            if before >= self.first_step[lot]:
                outs = wanted(floor, run[0], run[2], overtime) if floor.overlaps[before] else None
                limit = outs[-1] if outs else run[2] - floor.wait[before]
        return self._close(lot)

    def _close(self, lot: int) -> bool:
        steps = self.lot_steps(lot)
        last = steps[-1]
        self.lot_start[lot], self.lot_end[lot] = self.start[steps[0]], self.end[last]
        # where shifts run past midnight an earlier step may belong to a later day
        self.lot_day[lot] = max(
            self.lines[self.floor.station[self.way[step]]].day_of_end(self.end[step]) for step in steps
        )
        return True

    def _put(self, step: int, run: Run) -> None:
        way, unit, start, end, setup, hours, overtime = run
        self.way[step], self.unit[step], self.start[step], self.end[step] = way, unit, start, end
        self.setup[step], self.setup_hours[step], self.overtime[step] = setup, hours, overtime
        if way >= 0:
            at = bisect_right(self.starts[unit], start)
            self.starts[unit].insert(at, start)
            self.ends[unit].insert(at, end)
            self.steps[unit].insert(at, step)
            self.kinds[unit].insert(at, self.floor.kind[step])
            if self.stock:
                self.stock.take(step, start)

    def _earliest(self, step: int, supplied: int, before: Run | None, overtime: bool) -> Run | None:
        """The run that ends first; before: that of the step before where it hands over transfer lots."""
        floor, best_end, best = self.floor, NEVER, None
        for way in range(floor.first_way[step], floor.first_way[step + 1]):
            ready = supplied
            if before:
                ready = max(ready, next_start(floor, before[0], before[2], before[4], overtime, way, overtime))
            station, process = floor.station[way], floor.process[way]
            line = self.lines[station]
            for unit in range(floor.first_unit[station], floor.first_unit[station + 1]):
                starts, ends = self.starts[unit], self.ends[unit]
                at = bisect_right(ends, ready)
                low = max(ready, ends[at - 1]) if at else ready  # where the gap begins
                for high, next_low in zip([*starts[at:], NEVER], [*ends[at:], NEVER], strict=True):
                    if low >= best_end:
                        break
                    if high - low >= process and self._fits_between(unit, at, step):
                        setup, hours = self._changeover(station, unit, at, way)
                        begin = line.begin(low, overtime)
                        end = line.finish(begin, process + setup, overtime)
                        if end <= high:
                            if end < best_end:
                                best_end, best = end, (way, unit, begin, end, setup, hours, overtime)
                            break
                    low = next_low
                    at += 1
        return best

    def _latest(self, step: int, ready: int, limit: int, outs: list[int] | None, overtime: bool) -> Run | None:
        """The run that starts last; outs: where the next step takes up transfer lots, when it needs them."""
        floor, best_start, best = self.floor, -1, None
        for way in range(floor.first_way[step], floor.first_way[step + 1]):
            station, process = floor.station[way], floor.process[way]
            line = self.lines[station]
            latest = latest_processing(floor, way, outs, overtime) if outs else NEVER
            for unit in range(floor.first_unit[station], floor.first_unit[station + 1]):
                starts, ends = self.starts[unit], self.ends[unit]
                last = bisect_left(starts, limit)
                taken = starts[last] if last < len(starts) else limit
                for at in range(last, -1, -1):
                    high = taken if taken < limit else limit
                    if high <= best_start or high <= ready:
                        break
                    low = ready
                    if at:
                        taken = starts[at - 1]
                        if ends[at - 1] > ready:
                            low = ends[at - 1]
                    if high - low >= process and self._fits_between(unit, at, step):
                        setup, hours = self._changeover(station, unit, at, way)
                        worked = min(line.worked(high, overtime) - process, latest) - setup
                        begin = line.begin(line.reached(worked, overtime), overtime) if worked >= 0 else -1
                        if begin >= low and begin > best_start:
                            end = line.finish(begin, process + setup, overtime)
                            if end <= high:
                                best_start, best = begin, (way, unit, begin, end, setup, hours, overtime)
                            break
        return best

    def _fits_between(self, unit: int, at: int, step: int) -> bool:
        """False where the lot behind the gap would need a changeover that it has no time for."""
        if not self.floor.needs_setup[self.floor.unit_station[unit]] or at >= len(self.steps[unit]):
            return True
        kind, behind = self.floor.kind[step], self.steps[unit][at]
        if behind == FIXED:
            return False
        needed, _ = self._setup_after(self.floor.unit_station[unit], kind, self.way[behind])
        return needed <= self.setup[behind]

    def _changeover(self, station: int, unit: int, at: int, way: int) -> tuple[int, float]:
        return self._setup_after(station, self.kinds[unit][at - 1] if at else -1, way)

    def _setup_after(self, station: int, before: int, way: int) -> tuple[int, float]:
        kind = self.floor.kind[self.floor.step[way]]
        declared = self.changeover[station].get((before, kind))
        if declared is not None:
            return declared
        if before == kind:
            return 0, 0.0
        return self.floor.setup[way], self.floor.setup_hours[way]


def movable_lots(problem: Problem) -> list[bool]:
    """Lots that may be moved: no frozen work, and all their steps at stations."""
    lots, steps = problem.lots, problem.steps
    staffed = np.diff(steps.first_way) > 0
    movable = np.ones(len(lots), bool)
    movable[steps.lot[~staffed]] = False
    movable[steps.lot[steps.pinned >= 0]] = False
    movable[lots.fixed_start >= 0] = False
    return [bool(value) for value in movable]


def last_minute(day: int) -> int:
    """The end of a day."""
    return (day + 1) * DAY
