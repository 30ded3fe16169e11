"""The sample factory's working days, counted from the as-of date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BEFORE, AFTER = 360, 260  # calendar days that the clock knows
HOLIDAY_AHEAD, HOLIDAY_BEFORE = 19, -45


@dataclass(frozen=True, slots=True)
class Clock:
    """Working days as whole numbers: 0 is the as-of date, or the last working day before it where that is a day off."""

    as_of: dt.date
    days: Any  # datetime64[D], ascending
    zero: int

    @classmethod
    def around(cls, as_of: dt.date) -> Clock:
        """The working days around `as_of`: all but Sundays and the two company holidays."""
        first = np.datetime64(as_of, "D") - np.timedelta64(BEFORE, "D")
        days = first + np.arange(BEFORE + AFTER + 1) * np.timedelta64(1, "D")
        sunday = (days.astype(np.int64) + 3) % 7 == 6  # 1970-01-01 was a Thursday
        days = days[~sunday & ~np.isin(days, np.array(holidays(as_of), dtype="datetime64[D]"))]
        return cls(as_of, days, int(np.searchsorted(days, np.datetime64(as_of, "D"), side="right")) - 1)

    def date(self, day: npt.ArrayLike) -> Any:
        """The dates of working days, as datetime64[D]."""
        return self.days[np.clip(self.zero + np.asarray(day, dtype=np.int64), 0, len(self.days) - 1)]

    def ago(self, calendar_days: int) -> int:
        """The last working day that is not later than so many calendar days before the as-of date."""
        date = np.datetime64(self.as_of, "D") - np.timedelta64(calendar_days, "D")
        return int(np.searchsorted(self.days, date, side="right")) - 1 - self.zero


def holidays(as_of: dt.date) -> list[dt.date]:
    """The company's holidays around `as_of`: one behind, one ahead, neither on a Sunday."""
    found = [as_of + dt.timedelta(days=offset) for offset in (HOLIDAY_BEFORE, HOLIDAY_AHEAD)]
    return [day + dt.timedelta(days=1) if day.isoweekday() == 7 else day for day in found]


def repeated(counts: Ints) -> tuple[Ints, Ints]:
    """For `counts` parts of each owner: the owner of every part, and its place among the owner's parts."""
    owner = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, place


def within(key: npt.ArrayLike) -> Ints:
    """The place of each row among the rows of its `key`, in the order of the rows: 0, 1, 2, …"""
    keys = np.asarray(key)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    new = np.ones(len(keys), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    first = np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0)) if len(keys) else np.zeros(0, np.int64)
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.arange(len(keys)) - first
    return place
