"""Time-driven dispatch without idling: at each moment a unit is free, the most urgent step waiting for it.

While a step is not yet overdue the order of two steps does not change with time, nor once both are; so each
station keeps two heaps and a step moves from the first to the second once: a decision costs O(log n).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from heapq import heappop, heappush

from planning.schedule.floor import Floor
from planning.schedule.overlap import overlapped_start
from planning.schedule.pool import Stock
from planning.schedule.problem import Placement, Reservation
from planning.schedule.rule import Rule
from planning.schedule.timeline import DAY, NEVER

TRIES = 30  # steps looked at for one free unit where the most urgent cannot start now
Entry = tuple[float, int]


def dispatch(floor: Floor, rule: Rule) -> Placement:
    """One pass over the horizon by `rule`.

    A lot that is not finished inside the horizon is not begun either. Where that may change a changeover behind
    one of its steps, the pass is made again without it.
    """
    left_out: set[int] = set()
    placement = _Pass(floor, rule, left_out).run()
    while begun := _begun_in_vain(floor, placement):
        if not any(floor.needs_setup):
            for lot in begun:
                _clear(floor, placement, lot)
            break
        left_out |= begun
        placement = _Pass(floor, rule, left_out).run()
    return placement


def _begun_in_vain(floor: Floor, placement: Placement) -> set[int]:
    """Lots that have steps placed but are not finished."""
    horizon = floor.problem.horizon
    if max(placement.lot_day, default=0) < horizon:
        return set()
    unfinished = [lot for lot, day in enumerate(placement.lot_day) if day >= horizon]
    return {lot for lot in unfinished if any(placement.way[step] >= 0 for step in floor.steps_of(lot))}


def _clear(floor: Floor, placement: Placement, lot: int) -> None:
    for step in floor.steps_of(lot):
        placement.start[step] = placement.end[step] = placement.way[step] = placement.unit[step] = -1
        placement.setup[step], placement.setup_hours[step], placement.overtime[step] = 0, 0.0, False
    placement.lot_start[lot] = int(floor.problem.lots.fixed_start[lot])


class _Pass:
    """The state of one pass: what waits, what is free, what runs, what has been placed.

    A station is plain where any free unit may start the most urgent step at once; the others (changeovers, fixed
    work, alternatives, overtime) have to look more closely.
    """

    def __init__(self, floor: Floor, rule: Rule, left_out: set[int]) -> None:
        problem = floor.problem
        steps, lots = len(problem.steps), len(problem.lots)
        stations, units = len(problem.stations.numbers), len(floor.unit_station)
        self.floor, self.rule, self.problem = floor, rule, problem
        self.lines = problem.stations.lines
        self.ready = floor.release[:]
        self.waits_for = floor.waits_for[:]
        for lot in left_out:
            for step in floor.steps_of(lot):
                self.waits_for[step] = -1  # for ever
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
        self.events: list[int] = []
        self.soft: list[list[Entry]] = [[] for _ in range(stations)]
        self.hard: list[list[Entry]] = [[] for _ in range(stations)]
        self.soft_of_kind: list[dict[int, list[Entry]]] = [{} for _ in range(stations)]
        self.hard_of_kind: list[dict[int, list[Entry]]] = [{} for _ in range(stations)]
        self.plain = [
            not (floor.needs_setup[s] or floor.has_reserved[s] or floor.shared[s])
            and not (rule.overtime and self.lines[s].ends != self.lines[s].regular_ends)
            for s in range(stations)
        ]
        self.idle = [list(range(floor.first_unit[s], floor.first_unit[s + 1])) for s in range(stations)]
        self.window = [0] * stations
        self.woken = [-1] * stations
        self.queued = [0] * stations  # minutes of work in the queue, for stations with alternatives
        self.running = [-1] * units  # step
        self.last_day: list[int] = problem.lots.fixed_day.tolist()  # of work, per lot
        self.free_at = [0] * units
        self.last_kind = [-1] * units
        self.reserved: list[list[Reservation]] = [list(rows) for rows in problem.stations.reserved]
        self.passed = [0] * units
        self.stock = Stock(floor.pool) if floor.pool else None

    def run(self) -> Placement:
        events, bits, idle, soft, hard = self.events, self.bits, self.idle, self.soft, self.hard
        units_from, stations_from, unit_station = self.units_from, self.stations_from, self.floor.unit_station
        mask = (1 << bits) - 1
        arrivals = self._first_arrivals()
        while events or arrivals:
            first = events[0] if events else arrivals[-1]
            now = (min(first, arrivals[-1]) if arrivals else first) >> bits
            until = (now + 1) << bits
            touched: list[int] = []
            while arrivals and arrivals[-1] < until:
                self._arrive(arrivals.pop() & mask, now, touched)
            while events and events[0] < until:
                code = heappop(events) & mask
                if code < units_from:
                    self._arrive(code, now, touched)
                elif code < stations_from:
                    unit = code - units_from
                    station = unit_station[unit]
                    idle[station].append(unit)
                    touched.append(station)
                    if self.running[unit] >= 0:
                        self._complete(unit, now, touched)
                else:
                    touched.append(code - stations_from)
            for station in sorted(set(touched)) if len(touched) > 1 else touched:
                if idle[station] and (soft[station] or hard[station]):
                    if self.plain[station]:
                        self._serve_plain(station, now)
                    else:
                        self._serve(station, now)
        return self.result

    def _first_arrivals(self) -> list[int]:
        """Steps that wait for nothing but their release, the last one first; fixed work is gone on with at once."""
        floor = self.floor
        free = [step for step, count in enumerate(self.waits_for) if not count]
        for step in free:
            if floor.pinned[step] >= 0:
                self._go_on(step, self.ready[step])
        return sorted((self.ready[step] << self.bits | step for step in free if floor.pinned[step] < 0), reverse=True)

    # -- steps become ready, run and are done -----------------------------------------------------------------

    def _arrive(self, step: int, now: int, touched: list[int]) -> None:
        """Put a step that may start into the queues of its stations."""
        floor, rule = self.floor, self.rule
        self.placed[step] = False  # nor wait for parts any longer
        first, last = floor.first_way[step], floor.first_way[step + 1]
        if first == last:
            if floor.lead[step] >= 0:
                self._pass_time(step, now, touched)
            return
        for way in range(first, last):
            station = floor.station[way]
            if rule.overdue[way] <= now:
                entry = (rule.hard[way], way)
                heappush(self.hard[station], entry)
            else:
                entry = (rule.soft[way], way)
                heappush(self.soft[station], entry)
            if not self.plain[station]:
                if floor.needs_setup[station]:
                    of_kind = self.hard_of_kind if rule.overdue[way] <= now else self.soft_of_kind
                    heappush(of_kind[station].setdefault(floor.kind[step], []), entry)
                self.queued[station] += floor.process[way]
            touched.append(station)

    def _pass_time(self, step: int, now: int, touched: list[int]) -> None:
        """A step without a station takes its lead time in working days."""
        workdays, lead = self.problem.workdays, self.floor.lead[step]
        at = bisect_left(workdays, now // DAY)
        if at + lead >= len(workdays) or workdays[at + lead] >= self.problem.horizon:
            return
        start = max(now, workdays[at] * DAY)
        end = start + (workdays[at + lead] - workdays[at]) * DAY
        self.result.start[step], self.result.end[step] = start, end
        lot = self.floor.lot[step]
        self.last_day[lot] = max(self.last_day[lot], workdays[at + lead])
        self._finish_lot(step, end, now, touched)

    def _complete(self, unit: int, now: int, touched: list[int]) -> None:
        """What runs on `unit` is done: its next step, or what waits for its lot, may go on."""
        floor, step = self.floor, self.running[unit]
        self.running[unit] = -1
        following = floor.next[step]
        if following < 0:
            self._finish_lot(step, now, now, touched)
        elif not floor.overlaps[step]:
            self._hand_over(following, now + floor.wait[step], now, touched)

    def _finish_lot(self, step: int, end: int, now: int, touched: list[int]) -> None:
        lot, result = self.floor.lot[step], self.result
        if self.floor.has_frozen:
            end = max(end, int(self.problem.lots.fixed_end[lot]))
        # where shifts run past midnight an earlier step may belong to a later day than the last one
        result.lot_end[lot], result.lot_day[lot] = end, self.last_day[lot]
        if result.lot_start[lot] < 0:
            result.lot_start[lot] = result.start[step]
        for consumer in self.floor.consumers[lot]:
            self._hand_over(consumer, end, now, touched)

    def _hand_over(self, step: int, minute: int, now: int, touched: list[int]) -> None:
        """One of the things `step` waits for is there at `minute`."""
        if minute > self.ready[step]:
            self.ready[step] = minute
        self.waits_for[step] -= 1
        if self.waits_for[step]:
            return
        if self.floor.pinned[step] >= 0:
            self._go_on(step, max(self.ready[step], now))
        elif self.ready[step] <= now:
            self._arrive(step, now, touched)
        else:
            heappush(self.events, self.ready[step] << self.bits | step)

    def _waits_for_parts(self, step: int, now: int) -> bool:
        """Whether the parts that a step takes are not there yet; then it arrives again when they are."""
        minute = self.stock.earliest(step) if self.stock else 0
        if minute <= now:
            return False
        if minute < NEVER:
            heappush(self.events, minute << self.bits | step)
        return True

    # -- plain stations ---------------------------------------------------------------------------------------

    def _serve_plain(self, station: int, now: int) -> None:
        """Give the free units of a plain station the most urgent steps."""
        line, rule, floor, result = self.lines[station], self.rule, self.floor, self.result
        window = self._window(station, now, line.regular_ends)
        if window < 0:
            return
        idle, soft, hard, overdue = self.idle[station], self.soft[station], self.hard[station], rule.overdue
        closes = line.regular_ends[window]
        worked = line.before[window] + now - line.starts[window]
        while idle:
            while soft and overdue[soft[0][1]] <= now:
                way = heappop(soft)[1]
                heappush(hard, (rule.hard[way], way))
            if soft and (not hard or (soft[0][0] - worked / rule.kappa, soft[0][1]) < hard[0]):
                way = heappop(soft)[1]
            elif hard:
                way = heappop(hard)[1]
            else:
                return
            if self.stock and self._waits_for_parts(floor.step[way], now):
                continue
            end, at = now + floor.process[way], window
            if end > closes:
                target = worked + floor.process[way]
                at = bisect_left(line.through, target, window)
                if at == len(line.through):
                    continue  # not inside the horizon, nor ever after
                end = line.starts[at] + target - line.before[at]
            unit = idle[0] if len(idle) == 1 else min(idle)
            idle.remove(unit)
            step = floor.step[way]
            result.start[step], result.end[step], result.way[step], result.unit[step] = now, end, way, unit
            self._run_on(unit, step, now, end, line.days[at])
            if floor.overlaps[step]:
                self._overlap(way, now, 0, False)

    def _window(self, station: int, now: int, ends: list[int]) -> int:
        """The window in which the station works now; -1 where it does not, then it is woken when it does."""
        window, windows = self.window[station], len(ends)
        while window < windows and ends[window] <= now:
            window += 1
        self.window[station] = window
        if window == windows:
            return -1
        opens = self.lines[station].starts[window]
        if opens > now:
            self._wake(station, opens)
            return -1
        return window

    def _run_on(self, unit: int, step: int, start: int, end: int, day: int) -> None:
        """`unit` is busy with `step` until `end`."""
        lot = self.floor.lot[step]
        if self.stock:
            self.stock.take(step, start)
        self.running[unit], self.free_at[unit] = step, end
        heappush(self.events, end << self.bits | (self.units_from + unit))
        if self.result.lot_start[lot] < 0:
            self.result.lot_start[lot] = start
        if day > self.last_day[lot]:
            self.last_day[lot] = day

    def _overlap(self, way: int, start: int, setup: int, overtime: bool) -> None:
        """The next step may start before this one is done."""
        following = self.floor.next[self.floor.step[way]]
        ready = overlapped_start(self.floor, way, start, setup, overtime, self.rule.overtime)
        self._hand_over(following, max(ready, start + 1), start, [])

    # -- stations with changeovers, fixed work, alternatives or overtime --------------------------------------

    def _serve(self, station: int, now: int) -> None:
        """Give the free units of `station` the most urgent steps that may start now."""
        line, overtime = self.lines[station], self.rule.overtime
        window = self._window(station, now, line.ends if overtime else line.regular_ends)
        if window < 0:
            return
        if self.floor.has_reserved[station]:
            self._meet_reservations(station, now)
        idle = self.idle[station]
        in_overtime = now >= line.regular_ends[window]
        worked = line.through[window] if in_overtime else line.before[window] + now - line.starts[window]
        aside: list[tuple[list[Entry], Entry]] = []
        while idle and len(aside) < TRIES:
            queue = self._most_urgent(station, now, worked, in_overtime)
            if queue is None:
                break
            if not self._start(station, queue, now, window, worked, in_overtime):
                aside.append((queue, heappop(queue)))
        for queue, entry in aside:
            heappush(queue, entry)
        if in_overtime and idle and window + 1 < len(line.starts):
            self._wake(station, line.starts[window + 1])

    def _most_urgent(self, station: int, now: int, worked: int, in_overtime: bool) -> list[Entry] | None:
        """The heap at whose top the most urgent waiting step is; overdue ones only in overtime."""
        soft, hard, rule = self.soft[station], self.hard[station], self.rule
        placed, step = self.placed, self.floor.step
        while soft:
            way = soft[0][1]
            if placed[step[way]]:
                heappop(soft)
            elif rule.overdue[way] <= now:
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
        return soft if (soft[0][0] - worked / rule.kappa, soft[0][1]) < hard[0] else hard

    def _start(self, station: int, queue: list[Entry], now: int, window: int, worked: int, in_overtime: bool) -> bool:
        """Start the top of `queue`, or one of a unit's present family instead; False where it may not start now."""
        way = queue[0][1]
        units = self._units(station, way)
        setup, unit = units[0]
        if setup[0] and self.rule.setup_price:
            key = queue[0][0] - (0.0 if queue is self.hard[station] else worked / self.rule.kappa)
            other, again = self._cheaper(station, self.last_kind[unit], now, worked, key, setup)
            if other >= 0 and self._try(other, unit, again, now, window, in_overtime):
                return True
        return any(self._try(way, unit, setup, now, window, in_overtime) for setup, unit in units)

    def _units(self, station: int, way: int) -> list[tuple[tuple[int, float], int]]:
        """The free units that may take `way`, with its changeover there: the shortest first, then by number.

        All of them where fixed work may stand in the way on one, else the best.
        """
        if not self.floor.needs_setup[station]:
            units = [((0, 0.0), unit) for unit in self.idle[station]]
        else:
            units = [(self._setup(station, self.last_kind[unit], way), unit) for unit in self.idle[station]]
        return sorted(units) if self.floor.has_reserved[station] else [min(units)]

    def _try(self, way: int, unit: int, setup: tuple[int, float], now: int, window: int, in_overtime: bool) -> bool:
        """Place `way` on `unit` from now unless something stands against it; False where it has to go on waiting."""
        floor, rule = self.floor, self.rule
        station, step = floor.station[way], floor.step[way]
        line, minutes = self.lines[station], floor.process[way] + setup[0]
        overtime = rule.overtime and rule.late[way] <= now
        if in_overtime and not overtime:
            return False
        end, at = now + minutes, window
        if end > (line.ends[window] if overtime else line.regular_ends[window]):
            through = line.through_overtime if overtime else line.through
            before = line.before_overtime if overtime else line.before
            target = before[window] + now - line.starts[window] + minutes
            at = bisect_left(through, target, window)
            if at == len(through):
                # not inside the horizon, nor ever after
                self.placed[step] = not floor.alternatives[way]
                return self.placed[step]
            end = line.starts[at] + target - before[at]
        if floor.has_reserved[station]:
            reserved, passed = self.reserved[unit], self.passed[unit]
            if passed < len(reserved) and reserved[passed][0] < end:
                self._look_again(station, reserved[passed][1])
                return False
        if floor.alternatives[way] and self._better_elsewhere(way, now, end):
            return False
        if self.stock and self._waits_for_parts(step, now):
            self.placed[step] = True  # out of the queues until it arrives again
            self._leave_queues(step)
            return True
        self._place(way, unit, now, end, setup, overtime)
        self.idle[station].remove(unit)
        self.last_kind[unit] = floor.kind[step]
        self._leave_queues(step)
        self._run_on(unit, step, now, end, line.days[at])
        if floor.overlaps[step]:
            self._overlap(way, now, setup[0], overtime)
        return True

    def _leave_queues(self, step: int) -> None:
        for way in range(self.floor.first_way[step], self.floor.first_way[step + 1]):
            self.queued[self.floor.station[way]] -= self.floor.process[way]

    def _place(self, way: int, unit: int, start: int, end: int, setup: tuple[int, float], overtime: bool) -> None:
        step, result = self.floor.step[way], self.result
        self.placed[step] = True
        result.start[step], result.end[step], result.way[step], result.unit[step] = start, end, way, unit
        result.setup[step], result.setup_hours[step] = setup
        result.overtime[step] = overtime

    def _setup(self, station: int, last: int, way: int) -> tuple[int, float]:
        """Clock minutes and standard hours of the changeover that `way` needs after work of the kind `last`."""
        floor = self.floor
        kind = floor.kind[floor.step[way]]
        declared = self.problem.stations.changeover[station].get((last, kind))
        if declared is not None:
            return declared
        return (0, 0.0) if last == kind else (floor.setup[way], floor.setup_hours[way])

    def _cheaper(
        self, station: int, last: int, now: int, worked: int, key: float, setup: tuple[int, float]
    ) -> tuple[int, tuple[int, float]]:
        """A way with a shorter changeover after `last` that is worth more than one with `key` and `setup`.

        -1 where there is none. Looked at are the most urgent of the same kind and of those with a declared
        changeover from it.
        """
        best, found, price = key + setup[0] * self.rule.setup_price, (-1, setup), self.rule.setup_price
        for kind in (last, *self.floor.followers[station].get(last, ())):
            way, urgency = self._head(station, kind, now, worked)
            if way >= 0:
                again = self._setup(station, last, way)
                if again[0] < setup[0] and urgency + again[0] * price < best:
                    best, found = urgency + again[0] * price, (way, again)
        return found

    def _head(self, station: int, kind: int, now: int, worked: int) -> tuple[int, float]:
        """The most urgent waiting way of `kind` and its key now; -1 where none waits."""
        rule, placed, step = self.rule, self.placed, self.floor.step
        soft = self.soft_of_kind[station].get(kind, [])
        hard = self.hard_of_kind[station].setdefault(kind, [])
        while soft and (placed[step[soft[0][1]]] or rule.overdue[soft[0][1]] <= now):
            way = heappop(soft)[1]
            if not placed[step[way]]:
                heappush(hard, (rule.hard[way], way))
        while hard and placed[step[hard[0][1]]]:
            heappop(hard)
        heads = [(hard[0][0], hard[0][1])] if hard else []
        if soft:
            heads.append((soft[0][0] - worked / rule.kappa, soft[0][1]))
        key, way = min(heads, default=(0.0, -1))
        return way, key

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
                self._look_again(station, done)
                return True
        return False

    # -- fixed work -------------------------------------------------------------------------------------------

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

    def _go_on(self, step: int, ready: int) -> None:
        """Go on with a step on the unit where frozen work left it, ahead of everything that is not fixed.

        From the frozen work on the unit is kept for it: a lot that runs is not interrupted by another.
        """
        floor, unit, way = self.floor, self.floor.pinned[step], self.floor.first_way[step]
        station, lot, kind = floor.station[way], floor.lot[step], floor.kind[step]
        line, reserved, passed = self.lines[station], self.reserved[unit], self.passed[unit]
        start = max(ready, self.free_at[unit])
        for k in range(passed, len(reserved) + 1):
            setup = self._setup(station, reserved[k - 1][2] if k > passed else self.last_kind[unit], way)
            begin = line.begin(start)
            end = line.finish(begin, floor.process[way] + setup[0])
            if end == NEVER:
                return
            if k == len(reserved) or end <= reserved[k][0]:
                kept_from = max(reserved[k - 1][1], self.free_at[unit]) if k and reserved[k - 1][3] == lot else begin
                insort(reserved, (min(kept_from, begin), end, kind, lot), lo=passed)
                self._place(way, unit, begin, end, setup, False)
                self._tell_now(way, begin, end, setup[0], line.day_of_end(end))
                return
            start = max(start, reserved[k][1])

    def _tell_now(self, way: int, start: int, end: int, setup: int, day: int) -> None:
        """Tell what waits for fixed work at once: no unit reports its end."""
        floor, step = self.floor, self.floor.step[way]
        lot, following = floor.lot[step], floor.next[floor.step[way]]
        if self.result.lot_start[lot] < 0:
            self.result.lot_start[lot] = start
        self.last_day[lot] = max(self.last_day[lot], day)
        if floor.overlaps[step]:
            self._overlap(way, start, setup, False)
        elif following >= 0:
            self._hand_over(following, end + floor.wait[step], start, [])
        else:
            self._finish_lot(step, end, start, [])

    # -- waking -----------------------------------------------------------------------------------------------

    def _wake(self, station: int, minute: int) -> None:
        if self.woken[station] != minute:
            self.woken[station] = minute
            self._look_again(station, minute)

    def _look_again(self, station: int, minute: int) -> None:
        if minute < NEVER:
            heappush(self.events, minute << self.bits | (self.stations_from + station))
