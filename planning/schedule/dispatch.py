"""Time-driven dispatch without idling: at each moment a unit is free, the most urgent step waiting for it.

The urgency is the apparent tardiness cost of Vepsalainen and Morton (1987) in logarithms,
ln(w / p) - max(0, latest start - now) / kappa, with time in the station's working minutes. While a step is not
yet overdue the order of two steps does not change with time, nor once both are; so each station keeps two heaps
and a step moves from the first to the second once: a decision costs O(log n).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np

from planning.schedule.dues import Dues
from planning.schedule.problem import Placement, Problem, Reservation
from planning.schedule.timeline import DAY, NEVER

TRANSFERS = 24  # transfer lots looked at for one step; more are taken together, which is always feasible
TRIES = 30  # steps looked at for one free unit where the most urgent cannot start now
Entry = tuple[float, int]


@dataclass(frozen=True, slots=True)
class Rule:
    """How steps are ranked. Per way: soft, the key while not overdue; hard, the key from `overdue` on (station's
    working minutes); smaller is better, and soft falls by 1 / kappa a minute. late: from this working minute on
    the step would make its lot late, and may use overtime where `overtime` is set. setup_price: what a minute of
    changeover costs in units of the key.
    """

    soft: list[float]
    hard: list[float]
    overdue: list[float]
    late: list[float]
    kappa: float
    setup_price: float = 0.0
    overtime: bool = False


def urgency(
    problem: Problem, wanted: Dues, strict: Dues, kappa: float, setup_price: float = 0.0, overtime: bool = False
) -> Rule:
    """The apparent tardiness cost rule on `wanted` dues; a step is late by the `strict` ones."""
    ways = problem.ways
    process = ways.process.astype(np.float64)
    weight = np.log(wanted.weight[ways.step] / process)
    worked = problem.stations.arrays.worked
    overdue = worked(ways.station, wanted.latest_end[ways.step]) - process
    late = worked(ways.station, strict.latest_end[ways.step]) - process
    return Rule(
        (overdue / kappa - weight).tolist(),
        (-weight).tolist(),
        overdue.tolist(),
        late.tolist(),
        kappa,
        setup_price,
        overtime,
    )


def earliest_due(problem: Problem, wanted: Dues) -> Rule:
    """Earliest due date first, for comparison: steps of the line that is due first."""
    lot_due = wanted.latest_end[problem.lots.first_step[problem.steps.lot + 1] - 1].astype(np.float64)
    key = lot_due[problem.ways.step].tolist()
    never = [float(NEVER)] * len(key)
    return Rule(key, key, never, never, float("inf"))


class Floor:
    """A Problem as plain lists, made once for many passes."""

    def __init__(self, problem: Problem) -> None:
        steps, ways, stations, lots = problem.steps, problem.ways, problem.stations, problem.lots
        self.problem = problem
        self.release: list[int] = steps.release.tolist()
        self.lot: list[int] = steps.lot.tolist()
        self.next: list[int] = steps.next.tolist()
        self.wait: list[int] = steps.wait.tolist()
        self.kind: list[int] = steps.kind.tolist()
        self.pinned: list[int] = steps.pinned.tolist()
        self.lead: list[int] = steps.lead.tolist()
        self.good: list[float] = steps.good.tolist()
        self.started: list[float] = steps.started.tolist()
        self.transfer: list[float] = steps.transfer.tolist()
        overlaps = (steps.next >= 0) & (steps.transfer > 0) & (steps.transfer < steps.good)
        self.overlaps: list[bool] = overlaps.tolist()
        self.first_way: list[int] = steps.first_way.tolist()
        self.station: list[int] = ways.station.tolist()
        self.step: list[int] = ways.step.tolist()
        self.process: list[int] = ways.process.tolist()
        self.setup: list[int] = ways.setup.tolist()
        self.setup_hours: list[float] = ways.setup_hours.tolist()
        is_alternative = np.diff(steps.first_way)[ways.step] > 1
        self.alternatives: list[bool] = is_alternative.tolist()
        shared = np.zeros(len(stations.numbers), bool)  # stations with steps that could be done elsewhere
        shared[ways.station[is_alternative]] = True
        self.shared: list[bool] = shared.tolist()
        waits_for = np.zeros(len(steps), np.int64)
        waits_for[steps.next[steps.next >= 0]] += 1
        np.add.at(waits_for, lots.supplied_step, 1)
        self.waits_for: list[int] = waits_for.tolist()
        self.consumers: list[list[int]] = [[] for _ in range(len(lots))]
        for lot, step in zip(lots.supplier.tolist(), lots.supplied_step.tolist(), strict=True):
            self.consumers[lot].append(step)
        self.first_unit = stations.first_unit
        self.unit_station = [
            s for s in range(len(stations.numbers)) for _ in range(stations.first_unit[s], stations.first_unit[s + 1])
        ]
        needs_setup = np.zeros(len(stations.numbers), bool)
        needs_setup[ways.station[ways.setup > 0]] = True
        self.needs_setup = [
            bool(needs) or bool(matrix) for needs, matrix in zip(needs_setup, stations.changeover, strict=True)
        ]
        self.has_reserved = [False] * len(stations.numbers)
        for u, reserved in enumerate(stations.reserved):
            self.has_reserved[self.unit_station[u]] |= bool(reserved)
        for step, unit in enumerate(self.pinned):
            if unit >= 0 and self.first_way[step + 1] > self.first_way[step]:
                self.has_reserved[self.unit_station[unit]] = True


def dispatch(floor: Floor, rule: Rule) -> Placement:
    """One pass over the horizon by `rule`."""
    return _Pass(floor, rule).run()


class _Pass:
    """The state of one pass: what waits, what is free, what has been placed."""

    def __init__(self, floor: Floor, rule: Rule) -> None:
        problem = floor.problem
        steps, lots = len(problem.steps), len(problem.lots)
        stations, units = len(problem.stations.numbers), len(floor.unit_station)
        self.floor, self.rule, self.problem = floor, rule, problem
        self.lines = problem.stations.lines
        self.changeover = problem.stations.changeover
        self.ready = floor.release[:]
        self.waits_for = floor.waits_for[:]
        self.placed = [False] * steps  # or given up
        self.result = Placement(
            [-1] * steps,
            [-1] * steps,
            [-1] * steps,
            [-1] * steps,
            [0] * steps,
            [0.0] * steps,
            [False] * steps,
            problem.lots.fixed_start.tolist(),
            [problem.horizon * DAY] * lots,
            [problem.horizon] * lots,
        )
        # events are minute << bits | code; codes are steps that become ready, units that become free and
        # stations that have to look again, in this order
        self.units_from, self.stations_from = steps, steps + units
        self.bits = (steps + units + stations).bit_length()
        self.events = [minute << self.bits | k for k, minute in enumerate(self.ready) if not self.waits_for[k]]
        heapify(self.events)
        self.soft: list[list[Entry]] = [[] for _ in range(stations)]
        self.hard: list[list[Entry]] = [[] for _ in range(stations)]
        self.soft_of_kind: list[dict[int, list[Entry]]] = [{} for _ in range(stations)]
        self.hard_of_kind: list[dict[int, list[Entry]]] = [{} for _ in range(stations)]
        self.idle = [list(range(floor.first_unit[s], floor.first_unit[s + 1])) for s in range(stations)]
        self.window = [0] * stations
        self.woken = [-1] * stations
        self.queued = [0] * stations
        self.free_at = [0] * units
        self.last_kind = [-1] * units
        self.reserved: list[list[Reservation]] = [list(rows) for rows in problem.stations.reserved]
        self.passed = [0] * units

    def run(self) -> Placement:
        events, bits, idle, soft, hard = self.events, self.bits, self.idle, self.soft, self.hard
        units_from, stations_from, unit_station = self.units_from, self.stations_from, self.floor.unit_station
        mask = (1 << bits) - 1
        while events:
            now = events[0] >> bits
            until = (now + 1) << bits
            touched: list[int] = []
            while events and events[0] < until:
                code = heappop(events) & mask
                if code < units_from:
                    self._arrive(code, now, touched)
                elif code < stations_from:
                    station = unit_station[code - units_from]
                    idle[station].append(code - units_from)
                    touched.append(station)
                else:
                    touched.append(code - stations_from)
            if len(touched) > 1:
                touched = sorted(set(touched))
            for station in touched:
                if idle[station] and (soft[station] or hard[station]):
                    self._serve(station, now)
        return self.result

    def _arrive(self, step: int, now: int, touched: list[int]) -> None:
        """Put a step that may start into the queues of its stations."""
        floor, rule = self.floor, self.rule
        first, last = floor.first_way[step], floor.first_way[step + 1]
        if first == last:
            if floor.lead[step] >= 0:
                self._pass_time(step, now)
            return
        if floor.pinned[step] >= 0:
            self._place_pinned(step, first, now)
            return
        for way in range(first, last):
            station = floor.station[way]
            entry = (rule.soft[way], way)
            heappush(self.soft[station], entry)
            if floor.needs_setup[station]:
                heappush(self.soft_of_kind[station].setdefault(floor.kind[step], []), entry)
            if floor.shared[station]:
                self.queued[station] += floor.process[way]
            touched.append(station)

    def _pass_time(self, step: int, now: int) -> None:
        """A step without a station takes its lead time in working days."""
        workdays, lead = self.problem.workdays, self.floor.lead[step]
        if lead == 0:
            start = end = max(now, self.problem.first_day * DAY)
        else:
            at = bisect_left(workdays, now // DAY)
            if at + lead >= len(workdays):
                return
            start = max(now, workdays[at] * DAY)
            end = start + (workdays[at + lead] - workdays[at]) * DAY
        day = max(end // DAY, int(self.problem.lots.fixed_day[self.floor.lot[step]]))
        if day < self.problem.horizon:
            self.result.start[step], self.result.end[step] = start, end
            self._finish_lot(step, end, day)

    def _serve(self, station: int, now: int) -> None:
        """Give the free units of `station` the most urgent steps that may start now."""
        line, rule, floor = self.lines[station], self.rule, self.floor
        ends = line.ends if rule.overtime else line.regular_ends
        window, windows = self.window[station], len(ends)
        while window < windows and ends[window] <= now:
            window += 1
        self.window[station] = window
        if window == windows:
            return
        if line.starts[window] > now:
            self._wake(station, line.starts[window])
            return
        if floor.has_reserved[station]:
            self._meet_reservations(station, now)
        idle = self.idle[station]
        in_overtime = now >= line.regular_ends[window]
        worked = line.through[window] if in_overtime else line.before[window] + now - line.starts[window]
        aside: list[tuple[list[Entry], Entry]] = []
        while idle and len(aside) < TRIES:
            queue = self._most_urgent(station, worked, in_overtime)
            if queue is None:
                break
            way = queue[0][1]
            if not self._start(station, way, now, window, worked, in_overtime, queue):
                aside.append((queue, heappop(queue)))
        for queue, entry in aside:
            heappush(queue, entry)
        if in_overtime and idle and window + 1 < windows:
            self._wake(station, line.starts[window + 1])

    def _most_urgent(self, station: int, worked: int, in_overtime: bool) -> list[Entry] | None:
        """The heap at whose top the most urgent waiting step is; overdue ones only in overtime."""
        soft, hard, rule = self.soft[station], self.hard[station], self.rule
        placed, step = self.placed, self.floor.step
        while soft:
            way = soft[0][1]
            if placed[step[way]]:
                heappop(soft)
            elif rule.overdue[way] <= worked:
                heappop(soft)
                heappush(hard, (rule.hard[way], way))
            else:
                break
        while hard and placed[step[hard[0][1]]]:
            heappop(hard)
        if in_overtime or not soft:
            return hard or None
        if not hard:
            return soft
        gap = soft[0][0] - worked / rule.kappa - hard[0][0]
        return soft if gap < 0 or (gap == 0 and soft[0][1] < hard[0][1]) else hard

    def _start(
        self, station: int, way: int, now: int, window: int, worked: int, in_overtime: bool, queue: list[Entry]
    ) -> bool:
        """Start `way` (or one of the unit's present family instead) now, if it may; whether the queue moved on."""
        floor, rule, idle = self.floor, self.rule, self.idle[station]
        unit, setup, hours = idle[0], 0, 0.0
        if floor.needs_setup[station]:
            unit, setup, hours = self._best_unit(station, way)
            if setup and rule.setup_price:
                key = queue[0][0] - (0.0 if queue is self.hard[station] else worked / rule.kappa)
                other = self._same_kind(station, unit, worked, key + setup * rule.setup_price)
                if other >= 0 and not (in_overtime and rule.late[other] > worked):
                    again, more = self._setup(station, unit, other)
                    if again < setup and self._try(station, other, unit, again, more, now, window, worked):
                        return True
        elif len(idle) > 1:
            unit = min(idle)
        if in_overtime and rule.late[way] > worked:
            return False
        return self._try(station, way, unit, setup, hours, now, window, worked)

    def _try(
        self, station: int, way: int, unit: int, setup: int, hours: float, now: int, window: int, worked: int
    ) -> bool:
        """Place `way` on `unit` from now unless something stands against it; whether the queue moved on."""
        line, floor, rule = self.lines[station], self.floor, self.rule
        minutes = floor.process[way] + setup
        overtime = rule.overtime and rule.late[way] <= worked
        end_of_window = line.ends[window] if overtime else line.regular_ends[window]
        at = window
        if now + minutes <= end_of_window:
            end = now + minutes
        else:
            through = line.through_overtime if overtime else line.through
            before = line.before_overtime if overtime else line.before
            target = before[window] + now - line.starts[window] + minutes
            at = bisect_left(through, target, window)
            if at == len(through):
                # not inside the horizon, nor ever after
                self.placed[floor.step[way]] = not floor.alternatives[way]
                return not floor.alternatives[way]
            end = line.starts[at] + target - before[at]
        if floor.has_reserved[station]:
            reserved, passed = self.reserved[unit], self.passed[unit]
            if passed < len(reserved) and reserved[passed][0] < end:
                self._wake_again(station, reserved[passed][1])
                return False
        if floor.alternatives[way] and self._better_elsewhere(way, now, end):
            return False
        self._place(way, unit, now, end, line.days[at], setup, hours, overtime)
        return True

    def _place(
        self, way: int, unit: int, start: int, end: int, day: int, setup: int, hours: float, overtime: bool
    ) -> None:
        """Write down that `way` is done on `unit` in [start, end), and tell what waits for it."""
        floor, result = self.floor, self.result
        step, station = floor.step[way], floor.station[way]
        self._record(way, unit, start, end, setup, hours, overtime)
        self.idle[station].remove(unit)
        self.free_at[unit] = end
        self.last_kind[unit] = floor.kind[step]
        heappush(self.events, end << self.bits | (self.units_from + unit))
        if floor.shared[station]:
            for other in range(floor.first_way[step], floor.first_way[step + 1]):
                self.queued[floor.station[other]] -= floor.process[other]
        lot = floor.lot[step]
        if result.lot_start[lot] < 0:
            result.lot_start[lot] = start
        self._tell_next(step, way, start, end, day, setup, overtime)

    def _record(self, way: int, unit: int, start: int, end: int, setup: int, hours: float, overtime: bool) -> None:
        step, result = self.floor.step[way], self.result
        self.placed[step] = True
        result.start[step], result.end[step], result.way[step], result.unit[step] = start, end, way, unit
        result.setup[step], result.setup_hours[step], result.overtime[step] = setup, hours, overtime

    def _tell_next(self, step: int, way: int, start: int, end: int, day: int, setup: int, overtime: bool) -> None:
        floor = self.floor
        following = floor.next[step]
        if following < 0:
            self._finish_lot(step, end, day)
        elif floor.overlaps[step] and floor.first_way[following] < floor.first_way[following + 1]:
            self._hand_over(following, self._overlap(step, way, start, setup, overtime))
        else:
            self._hand_over(following, end + floor.wait[step])

    def _finish_lot(self, step: int, end: int, day: int) -> None:
        lot = self.floor.lot[step]
        lots, result = self.problem.lots, self.result
        if lots.fixed_start[lot] >= 0:
            end, day = max(end, int(lots.fixed_end[lot])), max(day, int(lots.fixed_day[lot]))
        result.lot_end[lot], result.lot_day[lot] = end, day
        if result.lot_start[lot] < 0:
            result.lot_start[lot] = result.start[step]
        for consumer in self.floor.consumers[lot]:
            self._hand_over(consumer, end)

    def _hand_over(self, step: int, minute: int) -> None:
        """One of the things `step` waits for is there at `minute`."""
        self.ready[step] = max(self.ready[step], minute)
        self.waits_for[step] -= 1
        if not self.waits_for[step]:
            heappush(self.events, self.ready[step] << self.bits | step)

    def _overlap(self, step: int, way: int, start: int, setup: int, overtime: bool) -> int:
        """The earliest start of the next step at which no transfer lot is begun before its pieces are out.

        Transfer lot k of the next step begins (k - 1) transfer quantities into its processing and needs k of
        them out of this step, so for all k: worked(start) >= worked(out of k) - processing ahead of k, where
        time is worked on the next step's station.
        """
        floor = self.floor
        following, line = floor.next[step], self.lines[floor.station[way]]
        good, wait = floor.good[step], floor.wait[step]
        taken = max(floor.started[following], 1e-9)
        size = floor.transfer[step] * max(1, -(-int(taken / floor.transfer[step] + 1) // TRANSFERS))
        worked = line.worked(start, overtime) + setup
        process = floor.process[way]
        outs: list[tuple[int, float]] = []
        ahead = 0.0
        while ahead < taken - 1e-9 or not outs:
            is_last = ahead + size >= taken - 1e-9
            share = 1.0 if is_last else min((ahead + size) / good, 1.0)
            minutes = -int(-process * share // 1)
            outs.append((line.reached(worked + minutes, overtime) + wait, ahead / taken))
            ahead += size
        ready = outs[0][0]
        for other in range(floor.first_way[following], floor.first_way[following + 1]):
            line = self.lines[floor.station[other]]
            for extra in (False, True) if self.rule.overtime else (False,):
                begin = max(line.worked(out, extra) - int(floor.process[other] * share) for out, share in outs)
                if begin > 0:
                    ready = max(ready, line.reached(begin, extra))
        return ready

    # -- changeovers ------------------------------------------------------------------------------------------

    def _setup(self, station: int, unit: int, way: int) -> tuple[int, float]:
        """Clock minutes and standard hours of the changeover that `way` needs on `unit`."""
        kind, last = self.floor.kind[self.floor.step[way]], self.last_kind[unit]
        if last >= 0:
            declared = self.changeover[station].get((last, kind))
            if declared is not None:
                return declared
            if last == kind:
                return 0, 0.0
        return self.floor.setup[way], self.floor.setup_hours[way]

    def _best_unit(self, station: int, way: int) -> tuple[int, int, float]:
        """The free unit with the shortest changeover, the lowest number first."""
        best = (NEVER, -1, 0.0)
        for unit in self.idle[station]:
            setup, hours = self._setup(station, unit, way)
            if (setup, unit) < best[:2]:
                best = (setup, unit, hours)
        return best[1], best[0], best[2]

    def _same_kind(self, station: int, unit: int, worked: int, worst: float) -> int:
        """The most urgent waiting way of the family that `unit` is set up for, if its key is below `worst`."""
        rule, placed, step = self.rule, self.placed, self.floor.step
        kind = self.last_kind[unit]
        soft = self.soft_of_kind[station].get(kind, [])
        hard = self.hard_of_kind[station].setdefault(kind, [])
        while soft and (placed[step[soft[0][1]]] or rule.overdue[soft[0][1]] <= worked):
            way = heappop(soft)[1]
            if not placed[step[way]]:
                heappush(hard, (rule.hard[way], way))
        while hard and placed[step[hard[0][1]]]:
            heappop(hard)
        best, key = -1, worst
        if soft and soft[0][0] - worked / rule.kappa < key:
            best, key = soft[0][1], soft[0][0] - worked / rule.kappa
        if hard and hard[0][0] < key:
            best = hard[0][1]
        return best

    # -- alternatives, frozen work, waking --------------------------------------------------------------------

    def _better_elsewhere(self, way: int, now: int, end: int) -> bool:
        """Whether another station would likely be done with the step sooner; then this one looks again later."""
        floor = self.floor
        station, step = floor.station[way], floor.step[way]
        for other in range(floor.first_way[step], floor.first_way[step + 1]):
            if other == way:
                continue
            at = floor.station[other]
            units = range(floor.first_unit[at], floor.first_unit[at + 1])
            free = now if self.idle[at] else min(self.free_at[u] for u in units)
            ahead = max(self.queued[at] - floor.process[other], 0) // len(units)
            done = self.lines[at].finish(max(free, now), ahead + floor.process[other])
            if done < end or (done == end and other < way):
                self._wake_again(station, done)
                return True
        return False

    def _meet_reservations(self, station: int, now: int) -> None:
        """Take units on which fixed work has begun out of the free ones."""
        for unit in list(self.idle[station]):
            reserved = self.reserved[unit]
            while self.passed[unit] < len(reserved) and reserved[self.passed[unit]][0] <= now:
                _, end, kind, _ = reserved[self.passed[unit]]
                self.passed[unit] += 1
                self.last_kind[unit] = kind
                if end > now:
                    self.idle[station].remove(unit)
                    self.free_at[unit] = end
                    heappush(self.events, end << self.bits | (self.units_from + unit))
                    break

    def _place_pinned(self, step: int, way: int, now: int) -> None:
        """Go on with a step on the unit where frozen work left it, ahead of everything that is not fixed."""
        floor, unit = self.floor, self.floor.pinned[step]
        line, reserved = self.lines[floor.station[way]], self.reserved[unit]
        start, lot = max(now, self.free_at[unit]), floor.lot[step]
        for k in range(self.passed[unit], len(reserved) + 1):
            begin = line.begin(start)
            before = reserved[k - 1] if k else None
            setup, hours = floor.setup[way], floor.setup_hours[way]
            if before is not None and before[2] == floor.kind[step]:
                setup, hours = 0, 0.0
            end = line.finish(begin, floor.process[way] + setup)
            if end >= NEVER:
                return
            if k == len(reserved) or end <= reserved[k][0]:
                insort(reserved, (begin, end, floor.kind[step], lot), lo=self.passed[unit])
                self._record(way, unit, begin, end, setup, hours, False)
                self._tell_next(step, way, begin, end, line.day_of_end(end), setup, False)
                return
            start = max(start, reserved[k][1])

    def _wake(self, station: int, minute: int) -> None:
        if self.woken[station] != minute:
            self.woken[station] = minute
            self._wake_again(station, minute)

    def _wake_again(self, station: int, minute: int) -> None:
        if minute < NEVER:
            heappush(self.events, minute << self.bits | (self.stations_from + station))
