"""What the checker knows of a plan before it judges: what each lot must do, and what the plan says it does."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from planning.model import PlanInput, PlanResult
from planning.verify.days import Days, Floats, Integers, day_number, day_numbers, minutes, read_days

QTY_TOLERANCE = 1e-4
LINE = ["sales_order_no", "line_no"]
MAKES = ("planned_make", "firm_make")
STEP_KEY = 1_000_000  # lot code x STEP_KEY + step_no names one step of one lot


@dataclass(frozen=True, slots=True)
class Facts:
    """The plan and its input side by side; lots are known by their row in `orders`, minutes count from 1970.

    first_day, horizon_end: days since 1970.
    orders: the plan's orders, each reference once, with made, firm, routed and finished.
    steps: one row per make order and routing step with key, good and started pieces still to do, remaining.
    rows: plan_schedule with lot, key, station and unit codes, start, finish and day; only rows of known orders.
    ops: one row per lot and step at work, from `rows`.
    """

    plan_input: PlanInput
    plan: PlanResult
    days: Days
    first_day: int
    horizon_end: int
    orders: pd.DataFrame
    steps: pd.DataFrame
    rows: pd.DataFrame
    ops: pd.DataFrame

    def lot(self, order_ref: pd.Series) -> Integers:
        """The row in `orders` of each reference, -1 where the plan has no such order."""
        codes: Integers = pd.Index(self.orders["order_ref"]).get_indexer(pd.Index(order_ref)).astype(np.int64)
        return codes


def read_facts(plan_input: PlanInput, plan: PlanResult) -> Facts:
    """Everything the checks need, worked out once."""
    plan_input, plan = _in_plain_text(plan_input), _in_plain_text(plan)
    days = read_days(plan_input)
    first_day = int(days.add(day_number(plan_input.as_of_date) + 1, 0))
    horizon_end = day_number(plan_input.horizon_end)
    orders = _orders(plan_input, plan, horizon_end)
    steps = _steps(plan_input, orders)
    rows = _rows(plan_input, plan, orders)
    return Facts(plan_input, plan, days, first_day, horizon_end, orders, steps, rows, _ops(rows))


def _in_plain_text[T: (PlanInput, PlanResult)](tables: T) -> T:
    """The same tables with text as Python's own, whose joins take half the time of Arrow's."""
    return replace(
        tables,
        **{
            item.name: rows.astype(dict.fromkeys(rows.columns[rows.dtypes == "str"], "object"))
            for item in fields(tables)
            if isinstance(rows := getattr(tables, item.name), pd.DataFrame)
        },
    )


def _orders(plan_input: PlanInput, plan: PlanResult, horizon_end: int) -> pd.DataFrame:
    orders = plan.plan_order.drop_duplicates("order_ref").reset_index(drop=True)
    finish = day_numbers(orders["finish_date"])
    return orders.assign(
        lot=np.arange(len(orders)),
        made=orders["kind"].isin(["planned_make", "firm_make"]),
        firm=orders["kind"].isin(["firm_make", "firm_buy"]),
        routed=orders["item_no"].isin(set(plan_input.routing_step["item_no"])),
        finished=orders["finish_date"].notna() & (finish <= horizon_end),
        start_day=day_numbers(orders["start_date"]),
        finish_day=finish,
    )


def looked_up(keys: pd.Series, names: pd.Series, values: pd.Series) -> Floats:
    """The value of each key's first row in `names`, NaN where there is none."""
    known = ~names.duplicated().to_numpy()
    found: Floats = pd.Series(values.to_numpy(dtype=np.float64)[known], pd.Index(names)[known]).reindex(keys).to_numpy()
    return found


def item_value(plan_input: PlanInput, item_no: pd.Series, column: str) -> Floats:
    """A number of each item, NaN for an unknown one."""
    return looked_up(item_no, plan_input.item["item_no"], plan_input.item[column])


def routing_chain(plan_input: PlanInput) -> pd.DataFrame:
    """One row per item and step, of its preferred alternative: good and started pieces per piece finished.

    good(last) = 1, good(s) = started(s + 1), started(s) = good(s) / yield(s); the first step also starts what
    the item's own scrap rate adds.
    """
    preferred = plan_input.routing_step.sort_values(["item_no", "step_no", "alt_rank"], kind="stable")
    chain = preferred.drop_duplicates(["item_no", "step_no"])[["item_no", "step_no", "yield_rate"]]
    chain = chain.reset_index(drop=True)
    yields = chain["yield_rate"].to_numpy()
    item = chain["item_no"]
    last = (item != item.shift(-1)).to_numpy()
    first = (item != item.shift(1)).to_numpy()
    backwards = (1.0 / yields)[::-1]
    groups = np.cumsum(last[::-1])
    started = pd.Series(backwards).groupby(groups).cumprod().to_numpy()[::-1]
    scrap = item_value(plan_input, item, "scrap_rate")
    return chain.assign(
        good_per=started * yields,
        started_per=started,
        scrap_factor=np.where(first, 1.0 + scrap, 1.0),
        first=first,
        last=last,
    )


