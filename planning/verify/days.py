"""The checker's own reading of the calendars: working days, and the windows in which units work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.model import PlanInput

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

DAY_MINUTES = 1440.0
DEFAULT_START_MINUTE = 480.0  # 08:00, the contract's default
DAYS_BEFORE = 400
DAYS_AFTER = 1500


def minutes(times: pd.Series) -> Floats:
    """Minutes since 1970 of `times`; NaN where missing."""
    values = times.to_numpy().astype("datetime64[us]")
    out: Floats = values.astype(np.int64) / 60e6
    out[np.isnat(values)] = np.nan
    return out


def day_numbers(dates: pd.Series) -> Integers:
    """Days since 1970 of `dates`; a very early day where missing."""
    days: Integers = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    return days


def day_number(day: dt.date) -> int:
    """Days since 1970."""
    return (day - dt.date(1970, 1, 1)).days


@dataclass(frozen=True, slots=True)
class Days:
    """Working days and unit windows by day, from `first` (days since 1970) on.

    working: whether any station's calendar has hours (no calendar at all: every day).
    rank: working days before each day. numbers: offsets of the working days.
    opens, closes, overtime_closes: per station (row) and day (column) the window's start, its end without and
    with overtime, in minutes since 1970; all equal where the unit does not work.
    """

    first: int
    working: Booleans
    rank: Integers
    numbers: Integers
    opens: Floats
    closes: Floats
    overtime_closes: Floats

    def add(self, day: npt.ArrayLike, count: npt.ArrayLike) -> Any:
        """The day `count` working days after `day`, a day off counting as the next working day."""
        offset = np.clip(np.asarray(day, dtype=np.int64) - self.first, 0, len(self.working) - 1)
        target = self.rank[offset] + np.asarray(count).astype(np.int64)
        return self.first + self.numbers[np.clip(target, 0, len(self.numbers) - 1)]

    def column(self, day: Integers) -> Integers:
        """The column of `day` in the windows, -1 where it lies outside."""
        offset = day - self.first
        return np.where((offset >= 0) & (offset < len(self.working)), offset, -1)


def read_days(plan_input: PlanInput) -> Days:
    """The days of `plan_input`, worked out from its calendars alone."""
    first = day_number(plan_input.as_of_date) - DAYS_BEFORE
    count = DAYS_BEFORE + plan_input.settings.horizon_days + DAYS_AFTER
    hours, start = _calendars(plan_input, first, count)
    station = plan_input.station
    used = [hours[str(name)] for name in station["calendar_no"]]
    working = np.any(np.array(used) > 0, axis=0) if used else np.zeros(count, dtype=bool)
    if not working.any():
        working = np.ones(count, dtype=bool)
    opens, closes, overtime = _windows(plan_input, hours, start, first, count)
    rank = np.cumsum(working) - working
    return Days(first, working, rank.astype(np.int64), np.flatnonzero(working), opens, closes, overtime)


def _calendars(plan_input: PlanInput, first: int, count: int) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Hours and start minutes per calendar on each of `count` days."""
    weekday = (np.arange(first, first + count) + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    hours: dict[str, Floats] = {}
    start: dict[str, Floats] = {}
    for row in plan_input.calendar.itertuples():
        name = str(row.calendar_no)
        hours.setdefault(name, np.zeros(count))[weekday == row.weekday - 1] = row.hours
        start.setdefault(name, np.full(count, DEFAULT_START_MINUTE))[weekday == row.weekday - 1] = row.start_minute
    exceptions = plan_input.calendar_day
    for name, day, value in zip(
        exceptions["calendar_no"], day_numbers(exceptions["work_date"]), exceptions["hours"], strict=True
    ):
        if name in hours and 0 <= day - first < count:
            hours[name][day - first] = value
    return hours, start


def _windows(
    plan_input: PlanInput, hours: dict[str, Floats], start: dict[str, Floats], first: int, count: int
) -> tuple[Floats, Floats, Floats]:
    """Per station and day the window's opening, its end, and its end with all the overtime allowed."""
    station = plan_input.station
    kinds = station[["calendar_no", "overtime_hours"]].drop_duplicates()
    midnight = np.arange(first, first + count) * DAY_MINUTES
    opens = np.array([midnight + start[str(name)] for name in kinds["calendar_no"]]).reshape(-1, count)
    length = np.array([hours[str(name)] * 60 for name in kinds["calendar_no"]]).reshape(-1, count)
    # neither a shift nor its overtime runs into the next day's window
    following = np.full_like(opens, np.inf)
    following[:, :-1] = np.where(length[:, 1:] > 0, opens[:, 1:], np.inf)
    closes = np.minimum(opens + length, following)
    allowed = kinds["overtime_hours"].to_numpy()[:, None] * 60 if plan_input.settings.overtime else 0.0
    overtime = np.minimum(closes + np.where(length > 0, allowed, 0.0), following)
    kind = pd.MultiIndex.from_frame(kinds).get_indexer(pd.MultiIndex.from_frame(station[list(kinds.columns)]))
    return opens[kind], closes[kind], overtime[kind]
