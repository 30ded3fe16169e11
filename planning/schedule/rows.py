"""From placed steps to the rows of a plan: one per lot, step, unit and work day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.model import RESULT_COLUMNS, frame
from planning.schedule.problem import Placement, Problem
from planning.schedule.timeline import Floats, Ints


@dataclass(frozen=True, slots=True)
class _Parts:
    """Parts of placed steps, one per step and window it works in; minutes on the clock."""

    step: Ints
    day: Ints
    start: Ints
    end: Ints
    setup: Ints
    overtime: Ints


def schedule_rows(problem: Problem, placement: Placement) -> pd.DataFrame:
    """The plan's rows, as `RESULT_COLUMNS["plan_schedule"]`, those of frozen work included.

    A lot that is not finished inside the horizon has none but its frozen ones. A day's good pieces are in
    proportion to its minutes of processing; the last day takes what is left.
    """
    parts = _parts(problem, placement)
    steps, lots, stations = problem.steps, problem.lots, problem.stations
    way = np.array(placement.way, np.int64)[parts.step]
    station = problem.ways.station[way]
    unit = np.array(placement.unit, np.int64)[parts.step] - np.array(stations.first_unit)[station] + 1
    lot = steps.lot[parts.step]
    per_minute = stations.efficiency[station] / 60
    origin = np.datetime64(problem.as_of_date, "us") + np.timedelta64(1, "D")
    numbers, refs, items = np.array(stations.numbers), np.array(lots.refs), np.array(lots.items)
    planned = pd.DataFrame(
        {
            "order_ref": refs[lot] if len(lot) else [],
            "step_no": steps.number[parts.step],
            "station_no": numbers[station] if len(lot) else [],
            "unit_no": unit,
            "work_date": origin + parts.day * np.timedelta64(1, "D"),
            "item_no": items[lot] if len(lot) else [],
            "qty": _pieces(problem, parts),
            "hours": ((parts.end - parts.start) * per_minute).round(6),
            "overtime_hours": (parts.overtime * per_minute).round(6),
            "start_time": origin + parts.start * np.timedelta64(60_000_000, "us"),
            "finish_time": origin + parts.end * np.timedelta64(60_000_000, "us"),
        }
    )
    columns = RESULT_COLUMNS["plan_schedule"]
    rows = pd.concat([frame(columns, problem.frozen), frame(columns, planned)], ignore_index=True)
    return rows.sort_values(["order_ref", "step_no", "start_time"], kind="stable", ignore_index=True)


def overtime_hours(problem: Problem, placement: Placement) -> float:
    """Standard hours that the plan works in overtime, frozen work included."""
    if not any(placement.overtime):
        return problem.frozen_overtime
    parts = _parts(problem, placement)
    way = np.array(placement.way, np.int64)[parts.step]
    efficiency = problem.stations.efficiency[problem.ways.station[way]]
    return problem.frozen_overtime + float((parts.overtime * efficiency).sum() / 60)


def lot_rows(problem: Problem, placement: Placement) -> pd.DataFrame:
    """Per make order its order_ref, start_time, finish_time and finish_date; NaT where it is not finished."""
    horizon = problem.horizon
    origin = np.datetime64(problem.as_of_date, "us") + np.timedelta64(1, "D")
    day = np.array(placement.lot_day, np.int64)
    missing = day >= horizon

    def moment(minutes: list[int]) -> pd.Series:
        when = origin + np.array(minutes, np.int64) * np.timedelta64(60_000_000, "us")
        return pd.Series(np.where(missing, np.datetime64("NaT", "us"), when).astype("datetime64[us]"))

    finish_day = origin + day * np.timedelta64(1, "D")
    return pd.DataFrame(
        {
            "order_ref": pd.Series(problem.lots.refs, dtype="str"),
            "start_time": moment(placement.lot_start),
            "finish_time": moment(placement.lot_end),
            "finish_date": pd.Series(np.where(missing, np.datetime64("NaT", "us"), finish_day)),
        }
    )


def _parts(problem: Problem, placement: Placement) -> _Parts:
    steps, arrays = problem.steps, problem.stations.arrays
    finished = np.array(placement.lot_day, np.int64) < problem.horizon
    way = np.array(placement.way, np.int64)
    step = np.flatnonzero((way >= 0) & finished[steps.lot])
    station = problem.ways.station[way[step]]
    start, end = np.array(placement.start, np.int64)[step], np.array(placement.end, np.int64)[step]
    first, last = arrays.window_at(station, start), arrays.window_before(station, end)
    count = np.maximum(last - first + 1, 0)
    which = np.repeat(np.arange(len(step)), count)
    window = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + first[which]
    in_overtime = np.array(placement.overtime, bool)[step][which]
    until = np.where(in_overtime, arrays.ends[window], arrays.regular_ends[window])
    begin = np.maximum(arrays.starts[window], start[which])
    finish = np.minimum(until, end[which])
    setup_left = np.array(placement.setup, np.int64)[step]
    length = finish - begin
    through = np.cumsum(length) - np.repeat(
        np.cumsum(length)[np.cumsum(count) - count] - length[np.cumsum(count) - count], count
    )
    before = through - length
    setup = np.clip(setup_left[which] - before, 0, length)
    overtime = np.maximum(finish - np.maximum(arrays.regular_ends[window], begin), 0)
    kept = length > 0
    return _Parts(
        step[which][kept],
        arrays.days[window][kept],
        begin[kept],
        finish[kept],
        setup[kept],
        overtime[kept],
    )


def _pieces(problem: Problem, parts: _Parts) -> Floats:
    """Good pieces out of the step in each part, six decimals, adding up to the step's exactly."""
    process = (parts.end - parts.start - parts.setup).astype(np.float64)
    if not len(process):
        return process
    fresh = np.append(True, parts.step[1:] != parts.step[:-1])
    first = np.flatnonzero(fresh)
    group = np.cumsum(fresh) - 1
    through = np.cumsum(process) - (np.cumsum(process)[first] - process[first])[group]
    total = np.add.reduceat(process, first)[group]
    good = problem.steps.good[parts.step].round(6)
    done = (good * (through / np.maximum(total, 1e-9))).round(6)
    last = np.append(first[1:], len(process)) - 1
    done[last] = good[last]
    before = np.where(fresh, 0.0, np.append(0.0, done[:-1]))
    pieces: Floats = (done - before).round(6)
    return pieces
