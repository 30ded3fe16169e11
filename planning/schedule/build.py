"""From a PlanInput and its MaterialPlan to a Problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from planning.calendar import WorkingDays, first_plan_day
from planning.model import MaterialPlan, PlanInput
from planning.schedule.frozen import FrozenWork, frozen_work
from planning.schedule.pool import Pool
from planning.schedule.problem import Bools, Lines, Lots, Problem, Stations, Steps, Ways
from planning.schedule.steps import PIECE, Remaining, Routings, by_lot_and_step, remaining, routings, up_to_minutes
from planning.schedule.timeline import DAY, NEVER, Floats, Ints, TimelineArrays, timelines
from planning.spoilage import perishable_parts

FIRM_SUPPLY = ("stock", "inspection", "firm_buy", "planned_buy")
_STEP_STRIDE = 1 << 32


def make_problem(plan_input: PlanInput, materials: MaterialPlan) -> Problem:
    """The scheduling problem of `materials`' lots in `plan_input`'s factory, each with the supply handed out to it."""
    return make_problems(plan_input, materials)[0]


def make_problems(plan_input: PlanInput, materials: MaterialPlan) -> tuple[Problem, Problem | None]:
    """The scheduling problem of `materials`' lots, and the same with the supply of bought parts pooled.

    The second is None where no step could start sooner for it.
    """
    make = materials.make.sort_values("order_ref", kind="stable").reset_index(drop=True)
    lot_of = pd.Index(make["order_ref"])
    items = pd.Index(sorted(set(make["item_no"])))
    stations = _stations(plan_input)
    kind_of = _changeover_classes(plan_input, items)
    lot_item = items.get_indexer(make["item_no"]).astype(np.int64)
    frozen = frozen_work(plan_input, lot_of, kind_of[lot_item], stations)
    stations = replace(
        stations, changeover=_changeovers(plan_input, stations, kind_of, items), reserved=frozen.reserved
    )
    routing = routings(plan_input, items, {no: k for k, no in enumerate(stations.numbers)})
    todo = _todo(plan_input, make, lot_of, lot_item, routing, frozen)
    steps, ways = _steps_and_ways(plan_input, items, lot_item, routing, todo, frozen, stations, kind_of)
    first_step = np.searchsorted(steps.lot, np.arange(len(make) + 1)).astype(np.int64)

    taken = _taken(materials.allocation, lot_of, steps, first_step, plan_input, frozen)
    usable = partial(_usable_from, steps, ways, stations)
    minute = usable(taken.dated_step, taken.dated_day)
    pool = _pool(plan_input, materials.allocation, taken, usable, steps, frozen)
    np.maximum.at(steps.release, taken.dated_step, minute)
    days = WorkingDays.of(plan_input)
    horizon = plan_input.settings.horizon_days
    lots = Lots(
        lot_of.tolist(),
        make["item_no"].tolist(),
        make["qty"].to_numpy(np.float64),
        first_step,
        frozen.start,
        frozen.end,
        frozen.day,
        (_day_index(make["need_date"], plan_input) + 1) * DAY,
        _levels(len(make), taken.supplier, steps.lot[taken.supplied_step]),
        taken.supplier,
        taken.supplied_step,
        taken.qty / np.maximum(make["qty"].to_numpy(np.float64), PIECE)[taken.supplier],
    )
    first_day = int((first_plan_day(plan_input, days) - _first(plan_input)).astype(np.int64))
    problem = Problem(
        plan_input.as_of_date,
        horizon,
        first_day,
        _workdays(days, plan_input),
        plan_input.settings.overtime and any(line.ends != line.regular_ends for line in stations.lines),
        stations,
        lots,
        steps,
        ways,
        _lines(plan_input, materials, lot_of, first_day),
        frozen.rows,
        float(frozen.rows["overtime_hours"].sum()),
    )
    if pool is None or (pool.release == steps.release).all():
        return problem, None
    return problem, replace(problem, steps=replace(steps, release=pool.release), pool=pool)


def _first(plan_input: PlanInput) -> np.datetime64:
    return np.datetime64(plan_input.as_of_date, "D") + np.timedelta64(1, "D")


def _day_index(dates: pd.Series, plan_input: PlanInput) -> Ints:
    """Days since the day after the as-of date; a missing date lies beyond every horizon."""
    days = dates.to_numpy().astype("datetime64[D]")
    index = (days - _first(plan_input)).astype(np.int64)
    result: Ints = np.where(np.isnat(days), NEVER // DAY, index)
    return result


def _workdays(days: WorkingDays, plan_input: PlanInput) -> list[int]:
    start = int((_first(plan_input) - days.first).astype(np.int64))
    return [int(day) - start for day in days.days if day >= start]


def _stations(plan_input: PlanInput) -> Stations:
    table = plan_input.station.sort_values("station_no", kind="stable")
    numbers = table["station_no"].tolist()
    by_number = timelines(plan_input)
    lines = [by_number[no] for no in numbers]
    units = np.maximum(table["parallel_units"].to_numpy(np.int64), 0)
    return Stations(
        numbers,
        lines,
        TimelineArrays.of(lines, plan_input.settings.horizon_days),
        table["efficiency"].to_numpy(np.float64),
        [0, *np.cumsum(units).tolist()],
        [{} for _ in numbers],
        [[] for _ in range(int(units.sum()))],
    )


def _changeover_classes(plan_input: PlanInput, items: pd.Index) -> Ints:
    """A number per item; items of one family share it, an item without a family has its own."""
    table = plan_input.item.drop_duplicates("item_no").set_index("item_no")
    family = table["setup_family"].reindex(items).fillna("").tolist()
    names = [("family", f) if f else ("item", no) for f, no in zip(family, items, strict=True)]
    number = {name: k for k, name in enumerate(sorted(set(names)))}
    return np.array([number[name] for name in names], np.int64)


def _changeovers(
    plan_input: PlanInput, stations: Stations, kind_of: Ints, items: pd.Index
) -> list[dict[tuple[int, int], tuple[int, float]]]:
    table = plan_input.item.drop_duplicates("item_no").set_index("item_no")
    family = table["setup_family"].reindex(items).fillna("")
    kind_of_family = {name: int(kind) for name, kind in zip(family, kind_of, strict=True) if name}
    station_of = {no: k for k, no in enumerate(stations.numbers)}
    result: list[dict[tuple[int, int], tuple[int, float]]] = [{} for _ in stations.numbers]
    declared = plan_input.changeover
    for no, before, after, hours in zip(
        declared["station_no"], declared["from_family"], declared["to_family"], declared["hours"], strict=True
    ):
        if no in station_of and before in kind_of_family and after in kind_of_family:
            s = station_of[no]
            minutes = int(up_to_minutes(np.array([hours]), stations.efficiency[s : s + 1])[0])
            result[s][kind_of_family[before], kind_of_family[after]] = (minutes, float(hours))
    return result


def _todo(
    plan_input: PlanInput,
    make: pd.DataFrame,
    lot_of: pd.Index,
    lot_item: Ints,
    routing: Routings,
    frozen: FrozenWork,
) -> Remaining:
    qty = make["qty"].to_numpy(np.float64)
    ordered = qty.copy()
    firm = lot_of.get_indexer(plan_input.firm_make["order_ref"])
    known = firm >= 0
    ordered[firm[known]] = plan_input.firm_make["ordered_qty"].to_numpy(np.float64)[known]
    done = by_lot_and_step(plan_input.progress, lot_of, "good_qty")
    return remaining(routing, lot_item, np.maximum(ordered, qty), qty, done, frozen.good)


def _steps_and_ways(
    plan_input: PlanInput,
    items: pd.Index,
    lot_item: Ints,
    routing: Routings,
    todo: Remaining,
    frozen: FrozenWork,
    stations: Stations,
    kind_of: Ints,
) -> tuple[Steps, Ways]:
    """Steps of all lots, those without a station filled in, and the ways to do them."""
    bare = np.setdiff1d(np.arange(len(lot_item)), todo.lot)  # lots without any step left
    order = np.argsort(np.concatenate([todo.lot, bare]), kind="stable")
    lot = np.concatenate([todo.lot, bare])[order]
    source = np.concatenate([todo.step, np.full(len(bare), -1)])[order]
    good, started, lead = np.zeros(len(lot)), np.zeros(len(lot)), np.full(len(lot), -1, np.int64)
    good[source >= 0], started[source >= 0] = todo.good, todo.started
    lead[source < 0] = _lead_days(plan_input, items, routing)[lot_item[bare]]
    number = _of_step(routing.number, source, 0)
    following = np.where(np.append(lot[1:] == lot[:-1], False), np.arange(1, len(lot) + 1), -1)[: len(lot)]
    release, pinned = frozen.hold(lot, number)

    counts = _of_step(np.diff(routing.first_way), source, 0)
    way_step = np.repeat(np.arange(len(lot)), counts)
    way = np.arange(len(way_step)) - np.repeat(np.cumsum(counts) - counts, counts)
    way = way + _of_step(routing.first_way[:-1], source, 0)[way_step]
    kept = _usable(way_step, routing.station[way], stations, pinned)
    way_step, way = way_step[kept], way[kept]
    station, setup_hours = routing.station[way], routing.setup_hours[way]
    with np.errstate(divide="ignore", invalid="ignore"):
        process_hours = started[way_step] / routing.units_per_hour[way]
    steps = Steps(
        lot,
        number,
        good,
        started,
        _of_step(routing.wait, source, 0),
        _of_step(routing.transfer, source, 0.0),
        release,
        pinned,
        lead,
        kind_of[lot_item[lot]],
        following,
        np.searchsorted(way_step, np.arange(len(lot) + 1)).astype(np.int64),
    )
    efficiency = stations.efficiency[station]
    process = np.maximum(up_to_minutes(process_hours, efficiency), 1)
    return steps, Ways(way_step, station, process, up_to_minutes(setup_hours, efficiency), process_hours, setup_hours)


def _of_step(values: Any, source: Ints, default: float) -> Any:
    """`values` at each `source`, `default` where that is negative (a step without a station)."""
    result = np.full(len(source), default, values.dtype)
    result[source >= 0] = values[source[source >= 0]]
    return result


def _usable(way_step: Ints, station: Ints, stations: Stations, pinned: Ints) -> Bools:
    """Ways at stations with a unit; of a pinned step only that at its unit's station."""
    first = np.array(stations.first_unit, np.int64)
    unit = pinned[way_step]
    there = (first[station] <= unit) & (unit < first[station + 1])
    # a routing may no longer name the station on which frozen work stands; then the step is free again
    has_there = np.zeros(len(pinned), bool)
    has_there[way_step[there]] = True
    pinned[(pinned >= 0) & ~has_there] = -1
    kept: Bools = (first[station + 1] > first[station]) & (there | (pinned[way_step] < 0))
    return kept


