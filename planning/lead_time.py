"""How long an item takes, and which working day lies so many before or behind another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planning.bom import Floats, Ints, Steps, tail_sums
from planning.calendar import WorkingDays, first_plan_day
from planning.model import PlanInput

_LONGEST = 5000.0  # days; a station that never works must not overflow the calendar
_CALENDARLESS_HOURS = 8.0


@dataclass(frozen=True, slots=True)
class DayLine:
    """Working days as whole numbers (days since 1970), for arrays of any size.

    `first` is the first day that may be planned, `horizon_end` the last.
    """

    first: int
    horizon_end: int
    origin: int
    rank: Ints  # working days before each day
    last: Ints  # number of the last working day that is not after each day
    day: Ints  # the working days

    @classmethod
    def of(cls, plan_input: PlanInput) -> DayLine:
        """The days of `plan_input`."""
        working = WorkingDays.of(plan_input)
        origin = int(working.first.astype(np.int64))
        first = int(first_plan_day(plan_input, working).astype(np.int64))
        end = int(np.datetime64(plan_input.horizon_end, "D").astype(np.int64))
        last = working.rank - ~working.working
        return cls(first, end, origin, working.rank, last.astype(np.int64), origin + working.days)

    def add(self, day: Ints | int, count: Ints | int) -> Ints:
        """The working day `count` working days after `day`; from a day off, counted from the next working day."""
        return self._at(self.rank[self._offset(day)] + count)

    def back(self, day: Ints | int, count: Ints | int) -> Ints:
        """The working day from which `count` working days later it is `day`, or the last working day before it."""
        return self._at(self.last[self._offset(day)] - count)

    def between(self, start: Ints | int, end: Ints | int) -> Ints:
        """Working days in [start, end)."""
        days: Ints = self.rank[self._offset(end)] - self.rank[self._offset(start)]
        return days

    def _offset(self, day: Ints | int) -> Ints:
        return np.clip(np.asarray(day, dtype=np.int64) - self.origin, 0, len(self.rank) - 1)

    def _at(self, number: Ints) -> Ints:
        days: Ints = self.day[np.clip(number, 0, len(self.day) - 1)]
        return days


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Working days from the start of a step until the lot is done, without regard to other lots.

    For a lot of q good pieces ⌈fixed + per_piece x q⌉, row by row of Steps. A step takes its setup and its pieces
    started, in hours of the preferred station at its efficiency and its usual hours per working day, plus its wait
    as clock time unless it is the last; a lot of any length takes a day. An item without routing takes its lead
    time. setup_days, piece_days (per piece started) and wait_days are those of the step alone.
    """

    fixed: Floats
    per_piece: Floats
    setup_days: Floats
    piece_days: Floats
    wait_days: Floats

    @classmethod
    def of(cls, plan_input: PlanInput, names: pd.Index, steps: Steps) -> LeadTimes:
        """The lead times of the items `names`."""
        routed = steps.source >= 0
        routing = plan_input.routing_step.iloc[steps.source[routed]]
        station = plan_input.station.set_index("station_no")
        daily = _hours_per_working_day(plan_input)
        stations = routing["station_no"]
        efficiency = station["efficiency"].reindex(stations).to_numpy()
        clock = np.maximum(efficiency * daily.reindex(stations).to_numpy(), 1e-9)
        setup, piece, wait = (np.zeros(len(steps.item)) for _ in range(3))
        setup[routed] = routing["setup_hours"].to_numpy() / clock
        piece[routed] = 1.0 / np.maximum(routing["units_per_hour"].to_numpy() * clock, 1e-12)
        wait[routed] = routing["wait_hours"].to_numpy() / 24.0
        wait[steps.first[1:] - 1] = 0.0
        setup[~routed] = days_without_routing(plan_input, names)[steps.item[~routed]]
        fixed = tail_sums(setup + wait, steps.first)
        per_piece = tail_sums(piece * steps.started, steps.first)
        return cls(fixed, per_piece, setup, piece, wait)

    def days(self, row: Ints, qty: Floats) -> Ints:
        """Working days from the start of step row `row` until a lot of `qty` good pieces is done."""
        return whole_days(self.fixed[row] + self.per_piece[row] * qty)


def whole_days(days: Floats) -> Ints:
    """Days rounded up, forgiving a billionth."""
    return np.ceil(np.minimum(days, _LONGEST) - 1e-9).astype(np.int64)


def buy_days(plan_input: PlanInput, names: pd.Index) -> Ints:
    """Working days from order to dock of each item of `names`; the default where nobody entered a lead time."""
    days = plan_input.item.set_index("item_no")["lead_time_days"].reindex(names)
    return whole_days(days.fillna(plan_input.settings.default_lead_time_days).to_numpy())


def days_without_routing(plan_input: PlanInput, names: pd.Index) -> Floats:
    """Working days each item of `names` takes that has no routing: its lead time.

    Where nobody entered one, a made item takes none, a subcontracted one like a bought one the default.
    """
    item = plan_input.item.set_index("item_no").reindex(names)
    default = np.where(item["source"] == "make", 0.0, float(plan_input.settings.default_lead_time_days))
    days: Floats = item["lead_time_days"].fillna(pd.Series(default, index=names)).to_numpy()
    return days


def _hours_per_working_day(plan_input: PlanInput) -> pd.Series:
    """Each station's usual hours per unit on a day the factory works, from an ordinary week of its calendar."""
    week = plan_input.calendar.pivot_table(index="calendar_no", columns="weekday", values="hours", aggfunc="sum")
    used = week.reindex(plan_input.station["calendar_no"]).fillna(0.0)
    days = max(int((used > 0).any(axis=0).sum()), 1)
    hours = used.sum(axis=1).to_numpy() / days
    hours = np.where(hours > 0, hours, _CALENDARLESS_HOURS)
    return pd.Series(hours, index=plan_input.station["station_no"].to_numpy(), dtype=np.float64)
