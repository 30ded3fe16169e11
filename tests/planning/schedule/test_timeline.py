"""Working minutes and the clock."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from planning.model import PlanInput, Settings
from planning.schedule.timeline import DAY, NEVER, Timeline, TimelineArrays, timelines
from tests.planning.schedule.random_shops import random_shop
from tests.planning.schedule.shops import AS_OF, calendar, station


def line(hours: float = 8.0, start: int = 480, weekend: float = 0.0, **more: object) -> Timeline:
    """The timeline of a station with the given week over four weeks."""
    tables = {key: more.pop(key) for key in ("calendar_day",) if key in more}
    plan_input = PlanInput.of(
        AS_OF,
        Settings(horizon_days=28),
        station=[station(**more)],
        calendar=calendar("C", hours, start, weekend),
        **tables,
    )
    return timelines(plan_input)["S"]


def minute(day: int, clock: str) -> int:
    """Minutes since day 1, 00:00."""
    hour, past = clock.split(":")
    return (day - 1) * DAY + int(hour) * 60 + int(past)


def test_work_pauses_over_night_and_weekend() -> None:
    """Of ten hours from Friday 14:00 on two are worked on Friday and eight on Monday."""
    week = line()
    assert week.finish(minute(5, "14:00"), 2 * 60) == minute(5, "16:00")
    assert week.finish(minute(5, "14:00"), 10 * 60) == minute(8, "16:00")
    assert week.finish(minute(5, "14:00"), 10 * 60 + 1) == minute(9, "08:01")


def test_work_that_may_begin_outside_hours_begins_with_the_next_window() -> None:
    week = line()
    assert week.begin(minute(1, "05:00")) == minute(1, "08:00")
    assert week.begin(minute(1, "16:00")) == minute(2, "08:00")
    assert week.begin(minute(6, "12:00")) == minute(8, "08:00")


def test_a_shift_past_midnight_belongs_to_the_day_it_began() -> None:
    night = line(hours=8, start=22 * 60)
    assert night.worked(minute(2, "06:00")) == 480
    assert night.day_of_end(minute(2, "05:00")) == 0
    assert night.finish(minute(1, "22:00"), 481) == minute(2, "22:01")


def test_windows_around_the_clock_abut() -> None:
    """Twenty-four hours from 08:00 end where the next day's begin, and no minute is lost or counted twice."""
    always = line(hours=24.0, weekend=24.0)
    assert always.regular_ends[:-1] == always.starts[1:]
    assert always.finish(minute(1, "08:00"), 3 * DAY) == minute(4, "08:00")
    assert always.worked(minute(4, "09:00")) == 3 * DAY + 60


def test_overtime_lies_behind_the_shift_and_before_the_next_one() -> None:
    """Sixteen hours of work and ten allowed hours of overtime leave eight before the next day's window."""
    long = line(hours=16, start=360, overtime_hours=10.0)
    assert long.ends[0] - long.regular_ends[0] == 8 * 60
    assert long.finish(minute(1, "06:00"), 24 * 60, overtime=True) == minute(2, "06:00")
    assert long.finish(minute(1, "06:00"), 24 * 60) == minute(2, "14:00")


def test_a_day_off_has_no_overtime() -> None:
    week = line(overtime_hours=4.0)
    assert week.begin(minute(6, "09:00"), overtime=True) == minute(8, "08:00")


def test_an_exception_replaces_the_days_hours() -> None:
    holiday = [{"calendar_no": "C", "work_date": AS_OF + dt.timedelta(days=2), "hours": 0.0}]
    assert line(calendar_day=holiday).finish(minute(1, "08:00"), 9 * 60) == minute(3, "09:00")


def test_an_extra_shift_on_a_day_off_begins_at_the_calendars_time() -> None:
    extra = [{"calendar_no": "C", "work_date": AS_OF + dt.timedelta(days=6), "hours": 4.0}]
    assert line(start=600, calendar_day=extra).begin(minute(5, "18:00")) == minute(6, "10:00")


def test_a_station_without_hours_never_gets_anything_done() -> None:
    idle = line(hours=0.0)
    assert idle.finish(0, 1) == NEVER
    assert idle.begin(0) == NEVER


def test_nothing_is_done_behind_the_horizon() -> None:
    week = line()
    assert week.finish(minute(26, "08:00"), 8 * 60) == minute(26, "16:00")
    assert week.finish(minute(26, "08:00"), 8 * 60 + 1) == NEVER


@pytest.mark.parametrize("seed", range(6))
def test_arrays_and_lists_tell_the_same_time(seed: int) -> None:
    """Inside the horizon the arrays answer for many steps what the lists answer for one."""
    plan_input = random_shop(seed)
    lines = list(timelines(plan_input).values())
    arrays = TimelineArrays.of(lines, plan_input.settings.horizon_days)
    draw = np.random.default_rng(seed)
    stations = draw.integers(0, len(lines), 300)
    minutes = draw.integers(0, plan_input.settings.horizon_days * DAY, 300)
    worked = arrays.worked(stations, minutes)
    assert worked.tolist() == [lines[s].worked(m) for s, m in zip(stations, minutes, strict=True)]
    some = np.minimum(worked, arrays.total[stations])
    expected = [lines[s].reached(w) if w else 0 for s, w in zip(stations.tolist(), some.tolist(), strict=True)]
    reached = np.where(some > 0, arrays.clock(stations, some), 0)
    assert reached.tolist() == expected


def test_far_away_due_times_keep_their_order() -> None:
    """Ahead of the first minute and behind the horizon working time runs on at the station's average."""
    arrays = TimelineArrays.of([line()], 28)
    minutes = np.array([-90 * DAY, -DAY, 0, 28 * DAY, 29 * DAY, 400 * DAY])
    worked = arrays.worked(np.zeros(6, np.int64), minutes)
    assert (np.diff(worked) > 0).all()
    assert np.abs(arrays.clock(np.zeros(6, np.int64), worked)[[0, 1, 4, 5]] - minutes[[0, 1, 4, 5]]).max() <= 10