def _lead_days(plan_input: PlanInput, items: pd.Index, routing: Routings) -> Ints:
    """Working days an item without a routing takes; 0 for one that has a routing.

    Where nobody entered any, one's own making takes none and a subcontractor the default of bought items.
    """
    table = plan_input.item.drop_duplicates("item_no").set_index("item_no").reindex(items)
    unknown = np.where(table["source"] == "make", 0.0, float(plan_input.settings.default_lead_time_days))
    lead = np.where(table["lead_time_days"].isna(), unknown, table["lead_time_days"])
    result: Ints = np.where(np.diff(routing.first_step) == 0, np.ceil(np.maximum(lead, 0) - 1e-9), 0).astype(np.int64)
    return result


@dataclass(frozen=True, slots=True)
class _Taken:
    """What steps take: rows of the ledger whose supply has a date, and the lots they wait for."""

    dated_row: Ints
    dated_step: Ints
    dated_day: Ints
    supplier: Ints
    supplied_step: Ints
    qty: Floats


def _taken(
    allocation: pd.DataFrame,
    lot_of: pd.Index,
    steps: Steps,
    first_step: Ints,
    plan_input: PlanInput,
    frozen: FrozenWork,
) -> _Taken:
    """What free work waits for; frozen work is kept even where its material has slipped, and so waits for nothing."""
    at = np.flatnonzero((allocation["demand_kind"] == "make").to_numpy() & (allocation["qty"] > 0).to_numpy())
    rows = allocation.iloc[at]
    lot = lot_of.get_indexer(rows["demand_ref"]).astype(np.int64)
    at, rows, lot = at[lot >= 0], rows[lot >= 0], lot[lot >= 0]
    number = np.nan_to_num(rows["step_no"].to_numpy(np.float64), nan=0.0).astype(np.int64)
    if frozen.good:
        waits = ~frozen.begins(lot, number, steps.number[first_step[lot]])
        at, rows, lot, number = at[waits], rows[waits], lot[waits], number[waits]
    # the first remaining step from the one that uses it on
    step = np.searchsorted(steps.lot * _STEP_STRIDE + steps.number, lot * _STEP_STRIDE + number)
    step = np.clip(step, first_step[lot], np.maximum(first_step[lot + 1] - 1, 0))
    dated = rows["supply_kind"].isin(FIRM_SUPPLY).to_numpy()
    supplier = lot_of.get_indexer(rows["supply_ref"][~dated]).astype(np.int64)
    if (supplier < 0).any():
        missing = rows["supply_ref"][~dated].to_numpy()[supplier < 0]
        raise ValueError(f"allocation takes from make orders that are not planned: {sorted(set(missing))[:5]}")
    pairs, qty = _pairs(supplier, step[~dated], rows["qty"].to_numpy(np.float64)[~dated])
    return _Taken(
        at[dated],
        step[dated],
        _day_index(rows["available_date"][dated], plan_input),
        pairs[:, 0],
        pairs[:, 1],
        qty,
    )


