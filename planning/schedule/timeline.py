"""Working windows of a station's units on the clock, and working minutes within them.

Time is counted in whole minutes; minute 0 is 00:00 of the day after the as-of date and day 0 is that day.
A window belongs to the day it begins on, even where it runs past midnight; windows never overlap.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planning.calendar import calendar_hours
from planning.model import PlanInput

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DAY = 1440
NEVER = 1 << 40  # a minute beyond every horizon
DEFAULT_START = 480  # 08:00, as the data contract has it
IDLE_DENSITY = 1 / 3  # working minutes per minute assumed where a station has none, for due times only
_STRIDE = 1 << 42  # keeps the stations apart in one sorted array


@dataclass(frozen=True, slots=True)
class Timeline:
    """The windows of every unit of one station, with and without overtime, as plain lists.

    Window k is regular in [starts[k], regular_ends[k]) and overtime in [regular_ends[k], ends[k]).
    before[k] and through[k] are the regular minutes ahead of and up to the end of window k;
    before_overtime and through_overtime the same with overtime counted.
    """

    days: list[int]
    starts: list[int]
    regular_ends: list[int]
    ends: list[int]
    before: list[int]
    through: list[int]
    before_overtime: list[int]
    through_overtime: list[int]

    def worked(self, minute: int, overtime: bool = False) -> int:
        """Working minutes from minute 0 until `minute`."""
        window = bisect_right(self.starts, minute) - 1
        if window < 0:
            return 0
        if overtime:
            return self.before_overtime[window] + min(minute, self.ends[window]) - self.starts[window]
        return self.before[window] + min(minute, self.regular_ends[window]) - self.starts[window]

    def reached(self, worked: int, overtime: bool = False) -> int:
        """The earliest minute by which `worked` working minutes have passed; NEVER beyond the horizon."""
        through = self.through_overtime if overtime else self.through
        window = bisect_left(through, worked)
        if window == len(through):
            return NEVER
        before = self.before_overtime if overtime else self.before
        return self.starts[window] + worked - before[window]

    def begin(self, minute: int, overtime: bool = False) -> int:
        """The first working minute at or after `minute`; NEVER beyond the horizon."""
        window = bisect_right(self.ends if overtime else self.regular_ends, minute)
        return max(minute, self.starts[window]) if window < len(self.starts) else NEVER

    def finish(self, minute: int, minutes: int, overtime: bool = False) -> int:
        """When work of `minutes` minutes that may begin at `minute` is done; NEVER beyond the horizon."""
        return self.reached(self.worked(minute, overtime) + minutes, overtime)

    def day_of_end(self, minute: int) -> int:
        """The work day of the window in which something that ends at `minute` ends."""
        return self.days[max(bisect_left(self.starts, minute) - 1, 0)]


def timelines(plan_input: PlanInput) -> dict[str, Timeline]:
    """The timeline of each station, by station_no, from the day after the as-of date to the horizon's end."""
    first = plan_input.as_of_date + dt.timedelta(days=1)
    count = plan_input.settings.horizon_days
    hours = calendar_hours(plan_input, first, count + 1)  # a day more: it cuts the last day's overtime
    start_minutes = _start_minutes(plan_input, first, count + 1)
    known: dict[tuple[str, int], Timeline] = {}
    result: dict[str, Timeline] = {}
    station = plan_input.station
    for station_no, calendar_no, overtime_hours in zip(
        station["station_no"], station["calendar_no"], station["overtime_hours"], strict=True
    ):
        overtime = int(overtime_hours * 60 + 1e-6) if plan_input.settings.overtime else 0
        key = (calendar_no, max(overtime, 0))
        if key not in known:
            known[key] = _timeline(hours[calendar_no], start_minutes[calendar_no], key[1], count)
        result[station_no] = known[key]
    return result


def _start_minutes(plan_input: PlanInput, first: dt.date, count: int) -> dict[str, Ints]:
    """Minutes after midnight at which work begins on each of `count` days, for each calendar."""
    weekday = (first.weekday() + np.arange(count)) % 7 + 1
    result: dict[str, Ints] = {}
    for calendar_no, rows in plan_input.calendar.groupby("calendar_no"):
        per_weekday = np.full(8, DEFAULT_START)
        per_weekday[rows["weekday"].to_numpy()] = rows["start_minute"].to_numpy()
        result[str(calendar_no)] = per_weekday[weekday]
    return result


