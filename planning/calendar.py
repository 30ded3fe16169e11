"""Working days and hours of a factory's calendars."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.model import PlanInput

ONE_DAY: Any = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The factory's working days: a day on which at least one station's calendar has hours.

    Covers `before` days ahead of the as-of date and `after` days behind the horizon; a factory without
    any calendar works every day. Days are numpy `datetime64[D]` scalars or arrays.
    """

    first: Any
    working: npt.NDArray[np.bool_]
    rank: npt.NDArray[np.int64]  # working days before each day
    days: npt.NDArray[np.int64]  # offsets of the working days

    @classmethod
    def of(cls, plan_input: PlanInput, before: int = 400, after: int = 1100) -> WorkingDays:
        """The working days of `plan_input`'s stations."""
        start = plan_input.as_of_date - dt.timedelta(days=before)
        count = before + plan_input.settings.horizon_days + after
        hours = calendar_hours(plan_input, start, count)
        working = np.zeros(count, dtype=bool)
        for calendar_no in set(plan_input.station["calendar_no"]):
            working |= hours[calendar_no] > 0
        if not working.any():
            working[:] = True
        rank = np.concatenate([[0], np.cumsum(working)])[:-1].astype(np.int64)
        return cls(np.datetime64(start, "D"), working, rank, np.flatnonzero(working).astype(np.int64))

    def next(self, day: npt.ArrayLike) -> Any:
        """`day` itself where it is a working day, else the next one."""
        return self.add(day, 0)

    def add(self, day: npt.ArrayLike, count: npt.ArrayLike) -> Any:
        """The working day `count` working days after `day` (a day off counts as the next working day).

        A negative `count` goes back; from a day off, -1 is the last working day before it. Days beyond
        the calendar's ends are its first or last working day.
        """
        offset = np.clip(self._offset(day), 0, len(self.working) - 1)
        target = self.rank[offset] + np.asarray(count).astype(np.int64)
        return self.first + self.days[np.clip(target, 0, len(self.days) - 1)] * ONE_DAY

    def between(self, start: npt.ArrayLike, end: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Working days in [start, end)."""
        limit = len(self.working) - 1
        return self.rank[np.clip(self._offset(end), 0, limit)] - self.rank[np.clip(self._offset(start), 0, limit)]

    def _offset(self, day: npt.ArrayLike) -> npt.NDArray[np.int64]:
        offset: npt.NDArray[np.int64] = (np.asarray(day, dtype="datetime64[D]") - self.first).astype(np.int64)
        return offset


def calendar_hours(plan_input: PlanInput, start: dt.date, count: int) -> dict[str, npt.NDArray[np.float64]]:
    """Hours per unit on each of `count` days from `start`, for each calendar."""
    weekday = (start.weekday() + np.arange(count)) % 7 + 1
    hours: dict[str, npt.NDArray[np.float64]] = {}
    for calendar_no, rows in plan_input.calendar.groupby("calendar_no"):
        per_weekday = np.zeros(8)
        per_weekday[rows["weekday"].to_numpy()] = rows["hours"].to_numpy()
        hours[str(calendar_no)] = per_weekday[weekday]
    first = pd.Timestamp(start)
    offsets = (plan_input.calendar_day["work_date"] - first).dt.days
    for calendar_no, offset, value in zip(
        plan_input.calendar_day["calendar_no"], offsets, plan_input.calendar_day["hours"], strict=True
    ):
        if calendar_no in hours and 0 <= offset < count:
            hours[calendar_no][offset] = value
    return hours


def first_plan_day(plan_input: PlanInput, days: WorkingDays) -> Any:
    """The first day that may be planned: the working day after the as-of date."""
    after = np.datetime64(plan_input.as_of_date, "D") + ONE_DAY
    return days.next(after)