def _pairs(first: Ints, second: Ints, qty: Floats) -> tuple[Ints, Floats]:
    """The distinct pairs, in order, and the quantity of each."""
    pairs, inverse = np.unique(np.stack([first, second], axis=1), axis=0, return_inverse=True)
    return pairs.reshape(-1, 2).astype(np.int64), np.bincount(inverse.ravel(), weights=qty, minlength=len(pairs))


def _usable_from(steps: Steps, ways: Ways, stations: Stations, step: Ints, day: Ints) -> Ints:
    """The minute from which each `step` may use what is there on `day`: the start of that day.

    Where a window of the day before runs past midnight at a station of the step, its end: it is still the day
    before's work.
    """
    minute = np.maximum(day, 0) * DAY
    arrays = stations.arrays
    for nth in range(int(np.diff(steps.first_way).max(initial=0)) if len(arrays.starts) else 0):
        has = np.flatnonzero((steps.first_way[step + 1] - steps.first_way[step] > nth) & (day > 0))
        station = ways.station[steps.first_way[step[has]] + nth]
        window = arrays.window_before(station, day[has] * DAY)
        inside = window >= arrays.first[station]
        minute[has] = np.maximum(minute[has], np.where(inside, arrays.ends[np.maximum(window, 0)], 0))
    return minute