def _timeline(hours: Floats, start_minutes: Ints, overtime: int, count: int) -> Timeline:
    minutes = np.floor(np.minimum(hours, 24.0) * 60 + 1e-6).astype(np.int64)
    days = np.flatnonzero(minutes > 0)
    starts = days * DAY + start_minutes[days]
    following = np.append(starts[1:], NEVER)
    regular_ends = np.minimum(starts + minutes[days], following)
    ends = np.minimum(regular_ends + overtime, following)
    kept = (days < count) & (regular_ends > starts)
    days, starts, regular_ends, ends = days[kept], starts[kept], regular_ends[kept], ends[kept]
    through = np.cumsum(regular_ends - starts)
    through_overtime = np.cumsum(ends - starts)
    return Timeline(
        days.tolist(),
        starts.tolist(),
        regular_ends.tolist(),
        ends.tolist(),
        (through - (regular_ends - starts)).tolist(),
        through.tolist(),
        (through_overtime - (ends - starts)).tolist(),
        through_overtime.tolist(),
    )


@dataclass(frozen=True, slots=True)
class TimelineArrays:
    """The timelines of all stations in one set of arrays, for questions about many steps at once.

    Regular minutes only, or overtime with them. Ahead of minute 0 and behind the horizon time is taken to run on at
    the station's average, so that due times far away keep their order.
    """

    starts: Ints
    regular_ends: Ints
    ends: Ints
    days: Ints
    before: Ints
    through: Ints
    start_keys: Ints  # starts, with the station in the high bits
    through_keys: Ints
    first: Ints  # first window of each station, and one entry more
    total: Ints
    density: Floats
    horizon: int

    @classmethod
    def of(cls, lines: list[Timeline], horizon_days: int, overtime: bool = False) -> TimelineArrays:
        """The arrays of `lines`, one per station; with `overtime` as if its hours were regular ones."""
        also = "_overtime" if overtime else ""

        def joined(name: str) -> Ints:
            return np.concatenate([np.zeros(0, np.int64), *[np.asarray(getattr(x, name), np.int64) for x in lines]])

        counts = np.array([len(line.starts) for line in lines], np.int64)
        station = np.repeat(np.arange(len(lines)), counts)
        total = np.array([getattr(x, f"through{also}")[-1] if x.through else 0 for x in lines], np.int64)
        horizon = horizon_days * DAY
        density = np.where(total > 0, total / horizon, IDLE_DENSITY)
        starts, through = joined("starts"), joined(f"through{also}")
        return cls(
            starts,
            joined("ends" if overtime else "regular_ends"),
            joined("ends"),
            joined("days"),
            joined(f"before{also}"),
            through,
            starts + station * _STRIDE,
            through + station * _STRIDE,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            total,
            density,
            horizon,
        )

    def worked(self, station: Ints, minute: Ints) -> Ints:
        """Regular working minutes of each `station` from minute 0 until each `minute`."""
        if not len(self.starts):
            return np.floor(minute * self.density[station]).astype(np.int64)
        window = np.searchsorted(self.start_keys, minute + station * _STRIDE, side="right") - 1
        inside = window >= self.first[station]
        window = np.maximum(window, 0)
        worked = self.before[window] + np.minimum(minute, self.regular_ends[window]) - self.starts[window]
        worked = np.where(inside, worked, 0)
        outside = np.minimum(minute, 0) + np.maximum(minute - self.horizon, 0)
        result: Ints = worked + np.floor(outside * self.density[station]).astype(np.int64)
        return result

    def clock(self, station: Ints, worked: Ints, side: Any = "left") -> Ints:
        """The minute by which `worked` minutes have passed: the earliest ("left") or the latest ("right")."""
        beyond = np.minimum(worked, 0) + np.maximum(worked - self.total[station], 0)
        outside = np.floor(beyond / self.density[station]).astype(np.int64)
        if not len(self.starts):
            return np.asarray(np.where(worked > 0, self.horizon, 0) + outside, np.int64)
        within = np.clip(worked, 0, self.total[station])
        window = np.searchsorted(self.through_keys, within + station * _STRIDE, side=side)
        window = np.clip(window, self.first[station], np.maximum(self.first[station + 1] - 1, 0))
        window = np.minimum(window, len(self.starts) - 1)
        minute = self.starts[window] + within - self.before[window]
        minute = np.where(self.total[station] > 0, minute, 0)
        past = (worked > self.total[station]) | ((self.total[station] == 0) & (worked > 0))
        result: Ints = np.where(past, self.horizon, np.where(worked < 0, 0, minute)) + outside
        return result

    def day_of_end(self, station: Ints, minute: Ints) -> Ints:
        """The work day of the window of each `station` in which something that ends at `minute` ends."""
        if not len(self.days):
            return np.zeros(len(minute), np.int64)
        window = np.clip(self.window_before(station, minute), self.first[station], len(self.days) - 1)
        result: Ints = self.days[window]
        return result

    def window_at(self, station: Ints, minute: Ints) -> Ints:
        """The last window of each `station` that begins at or before `minute`."""
        window: Ints = np.searchsorted(self.start_keys, minute + station * _STRIDE, side="right") - 1
        return window

    def window_before(self, station: Ints, minute: Ints) -> Ints:
        """The last window of each `station` that begins before `minute`."""
        window: Ints = np.searchsorted(self.start_keys, minute + station * _STRIDE, side="left") - 1
        return window
