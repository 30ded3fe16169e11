"""What an hour of a station and an earlier part are worth: the model's prices as rows a planner can read.

The linear model's value is convex in the minutes of its windows, and the prices at which its bound was proven are a
subgradient of it: with an hour more in a window the bound falls by at most 60 times the price per minute (Lasdon 1970).
So the price of an hour is the most that one hour can save, and a price of 0 says that more hours there save nothing.

What a part is worth is no price but the model solved again: at the same prices of the stations, the cheapest columns
of the order lines that wait for the part, with its open supply a working day earlier, against those as it is. The
difference is what the bound falls by; steps in the supply that a price of the material would smooth away are in it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planning.calendar import WorkingDays, calendar_hours, first_plan_day
from planning.model import RESULT_COLUMNS, MaterialPlan, PlanInput, frame
from planning.schedule.build import make_problems
from planning.schedule.columns import HOUR, Columns, Tree, make_tree, of_lines, windows_alone
from planning.schedule.daily import by_day
from planning.schedule.ladder import Ladder
from planning.schedule.master import Relaxation
from planning.schedule.problem import Bools, Problem
from planning.schedule.timeline import Floats

TRUSTED_GAP = 0.1  # prices of a model that was solved less closely say nothing
MOST_PARTS = 10
PARTS_SHARE, PARTS_SECONDS = 0.03, 1.0  # of the time limit, and at most
SECONDS_PER_STEP = 3e-5  # of one part, by estimate
OPEN_SUPPLY = ("firm_buy", "planned_buy")


def plan_prices(
    plan_input: PlanInput,
    materials: MaterialPlan,
    ladder: Ladder,
    rows: pd.DataFrame,
    lateness: pd.DataFrame,
    deadline: float,
    cancelled: Callable[[], bool] | None = None,
) -> pd.DataFrame:
    """RESULT_COLUMNS["plan_price"] of a plan with `rows` (plan_schedule) and `lateness` (plan_lateness).

    A row for each station and working day: its load, its standard hours and what one more hour of a unit is worth
    (weight x days late; NaN where the model was not solved closely enough to know), and for each of the few parts that
    cost late lines most what a working day earlier is worth. Parts are looked at as far as the time until `deadline`
    (time.perf_counter) and a small share of the time limit go.
    """
    model = _Model.of(ladder)
    found = [station_rows(plan_input, rows, model, is_free=ladder.best.objective <= 1e-9)]
    if model is not None and not (cancelled and cancelled()):
        seconds = min(PARTS_SHARE * plan_input.settings.time_limit_seconds, PARTS_SECONDS)
        count = min(MOST_PARTS, int(seconds / (SECONDS_PER_STEP * max(len(ladder.problem.steps), 1))))
        until = min(time.perf_counter() + seconds, deadline)
        found.append(part_rows(plan_input, materials, model, waited_for(lateness, plan_input)[:count], until))
    return frame(RESULT_COLUMNS["plan_price"], pd.concat(found, ignore_index=True))


@dataclass(frozen=True, slots=True)
class _Model:
    """The solved model's prices, and what it takes to build its columns again. tree: of all lines."""

    problem: Problem
    tree: Tree
    prices: Floats
    windows: Columns

    @classmethod
    def of(cls, ladder: Ladder) -> _Model | None:
        """None where the model was not solved closely enough."""
        solved: Relaxation | None = ladder.solved
        if solved is None or ladder.edges is None or solved.gap > TRUSTED_GAP:
            return None
        bare = windows_alone(ladder.problem, ladder.edges)
        if len(bare.capacity) != len(solved.prices):
            return None
        return cls(ladder.problem, make_tree(ladder.problem), solved.prices, bare)

    def bound(self, problem: Problem, tree: Tree) -> float:
        """What `prices` prove for `problem` with the steps in `tree` alone."""
        columns = Columns(problem, tree, self.windows.edges)
        of_arrival = np.zeros(len(problem.pool.day) if problem.pool else 0)
        of_arrival[self.windows.part_arrival] = self.prices[self.windows.windows :]
        prices = np.concatenate([self.prices[: self.windows.windows], of_arrival[columns.part_arrival]])
        return columns.price(prices)[1]


def station_rows(plan_input: PlanInput, rows: pd.DataFrame, model: _Model | None, is_free: bool) -> pd.DataFrame:
    """Load, standard hours and price of each station and day on which it works or has work.

    is_free: nothing is late, so that an hour is worth nothing whatever the model says.
    """
    station = plan_input.station.drop_duplicates("station_no").sort_values("station_no", kind="stable")
    first_day = first_plan_day(plan_input, WorkingDays.of(plan_input))
    start = pd.Timestamp(first_day)
    count = (pd.Timestamp(plan_input.horizon_end) - start).days + 1
    if not len(station) or count < 1:
        return frame(RESULT_COLUMNS["plan_price"])
    hours = calendar_hours(plan_input, start.date(), count)
    each = np.maximum(station["parallel_units"].to_numpy(np.float64), 0) * station["efficiency"].to_numpy(np.float64)
    available = np.stack([hours.get(no, np.zeros(count)) for no in station["calendar_no"]]) * each[:, None]
    load = np.zeros_like(available)
    at = pd.Index(station["station_no"]).get_indexer(rows["station_no"])
    day = (rows["work_date"] - start).dt.days.to_numpy()
    known = (at >= 0) & (day >= 0) & (day < count)
    np.add.at(load, (at[known], day[known]), rows["hours"].to_numpy(np.float64)[known])
    price = np.zeros_like(load) if is_free else np.full_like(load, np.nan)
    if model is not None and not is_free:
        offset = (start - pd.Timestamp(plan_input.as_of_date)).days - 1
        daily = HOUR * by_day(model.windows, model.prices)[:, : model.windows.days]
        wide = np.zeros((len(daily), max(offset + count, daily.shape[1])))
        wide[:, : daily.shape[1]] = daily
        price = wide[pd.Index(model.problem.stations.numbers).get_indexer(station["station_no"]), offset:][:, :count]
    which, days = np.nonzero((available > 1e-9) | (load > 1e-9))
    return pd.DataFrame(
        {
            "kind": "station",
            "resource_no": station["station_no"].to_numpy()[which],
            "work_date": start + pd.to_timedelta(days, unit="D"),
            "load_hours": load[which, days].round(6),
            "available_hours": available[which, days].round(6),
            "price": price[which, days].round(6),
            "unit": "hour",
        }
    )