def _pool(
    plan_input: PlanInput,
    ledger: pd.DataFrame,
    taken: _Taken,
    usable: Callable[[Ints, Ints], Ints],
    steps: Steps,
    frozen: FrozenWork,
) -> Pool | None:
    """What of the dated supply may be dealt as the schedule goes; None where there is no choice.

    Left as they are: parts that expire, what lots take that have begun, and what steps without a station take.
    """
    items, item = np.unique(ledger["item_no"].to_numpy()[taken.dated_row].astype(str), return_inverse=True)
    lot = steps.lot[taken.dated_step]
    has_way = np.diff(steps.first_way)[taken.dated_step] > 0
    expires = np.isin(items, perishable_parts(plan_input)["item_no"].to_numpy().astype(str))
    free = has_way & (steps.pinned[taken.dated_step] < 0) & (frozen.start[lot] < 0) & ~expires[item]
    pairs = np.unique(np.stack([item[free], taken.dated_day[free]], axis=1), axis=0)
    has_choice = np.bincount(pairs[:, 0], minlength=len(items)) > 1
    free &= has_choice[item]
    if not free.any():
        return None
    held = steps.release.copy()
    np.maximum.at(held, taken.dated_step[~free], usable(taken.dated_step[~free], taken.dated_day[~free]))
    return Pool.of(
        held,
        taken.dated_row[free],
        taken.dated_step[free],
        item[free].astype(np.int64),
        taken.dated_day[free],
        ledger["qty"].to_numpy(np.float64)[taken.dated_row[free]],
        usable,
    )


