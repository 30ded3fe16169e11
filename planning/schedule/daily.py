"""Prices by station and day, the form in which they pass from one model to another and are kept with a plan.

A window over several days gives its price to each of them, and takes the mean of theirs, weighted by the working
minutes of their shifts: what a load spread over it pays stays the same. So does a day that has several windows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.schedule.columns import HOUR, Columns
from planning.schedule.problem import Problem
from planning.schedule.timeline import Floats


def by_day(columns: Columns, prices: Floats) -> Floats:
    """Prices of windows as prices per minute of each station (row) and day of the problem; 0 where it does not work."""
    clock, shift = columns.clock, columns.window_of_shift
    stations, days = len(clock.first) - 1, columns.problem.horizon + 1
    at, minutes = columns.station[shift] * days + clock.days, (clock.ends - clock.starts).astype(np.float64)
    paid = np.bincount(at, weights=prices[shift] * minutes, minlength=stations * days)
    worked = np.bincount(at, weights=minutes, minlength=stations * days)
    daily: Floats = (paid / np.maximum(worked, 1.0)).reshape(stations, days)
    return daily


def of_days(columns: Columns, daily: Floats) -> Floats:
    """Prices per minute of each window out of those by station and day; 0 for what is no window of a station."""
    clock, shift, windows = columns.clock, columns.window_of_shift, len(columns.length)
    minutes = (clock.ends - clock.starts).astype(np.float64)
    paid = np.bincount(shift, weights=daily[columns.station[shift], clock.days] * minutes, minlength=windows)
    prices = np.zeros(len(columns.capacity))
    prices[:windows] = paid / np.bincount(shift, weights=minutes, minlength=windows)
    return prices


def carried(before: Columns, after: Columns, prices: Floats) -> Floats:
    """Prices of the windows and parts of one model as those of another in other bins of the same days."""
    result = of_days(after, by_day(before, prices))
    result[after.windows :] = prices[before.windows :]
    return result


def of_rows(problem: Problem, as_of: pd.Timestamp, rows: pd.DataFrame) -> Floats:
    """Rows of a plan_price as prices by station and day; 0 where none is known.

    as_of: day of the status of the problem, which may be another one than that of the plan.
    """
    daily = np.zeros((len(problem.stations.numbers), problem.horizon + 1))
    own = rows[(rows["kind"] == "station") & rows["price"].notna()]
    station = pd.Index(problem.stations.numbers).get_indexer(own["resource_no"])
    day = (own["work_date"] - as_of).dt.days.to_numpy() - 1
    known = (station >= 0) & (day >= 0) & (day < daily.shape[1])
    daily[station[known], day[known]] = own["price"].to_numpy(np.float64)[known] / HOUR
    return daily
