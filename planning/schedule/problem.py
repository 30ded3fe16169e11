"""What is to be scheduled, as arrays: stations, lots, their remaining steps, and the order lines they serve.

Minutes and days are those of `timeline`. Lots are in the order of their references and steps in the order of
their work, so that a lower index breaks every tie the same way whatever the order of the input's rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.schedule.pool import Pool
from planning.schedule.timeline import Floats, Ints, Timeline, TimelineArrays

# start, end, changeover class and lot of work that is fixed on a unit
Reservation = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Stations:
    """Stations, their units (numbered through) and their changeovers.

    changeover[s] gives (clock minutes, standard hours) from one changeover class to another where declared.
    reserved[u]: what is fixed on unit u, in order of time.
    """

    numbers: list[str]
    lines: list[Timeline]
    arrays: TimelineArrays
    efficiency: Floats
    first_unit: list[int]  # and one entry more
    changeover: list[dict[tuple[int, int], tuple[int, float]]]
    reserved: list[list[Reservation]]


@dataclass(frozen=True, slots=True)
class Lots:
    """Make orders. first_step: index of each lot's first remaining step, and one entry more.

    fixed_start, fixed_end, fixed_day: the lot's frozen work (fixed_start -1: none). need: minute by which MRP
    wants it. level: 0 for a lot that takes from no other, else one more than its highest supplier.
    supplier, supplied_step: pairs of a lot and a step of another lot that waits for it; share: the part of the
    supplier's pieces that this step takes.
    """

    refs: list[str]
    items: list[str]
    qty: Floats
    first_step: Ints
    fixed_start: Ints
    fixed_end: Ints
    fixed_day: Ints
    need: Ints
    level: Ints
    supplier: Ints
    supplied_step: Ints
    share: Floats

    def __len__(self) -> int:
        return len(self.refs)


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps still to be done. A lot that has none has one step of its own without a station.

    good, started: pieces that come out of and go into the step. wait: clock minutes after it. transfer: pieces
    handed on at a time (0: all). release: minute before which neither material nor frozen work lets it start.
    pinned: the unit on which frozen work left it, else -1. lead: working days of a step without a station, else
    -1. kind: changeover class of the item: its family, else itself. next: the lot's next step, else -1.
    first_way: index of the first of its ways to be done, and one entry more; the preferred way comes first.
    """

    lot: Ints
    number: Ints
    good: Floats
    started: Floats
    wait: Ints
    transfer: Floats
    release: Ints
    pinned: Ints
    lead: Ints
    kind: Ints
    next: Ints
    first_way: Ints

    def __len__(self) -> int:
        return len(self.lot)


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways to do a step: one per alternative station. Minutes are clock minutes, hours standard hours."""

    step: Ints
    station: Ints
    process: Ints
    setup: Ints
    process_hours: Floats
    setup_hours: Floats

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True, slots=True)
class Lines:
    """Order lines: weight, target day, and the day on which what is not made for them is there.

    line, lot: pairs of a line and a lot that serves it directly; share: the part of the lot's pieces that the
    line takes. A line is late by its last delivery.
    """

    weight: Floats
    target: Ints
    fixed: Ints
    line: Ints
    lot: Ints
    share: Floats


@dataclass(frozen=True, slots=True)
class Problem:
    """One scheduling problem; every rung of the search reads it and none changes it."""

    as_of_date: dt.date
    horizon: int  # days; the day after the last one has this number
    first_day: int
    workdays: list[int]
    overtime: bool
    stations: Stations
    lots: Lots
    steps: Steps
    ways: Ways
    lines: Lines
    frozen: pd.DataFrame
    frozen_overtime: float
    pool: Pool | None = None  # None: every step waits for the supply that material planning gave it

    def delivery_days(self, lot_day: Ints) -> Ints:
        """The day of the last delivery of each line when lots are finished on `lot_day`."""
        day = self.lines.fixed.copy()
        np.maximum.at(day, self.lines.line, np.maximum(lot_day[self.lines.lot], self.first_day))
        return day

    def objective(self, lot_day: Ints) -> float:
        """Sum over lines of weight x whole calendar days late."""
        late = np.maximum(self.delivery_days(lot_day) - self.lines.target, 0)
        return float((self.lines.weight * late).sum())


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and when each step is done; what a rung hands to the next.

    start, end: minutes, -1 where the step is not done inside the horizon. way: index into Ways. unit: numbered
    through all stations. setup: clock minutes of changeover inside [start, end). overtime: whether overtime
    hours are used. lot_end, lot_day: minute and work day of each lot's last piece; the horizon's length where
    the lot is not finished inside it.
    """

    start: list[int]
    end: list[int]
    way: list[int]
    unit: list[int]
    setup: list[int]
    setup_hours: list[float]
    overtime: list[bool]
    lot_start: list[int]
    lot_end: list[int]
    lot_day: list[int]


Bools = npt.NDArray[np.bool_]