def _steps(plan_input: PlanInput, orders: pd.DataFrame) -> pd.DataFrame:
    """What every routed make order still has to do, step by step."""
    made = orders.loc[orders["made"], ["lot", "order_ref", "kind", "item_no", "qty"]]
    steps = made.merge(routing_chain(plan_input), on="item_no", sort=False)
    good = steps["qty"].to_numpy() * steps["good_per"].to_numpy()
    firm = (steps["kind"] == "firm_make").to_numpy()
    if firm.any():
        good[firm] = _good_left(plan_input, steps[firm])
    steps["good"] = good
    steps["started"] = good / steps["yield_rate"] * steps["scrap_factor"]
    steps["key"] = steps["lot"] * STEP_KEY + steps["step_no"]
    steps["remaining"] = good > QTY_TOLERANCE
    return steps.sort_values("key").reset_index(drop=True)


def _good_left(plan_input: PlanInput, steps: pd.DataFrame) -> Floats:
    """Good pieces a firm order still owes at each step: the whole order's less what was handed over."""
    firm, planned = plan_input.firm_make, steps["qty"].to_numpy()
    # an order the input does not know stands with the plan's own quantity
    ordered = np.fmax(looked_up(steps["order_ref"], firm["order_ref"], firm["ordered_qty"]), planned)
    done = plan_input.progress.groupby(["order_ref", "step_no"])["good_qty"].sum().rename("done").reset_index()
    handed = steps[["order_ref", "step_no"]].merge(done, on=["order_ref", "step_no"], how="left")["done"]
    left = np.maximum(0.0, ordered * steps["good_per"].to_numpy() - handed.fillna(0.0).to_numpy())
    owed = looked_up(steps["order_ref"], firm["order_ref"], firm["qty"])
    good: Floats = np.where(steps["last"], np.where(np.isnan(owed), planned, owed), left)
    return good


FROZEN_KEY = ["order_ref", "step_no", "station_no", "unit_no", "work_date"]


def _rows(plan_input: PlanInput, plan: PlanResult, orders: pd.DataFrame) -> pd.DataFrame:
    """The schedule's rows of known orders in order of lot, step and time."""
    rows = plan.plan_schedule
    lot = pd.Index(orders["order_ref"]).get_indexer(pd.Index(rows["order_ref"])).astype(np.int64)
    station = pd.Index(plan_input.station["station_no"]).get_indexer(pd.Index(rows["station_no"])).astype(np.int64)
    rows = rows.assign(
        row=np.arange(len(rows)),
        lot=lot,
        key=lot * STEP_KEY + rows["step_no"].to_numpy(),
        station=station,
        start=minutes(rows["start_time"]),
        finish=minutes(rows["finish_time"]),
        day=day_numbers(rows["work_date"]),
        frozen=False,
    )
    if len(plan_input.frozen):
        marked = rows[FROZEN_KEY].merge(plan_input.frozen[FROZEN_KEY].drop_duplicates(), how="left", indicator=True)
        rows["frozen"] = (marked["_merge"] == "both").to_numpy()
    whole = (lot >= 0) & rows[["start", "finish", "hours", "qty"]].notna().all(axis=1) & rows["work_date"].notna()
    return rows[whole].sort_values(["key", "start"], kind="stable").reset_index(drop=True)


def _ops(rows: pd.DataFrame) -> pd.DataFrame:
    """Per lot and step: its rows' first start, last finish, sums, and whether it began in frozen work."""
    key = rows["key"].to_numpy()
    begin = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, dtype=np.int64)
    head = rows.iloc[begin][["key", "lot", "order_ref", "item_no", "step_no", "station_no", "station", "unit_no"]]
    columns = {name: rows[name].to_numpy() for name in ("start", "finish", "hours", "qty", "day", "frozen")}
    if not len(begin):
        return head.assign(
            begin=begin,
            count=0,
            start=0.0,
            finish=0.0,
            hours=0.0,
            qty=0.0,
            day=0,
            last_day=0,
            frozen_start=False,
            frozen_qty=0.0,
        )
    return head.assign(
        begin=begin,
        count=np.diff(np.r_[begin, len(key)]),
        start=columns["start"][begin],
        finish=np.maximum.reduceat(columns["finish"], begin),
        hours=np.add.reduceat(columns["hours"], begin),
        qty=np.add.reduceat(columns["qty"], begin),
        day=columns["day"][begin],
        last_day=np.maximum.reduceat(columns["day"], begin),
        frozen_start=columns["frozen"][begin],
        frozen_qty=np.add.reduceat(np.where(columns["frozen"], columns["qty"], 0.0), begin),
    ).reset_index(drop=True)