def waited_for(lateness: pd.DataFrame, plan_input: PlanInput) -> list[str]:
    """Bought parts that late lines wait for, those that cost most weighted days late first."""
    weight = plan_input.demand.set_index(["sales_order_no", "line_no"])["weight"]
    cost: dict[str, float] = {}
    for number, line, days, detail in zip(
        lateness["sales_order_no"], lateness["line_no"], lateness["days_late"], lateness["detail"], strict=True
    ):
        told: dict[str, Any] = json.loads(detail) if detail else {}
        if told.get("kind") in ("material", "lead_time") and told.get("item_no") and days > 0:
            item = str(told["item_no"])
            cost[item] = cost.get(item, 0.0) + float(weight.get((number, line), 0.0)) * float(days)
    return sorted(cost, key=lambda item: (-cost[item], item))


def part_rows(
    plan_input: PlanInput, materials: MaterialPlan, model: _Model, parts: list[str], until: float
) -> pd.DataFrame:
    """What each of `parts` is worth a working day earlier, as far as the time goes."""
    found = []
    for part in parts:
        if time.perf_counter() >= until:
            break
        earlier, awaited = _a_day_earlier(plan_input, materials, part)
        if earlier is None:
            continue
        saved = _saved(model, _with_arrivals(plan_input, earlier, model.problem, part))
        found.append(
            {"kind": "part", "resource_no": part, "work_date": awaited, "price": round(saved, 6), "unit": "day"}
        )
    rows = pd.DataFrame(found, columns=list(RESULT_COLUMNS["plan_price"]))
    return frame(RESULT_COLUMNS["plan_price"], rows)


def _a_day_earlier(
    plan_input: PlanInput, materials: MaterialPlan, part: str
) -> tuple[MaterialPlan | None, pd.Timestamp | None]:
    """The materials with all open supply of `part` a working day earlier, and the last day it comes on now."""
    ledger = materials.allocation
    days = WorkingDays.of(plan_input)
    first_day = first_plan_day(plan_input, days)
    open_supply = ((ledger["item_no"] == part) & ledger["supply_kind"].isin(OPEN_SUPPLY)).to_numpy()
    moved = open_supply & (ledger["available_date"] > pd.Timestamp(first_day)).to_numpy()
    if not moved.any():
        return None, None
    now = ledger["available_date"].to_numpy().astype("datetime64[D]")
    earlier = np.where(moved, np.maximum(days.add(now, -1), first_day), now)
    allocation = ledger.assign(available_date=earlier.astype("datetime64[us]"))
    return replace(materials, allocation=allocation), pd.Timestamp(now[moved].max())


def _with_arrivals(plan_input: PlanInput, earlier: MaterialPlan, now: Problem, part: str) -> Problem:
    """The problem `now` where the open supply of `part` comes as in `earlier`, a working day before."""
    problem, pooled = make_problems(plan_input, earlier)
    if now.pool is None:
        return problem
    other, pool = pooled or problem, now.pool
    day = pool.day.copy()
    own = np.flatnonzero(earlier.allocation["item_no"].to_numpy()[pool.row] == part)
    for number in np.flatnonzero(np.isin(pool.item, pool.row_item[own])).tolist():
        at = slice(int(pool.first[number]), int(pool.first[number + 1]))
        arrival = np.datetime64(plan_input.as_of_date, "D") + (1 + pool.day[at]).astype("timedelta64[D]")
        moved = (WorkingDays.of(plan_input).add(arrival, -1) - arrival).astype(np.int64)
        day[at] = np.maximum(pool.day[at] + moved, now.first_day)
    steps = replace(now.steps, release=np.minimum(now.steps.release, other.steps.release))
    return replace(now, steps=steps, lines=other.lines, pool=replace(pool, day=day))


def _saved(model: _Model, earlier: Problem) -> float:
    """By how much the bound falls where the problem is `earlier`, at the prices of the model."""
    now = model.problem
    step: Bools = earlier.steps.release != now.steps.release
    if now.pool is not None and earlier.pool is not None:
        arrival = np.flatnonzero(earlier.pool.day != now.pool.day)
        part = np.searchsorted(now.pool.first, arrival, side="right") - 1
        step[now.pool.step[np.isin(now.pool.part, part)]] = True
    lines = np.union1d(model.tree.line[step[model.tree.step]], np.flatnonzero(earlier.lines.fixed != now.lines.fixed))
    if not len(lines):
        return 0.0
    tree = of_lines(model.tree, lines)
    return max(model.bound(now, tree) - model.bound(earlier, tree), 0.0)