def _levels(lots: int, supplier: Ints, consumer: Ints) -> Ints:
    level = np.zeros(lots, np.int64)
    for _ in range(lots + 1):
        raised = level.copy()
        np.maximum.at(raised, consumer, level[supplier] + 1)
        if (raised == level).all():
            return level
        level = raised
    raise ValueError("make orders supply each other in a circle")


def _lines(plan_input: PlanInput, materials: MaterialPlan, lot_of: pd.Index, first_day: int) -> Lines:
    """Order lines with open quantity; one that is not wholly served counts as delivered outside the horizon."""
    allocation = materials.allocation
    demand = plan_input.demand[plan_input.demand["qty"] > 0].sort_values(["sales_order_no", "line_no"], kind="stable")
    horizon = plan_input.settings.horizon_days
    keys = demand[["sales_order_no", "line_no"]].assign(line=np.arange(len(demand)))
    taken = allocation[allocation["demand_kind"] == "sales_order"].sort_values("allocation_no", kind="stable")
    taken = taken[taken["demand_line_no"].notna()]
    taken = taken.assign(line_no=taken["demand_line_no"].astype("int64"))[
        ["demand_ref", "line_no", "supply_kind", "supply_ref", "qty", "available_date"]
    ].merge(keys, left_on=["demand_ref", "line_no"], right_on=["sales_order_no", "line_no"], how="inner")
    line = taken["line"].to_numpy(np.int64)
    dated = taken["supply_kind"].isin(FIRM_SUPPLY).to_numpy()
    fixed = np.full(len(demand), first_day, np.int64)
    np.maximum.at(fixed, line[dated], _day_index(taken["available_date"][dated], plan_input))
    served = np.bincount(line, weights=taken["qty"].to_numpy(np.float64), minlength=len(demand))
    wanted = demand["qty"].to_numpy(np.float64)
    fixed[served < wanted - np.maximum(1e-6 * wanted, PIECE)] = horizon
    lot = lot_of.get_indexer(taken["supply_ref"][~dated]).astype(np.int64)
    if (lot < 0).any():
        raise ValueError("an order line takes from a make order that is not planned")
    pairs, qty = _pairs(line[~dated], lot, taken["qty"].to_numpy(np.float64)[~dated])
    lot_qty = lot_of.to_series().map(materials.make.set_index("order_ref")["qty"]).to_numpy(np.float64)
    return Lines(
        demand["weight"].to_numpy(np.float64),
        _day_index(demand["target_date"], plan_input),
        np.minimum(fixed, horizon),
        pairs[:, 0],
        pairs[:, 1],
        qty / np.maximum(lot_qty, PIECE)[pairs[:, 1]],
    )
