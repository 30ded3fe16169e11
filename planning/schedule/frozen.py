"""Work of the plan before that is kept as it is: what it occupies and what waits for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.model import PlanInput
from planning.schedule.problem import Bools, Reservation, Stations
from planning.schedule.steps import up_to_minutes
from planning.schedule.timeline import Ints

LotStep = tuple[int, int]  # lot index and step number


@dataclass(frozen=True, slots=True)
class FrozenWork:
    """Frozen rows of lots that are still planned.

    reserved: per unit. start, end, day: per lot, minutes of its first and last frozen work and the day of the
    last (-1, 0 and -1: none). By lot and step: good pieces; the unit; ready: when the next step may start, wait
    included; goes_on: the minute from which the unit may go on with what is left of the step, which is never on
    a day that has a frozen row of it already.
    """

    rows: pd.DataFrame
    reserved: list[list[Reservation]]
    start: Ints
    end: Ints
    day: Ints
    good: dict[LotStep, float]
    unit: dict[LotStep, int]
    ready: dict[LotStep, int]
    goes_on: dict[LotStep, int]

    def hold(self, lot: Ints, number: Ints) -> tuple[Ints, Ints]:
        """Per step, the minute before which frozen work keeps it from starting, and the unit it must go on at."""
        release, pinned = np.zeros(len(lot), np.int64), np.full(len(lot), -1, np.int64)
        if not self.ready:
            return release, pinned
        for k in np.flatnonzero(np.isin(lot, np.array(sorted({key[0] for key in self.ready})))):
            key = (int(lot[k]), int(number[k]))
            earlier = [ready for (at, before), ready in self.ready.items() if at == key[0] and before < key[1]]
            release[k] = max([0, *earlier, self.goes_on.get(key, 0)])
            pinned[k] = self.unit.get(key, -1)
        return release, pinned

    def begins(self, lot: Ints, number: Ints, free: Ints) -> Bools:
        """Whether frozen work begins step `number` of each lot; 0 is its first step, be it frozen or the `free` one."""
        first: dict[int, int] = {}
        for at, step in self.good:
            first[at] = min(first.get(at, step), step)
        return np.array(
            [
                (at, step) in self.good or (step == 0 and at in first and (left == 0 or first[at] <= left))
                for at, step, left in zip(lot.tolist(), number.tolist(), free.tolist(), strict=True)
            ],
            bool,
        )


def frozen_work(plan_input: PlanInput, lot_of: pd.Index, lot_kind: Ints, stations: Stations) -> FrozenWork:
    """The frozen rows of the lots in `lot_of`; rows of orders that are no longer planned are left out."""
    table = plan_input.frozen
    known = lot_of.get_indexer(table["order_ref"]) >= 0
    rows = table[known].sort_values(["order_ref", "step_no", "work_date", "station_no", "unit_no"], kind="stable")
    rows = rows.reset_index(drop=True)
    origin = pd.Timestamp(plan_input.as_of_date) + pd.Timedelta(days=1)
    waits = _waits(plan_input)
    station_of = {no: k for k, no in enumerate(stations.numbers)}
    found = FrozenWork(
        rows,
        [[] for _ in stations.reserved],
        np.full(len(lot_of), -1, np.int64),
        np.zeros(len(lot_of), np.int64),
        np.full(len(lot_of), -1, np.int64),
        {},
        {},
        {},
        {},
    )
    starts = ((rows["start_time"] - origin).dt.total_seconds() // 60).astype("int64")
    ends = -((origin - rows["finish_time"]).dt.total_seconds() // 60).astype("int64")
    days = (rows["work_date"] - origin).dt.days
    lots = lot_of.get_indexer(rows["order_ref"])
    for k, row in enumerate(rows.itertuples(index=False)):
        lot, key = int(lots[k]), (int(lots[k]), int(row.step_no))
        start, end, day = int(starts[k]), int(ends[k]), int(days[k])
        found.good[key] = found.good.get(key, 0.0) + float(row.qty)
        wait = waits.get((row.item_no, int(row.step_no)), 0)
        found.ready[key] = max(found.ready.get(key, 0), end + wait)
        found.start[lot] = start if found.start[lot] < 0 else min(int(found.start[lot]), start)
        found.end[lot] = max(int(found.end[lot]), end)
        found.day[lot] = max(int(found.day[lot]), day)
        station = station_of.get(row.station_no)
        if station is None:
            continue
        unit = stations.first_unit[station] + int(row.unit_no) - 1
        if stations.first_unit[station] <= unit < stations.first_unit[station + 1]:
            found.reserved[unit].append((start, end, int(lot_kind[lot]), lot))
            found.unit[key] = unit
            found.goes_on[key] = max(found.goes_on.get(key, 0), _end_of_day(stations, station, day, end))
    for reserved in found.reserved:
        reserved.sort()
    return found


def _end_of_day(stations: Stations, station: int, day: int, end: int) -> int:
    line = stations.lines[station]
    last = max((line.ends[k] for k, at in enumerate(line.days) if at <= day), default=0)
    return max(last, end)


def _waits(plan_input: PlanInput) -> dict[tuple[str, int], int]:
    table = plan_input.routing_step
    table = table[table["item_no"].isin(set(plan_input.frozen["item_no"]))]
    minutes = up_to_minutes(table["wait_hours"].to_numpy())
    result: dict[tuple[str, int], int] = {}
    for item_no, number, wait in zip(table["item_no"], table["step_no"], minutes.tolist(), strict=True):
        result[item_no, int(number)] = max(result.get((item_no, int(number)), 0), wait)
    return result
