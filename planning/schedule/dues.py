"""By when each step has to be done: lines' targets carried back through lots, steps and sub-assemblies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.schedule.problem import Problem
from planning.schedule.timeline import DAY, NEVER, Floats, Ints, TimelineArrays

# A consumer that wants a lot this much later than the first counts 1/e of its weight in the lot's urgency.
FADE = 5 * DAY
NO_DEMAND = 0.02  # weight of a lot that serves no order line (safety stock)

# Level of the lots, and steps of them that may be looked at together, in an order in which each step comes
# after everything that it waits for.
Batches = list[tuple[int, Ints]]


@dataclass(frozen=True, slots=True)
class Dues:
    """Per step the latest minute of its end, and the weight that hangs on it."""

    latest_end: Ints
    weight: Floats


def batches(problem: Problem) -> Batches:
    """The steps of `problem` by level of their lot and position in it."""
    steps, lots = problem.steps, problem.lots
    level = lots.level[steps.lot]
    position = np.arange(len(steps)) - lots.first_step[steps.lot]
    key = level * (1 << 20) + position
    order = np.argsort(key, kind="stable")
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    return [(int(level[part[0]]), part) for part in np.split(order, cuts) if len(part)]


def earliest_ends(problem: Problem, order: Batches) -> Ints:
    """The minute by which each lot could be done if it had every station to itself.

    By the preferred way of each step, in regular hours, without changeovers.
    """
    return _alone(problem, order, problem.stations.arrays, 1)[0]


def least_days(problem: Problem, order: Batches) -> Ints:
    """The work day before which no plan has each lot done; the horizon's length where none has it done inside.

    As if it had every station to itself, by whichever way ends first, in overtime where that may be worked, without
    changeovers.
    """
    arrays = problem.stations.arrays
    if problem.overtime:
        arrays = TimelineArrays.of(problem.stations.lines, problem.horizon, overtime=True)
    return _alone(problem, order, arrays, max(int(np.diff(problem.steps.first_way).max(initial=0)), 1))[1]


def _alone(problem: Problem, order: Batches, arrays: TimelineArrays, most_ways: int) -> tuple[Ints, Ints]:
    """End minute and work day of each lot that has every station to itself, by the first `most_ways` of each step."""
    steps, ways, lots = problem.steps, problem.ways, problem.lots
    ready, done, day, reached = steps.release.copy(), lots.fixed_end.copy(), lots.fixed_day.copy(), 0
    supplier_level = lots.level[lots.supplier]
    for level, batch in order:
        if level > reached:
            edge = supplier_level == level - 1
            np.maximum.at(ready, lots.supplied_step[edge], done[lots.supplier[edge]])
            reached = level
        begin, lead = ready[batch], steps.lead[batch]
        end = np.where(lead >= 0, begin + np.maximum(lead, 0) * DAY, NEVER)
        out = end.copy()  # when the next step may begin, but for the wait
        on = np.where(lead >= 0, np.minimum(begin // DAY + np.maximum(lead, 0), problem.horizon), problem.horizon)
        share = _first_share(problem, batch)
        for nth in range(most_ways):
            here = np.flatnonzero(steps.first_way[batch + 1] - steps.first_way[batch] > nth)
            way = steps.first_way[batch[here]] + nth
            station, process = ways.station[way], ways.process[way]
            worked = arrays.worked(station, begin[here])
            by_way = arrays.clock(station, worked + process)
            in_time = worked + process <= arrays.total[station]
            on[here] = np.minimum(on[here], np.where(in_time, arrays.day_of_end(station, by_way), problem.horizon))
            end[here] = np.minimum(end[here], by_way)
            first = arrays.clock(station, worked + np.floor(process * share[here]).astype(np.int64))
            out[here] = np.minimum(out[here], first)
        following = steps.next[batch]
        goes_on = following >= 0
        np.maximum.at(ready, following[goes_on], (out + steps.wait[batch])[goes_on])
        np.maximum.at(done, steps.lot[batch], end)
        np.maximum.at(day, steps.lot[batch], on)
    return done, day


def _first_share(problem: Problem, batch: Ints) -> Floats:
    """The share of a step's pieces that must be out before the next step may begin."""
    transfer, good = problem.steps.transfer[batch], np.maximum(problem.steps.good[batch], 1e-9)
    return np.where(transfer > 0, np.minimum(transfer / good, 1.0), 1.0)


def dues(problem: Problem, order: Batches, earliest: Ints, look_ahead: float) -> Dues:
    """Latest ends and weights of all steps.

    A line that cannot be met is due when it first can be. For each step that follows, `look_ahead` times its
    working time is kept free, since it will have to queue (Vepsalainen and Morton 1987, lead-time estimate).
    A lot with several consumers is due with the first of them; later ones add weight that fades.
    """
    steps, ways, lots, arrays = problem.steps, problem.ways, problem.lots, problem.stations.arrays
    lot_due, lot_weight = _own_dues(problem, earliest)
    latest_end, latest_start = np.zeros(len(steps), np.int64), np.zeros(len(steps), np.int64)
    weight = np.zeros(len(steps))
    supplier_level, reached = lots.level[lots.supplier], -1
    for level, batch in reversed(order):
        if level != reached:
            edge = np.flatnonzero(supplier_level == level)
            consumer = lots.supplied_step[edge]
            _lay(lot_due, lot_weight, lots.supplier[edge], latest_start[consumer], weight[consumer])
            reached = level
        lot, following = steps.lot[batch], steps.next[batch]
        due = np.where(lot_due[lot] == NEVER, lots.need[lot], lot_due[lot])
        end = np.where(following < 0, due, latest_start[following] - steps.wait[batch])
        latest_end[batch] = end
        weight[batch] = lot_weight[lot]
        start = end - np.maximum(steps.lead[batch], 0) * DAY
        way = steps.first_way[batch]
        done_here = steps.first_way[batch + 1] > way
        if done_here.any():
            station = ways.station[way[done_here]]
            span = np.minimum(look_ahead * ways.process[way[done_here]], NEVER).astype(np.int64)
            start[done_here] = arrays.clock(station, arrays.worked(station, end[done_here]) - span, side="right")
        latest_start[batch] = np.maximum(start, -NEVER)
    return Dues(latest_end, np.maximum(weight, NO_DEMAND))


def _own_dues(problem: Problem, earliest: Ints) -> tuple[Ints, Floats]:
    """Due minute and weight of each lot by the lines it serves directly; NEVER and 0 where it serves none."""
    lots, lines = problem.lots, problem.lines
    day = np.minimum((earliest - 1) // DAY, problem.horizon)
    due_day = np.maximum(problem.delivery_days(day), lines.target)
    due, weight = np.full(len(lots), NEVER, np.int64), np.zeros(len(lots))
    _lay(due, weight, lines.lot, (due_day[lines.line] + 1) * DAY, lines.weight[lines.line])
    return due, weight


def _lay(due: Ints, weight: Floats, lot: Ints, wanted: Ints, add: Floats) -> None:
    """Lay further wants over lots' dues: the earliest counts, the weight of later ones fades."""
    before = due.copy()
    np.minimum.at(due, lot, wanted)
    weight *= np.exp(-np.minimum(before - due, 100 * FADE) / FADE)
    np.add.at(weight, lot, add * np.exp(-np.minimum(wanted - due[lot], 100 * FADE) / FADE))
