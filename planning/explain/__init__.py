"""Why lines are late, and the cheapest single change that the plan's own chain shows would mend it.

Late days are told apart by three ends of a line, each a day: *bare*, when it would be done if everything were there
and every unit free, from the first plan day on; *supplied*, the same with the dates of material; and the plan's own.
What lies between the target (or the first plan day, if that is later) and bare is lost to lead time, from there to
supplied to material, the rest to capacity. The cause is where most days were lost; of equals, the first of these.
A line that is not delivered inside the horizon counts to the day after it.

`detail` and `remedy` are compact JSON, so that they can be said in any language; dates are ISO. Every detail has
"lost": {"before", "lead_time", "material", "capacity"} in calendar days ("before": gone before the first plan day).

detail, by "kind":
- material (cause material): item_no, supply_kind, supply_ref, available, overdue (the supply is overdue and its date
  assumed), days; the part whose date decides.
- lead_time (cause lead_time): the same for a purchase that is yet to be ordered: item_no, supply_ref, earliest (a new
  order's arrival), lead_days (working days), days.
- processing (cause lead_time): item_no, earliest, days; the work and its waits alone take this long.
- past_due (cause lead_time): first_plan_day, days; the line was late before planning began.
- unsupplied (cause material): item_no, qty; nothing was allocated.
- capacity, frozen: station_no, unit_no, order_ref, step_no, from, to (null: not inside the horizon), hours (the
  unit's working hours waited), days, orders (up to three that ran there meanwhile); where the line's chain queued
  longest. frozen: it waited for, or was itself, frozen work. For a lot that did not fit in, unit_no is 0 and the
  orders are those of unit 1 of the busiest station on its way.

remedy, by "kind", each with cost (null where unknown), enough (whether this alone makes the line on time) and
"estimate": true, since nothing was planned again:
- expedite: item_no, supply_ref, by (the date it must come), days.
- overtime, relief: station_no, from, to, hours to be gained there; overtime where the station may still work so much,
  its cost hours x overtime_cost; else relief, by another unit or shift.
- unfreeze: order_ref, step_no, days.
- promise: date, the earliest that can be promised.
"""

from __future__ import annotations

import pandas as pd

from planning.explain.reasons import Reasons
from planning.explain.shop import Shop
from planning.model import RESULT_COLUMNS, MaterialPlan, PlanInput, Schedule, frame

__all__ = ["lateness"]

LINE = ["sales_order_no", "line_no"]
NOTHING = 1e-6


def lateness(
    plan_input: PlanInput,
    materials: MaterialPlan,
    schedule: Schedule,
    allocation: pd.DataFrame,
    delivery: pd.DataFrame,
) -> pd.DataFrame:
    """RESULT_COLUMNS["plan_lateness"]: a row for every line that is late or not delivered in full inside the horizon.

    `allocation` and `delivery` as in RESULT_COLUMNS. In order of order number and line. A line due after the horizon
    that is not delivered inside it has no days late.
    """
    late = late_lines(plan_input, delivery)
    if not len(late):
        return frame(RESULT_COLUMNS["plan_lateness"])
    reasons = Reasons(Shop.of(plan_input, materials, schedule, allocation))
    told = [
        reasons.of(key, item_no, qty, target, planned)
        for *key, item_no, qty, target, planned in zip(
            *(late[name].tolist() for name in [*LINE, "item_no", "qty", "target", "planned"]), strict=True
        )
    ]
    late = late.assign(
        cause=[reason.cause for reason in told],
        detail=[reason.detail for reason in told],
        remedy=[reason.remedy for reason in told],
    )
    return frame(RESULT_COLUMNS["plan_lateness"], late)


def late_lines(plan_input: PlanInput, delivery: pd.DataFrame) -> pd.DataFrame:
    """The lines to be explained: demand with planned_date, days_late, and target and planned as day numbers.

    Day 0 is the day after the as-of date; planned is the day after the horizon where the line is not delivered in full.
    """
    lines = plan_input.demand.sort_values(LINE, kind="stable", ignore_index=True)
    index = pd.MultiIndex.from_frame(lines[LINE])
    delivered = delivery.groupby(LINE)["qty"].sum().reindex(index).fillna(0.0).to_numpy()
    last = delivery.groupby(LINE)["delivery_date"].max().reindex(index)
    qty = lines["qty"].to_numpy()
    full = (delivered >= qty - NOTHING * (1 + qty)) & last.notna().to_numpy()
    origin = pd.Timestamp(plan_input.as_of_date) + pd.Timedelta(days=1)
    lines["planned_date"] = pd.Series(last.to_numpy()).where(full)
    beyond = plan_input.settings.horizon_days
    lines["planned"] = (lines["planned_date"] - origin).dt.days.fillna(beyond).astype("int64")
    lines["target"] = (lines["target_date"] - origin).dt.days
    lines["days_late"] = (lines["planned"] - lines["target"]).clip(lower=0)
    nothing_due = qty <= NOTHING
    return lines[((lines["days_late"] > 0) | ~full) & ~nothing_due].reset_index(drop=True)
