"""Capacity: each unit does one thing at a time, inside its hours, for as long as the work takes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.days import Booleans, Integers
from planning.verify.facts import QTY_TOLERANCE, Facts
from planning.verify.fault import Fault, faults_of

MINUTE = 1.0  # what rounding to whole minutes may cost a row
SUBJECT = "{order_ref}/{step_no}"


def check_capacity(facts: Facts, work: pd.DataFrame) -> list[Fault]:
    """Faults of units, windows, overtime and hours; `work` comes from `work_content`."""
    known = facts.rows[facts.rows["station"] >= 0]
    strange = facts.plan.plan_schedule[
        ~facts.plan.plan_schedule["station_no"].isin(set(facts.plan_input.station["station_no"]))
    ]
    return [
        *faults_of("VERIFY-STATION", SUBJECT, "{order_ref} runs at {station_no}, which is no station", strange),
        *_units(facts, known),
        *_windows(facts, known),
        *_clock(facts, known),
        *_overlaps(known),
        *_whole_lots(facts),
        *_interruptions(work),
        *_hours(work),
        *_day_quantities(facts, work),
    ]


def work_content(facts: Facts) -> pd.DataFrame:
    """One row per stretch of a lot's step on a unit (frozen and other work apart), with what it must take.

    pieces: started pieces of the stretch; run_hours: pieces / units_per_hour of its station; setup_needed: by the
    lot before it on the unit (declared changeover; else 0 after the same item or family; else the step's setup).
    """
    rows = facts.rows
    unit = rows["station"] * 100_000 + rows["unit_no"]
    stretch = rows.assign(unit=unit).groupby(["key", "unit", "frozen"], sort=False)
    work = stretch.agg(
        lot=("lot", "first"),
        order_ref=("order_ref", "first"),
        item_no=("item_no", "first"),
        step_no=("step_no", "first"),
        station_no=("station_no", "first"),
        station=("station", "first"),
        unit_no=("unit_no", "first"),
        start=("start", "min"),
        finish=("finish", "max"),
        hours=("hours", "sum"),
        qty=("qty", "sum"),
        count=("row", "size"),
    ).reset_index()
    work = work.merge(facts.steps[["key", "good", "started"]], on="key", how="left")
    rates = facts.plan_input.routing_step.drop_duplicates(["item_no", "step_no", "station_no"])
    columns = ["item_no", "step_no", "station_no", "units_per_hour", "setup_hours", "wait_hours", "transfer_qty"]
    work = work.merge(rates[columns], on=["item_no", "step_no", "station_no"], how="left")
    started_per_good = (work["started"] / work["good"]).where(work["good"] > QTY_TOLERANCE, 1.0)
    work["pieces"] = work["qty"] * started_per_good
    work["run_hours"] = work["pieces"] / work["units_per_hour"]
    work = work.sort_values(["unit", "start", "finish"], kind="stable").reset_index(drop=True)
    work["setup_needed"] = _setups(facts, work)
    return work


def _setups(facts: Facts, work: pd.DataFrame) -> pd.Series:
    families = facts.plan_input.item.drop_duplicates("item_no").set_index("item_no")["setup_family"]
    family = work["item_no"].map(families).fillna("").astype("object")
    last = family.shift(1, fill_value="")
    first = work["unit"] != work["unit"].shift(1)
    before = pd.DataFrame({"station_no": work["station_no"], "from_family": last, "to_family": family})
    declared = before.merge(
        facts.plan_input.changeover.drop_duplicates(["station_no", "from_family", "to_family"]),
        on=["station_no", "from_family", "to_family"],
        how="left",
    )["hours"]
    same = (work["item_no"] == work["item_no"].shift(1)) | ((family == last) & (family != ""))
    setup = declared.where(declared.notna(), work["setup_hours"].where(~same, 0.0))
    return setup.where(~first, work["setup_hours"])


def _units(facts: Facts, rows: pd.DataFrame) -> list[Fault]:
    units = facts.plan_input.station["parallel_units"].to_numpy()[rows["station"].to_numpy()]
    wrong = rows.assign(parallel_units=units)[(rows["unit_no"] < 1) | (rows["unit_no"] > units)]
    message = "{order_ref} runs on unit {unit_no} of {station_no}, which has {parallel_units}"
    return faults_of("VERIFY-UNIT", SUBJECT, message, wrong)


def _windows(facts: Facts, rows: pd.DataFrame) -> list[Fault]:
    """Work lies in its unit's hours on its day, from the first plan day to the end of the horizon."""
    rows = rows[~rows["frozen"]]
    day = rows["day"].to_numpy()
    outside = (day < facts.first_day) | (day > facts.horizon_end)
    found = faults_of(
        "VERIFY-HORIZON",
        SUBJECT,
        "{order_ref} works on {work_date}, outside the days that are planned",
        rows[outside],
    )
    rows = rows[~outside]
    days, station = facts.days, rows["station"].to_numpy()
    start, finish = rows["start"].to_numpy(), rows["finish"].to_numpy()

    def inside(column: Integers) -> Booleans:
        opens, closes = days.opens[station, column], days.overtime_closes[station, column]
        fits: Booleans = (start >= opens - 1e-6) & (finish <= closes + 1e-6) & (finish >= start) & (closes > opens)
        return fits

    column = days.column(rows["day"].to_numpy())
    right = inside(column)
    other = ~right & (inside(column - 1) | inside(column + 1))
    found += faults_of(
        "VERIFY-WORK-DATE",
        SUBJECT,
        "{order_ref} at {station_no} from {start_time} belongs to another day than {work_date}",
        rows[other],
    )
    found += faults_of(
        "VERIFY-CALENDAR",
        SUBJECT,
        "{order_ref} at {station_no} from {start_time} to {finish_time} is outside the unit's hours",
        rows[~right & ~other],
    )
    closes = days.closes[station, column]
    past = np.maximum(0.0, finish - np.maximum(start, closes))
    efficiency = facts.plan_input.station["efficiency"].to_numpy()[station]
    past = past * efficiency  # overtime, like hours, is told in standard hours
    wrong = right & (np.abs(past - rows["overtime_hours"].to_numpy() * 60) > MINUTE * np.maximum(1.0, efficiency))
    found += faults_of(
        "VERIFY-OVERTIME",
        SUBJECT,
        "{order_ref} at {station_no} on {work_date} says {overtime_hours} h overtime, the clock says {past} h",
        rows.assign(past=past / 60)[wrong],
    )
    return found


def _clock(facts: Facts, rows: pd.DataFrame) -> list[Fault]:
    """Standard hours are clock hours x efficiency."""
    rows = rows[~rows["frozen"]]
    efficiency = facts.plan_input.station["efficiency"].to_numpy()[rows["station"].to_numpy()]
    clock = (rows["finish"] - rows["start"]).to_numpy()
    wrong = np.abs(clock * efficiency - rows["hours"].to_numpy() * 60) > MINUTE * np.maximum(1.0, efficiency)
    return faults_of(
        "VERIFY-CLOCK",
        SUBJECT,
        "{order_ref} at {station_no} on {work_date}: {hours} h are not the clock's times efficiency",
        rows[wrong],
    )


def _overlaps(rows: pd.DataFrame) -> list[Fault]:
    """Sorted by start, a row that begins before the latest end so far on its unit overlaps."""
    rows = rows.sort_values(["station", "unit_no", "start", "finish"], kind="stable")
    unit = rows["station"].to_numpy() * 100_000 + rows["unit_no"].to_numpy()
    finish = rows["finish"].to_numpy()
    latest = pd.Series(finish).groupby(unit).cummax().to_numpy()
    same = np.r_[False, unit[1:] == unit[:-1]] if len(unit) else np.zeros(0, dtype=bool)
    before = np.r_[-np.inf, latest[:-1]] if len(unit) else latest
    wrong = same & (rows["start"].to_numpy() < before - 1e-6)
    message = "{order_ref} starts on {station_no} unit {unit_no} at {start_time} while another lot is on it"
    return faults_of("VERIFY-CAPACITY", "{station_no}/{unit_no}", message, rows[wrong])


def _whole_lots(facts: Facts) -> list[Fault]:
    """A step of a lot runs on one unit of one station that its routing allows."""
    rows = facts.rows[~facts.rows["frozen"]]
    unit = rows["station"] * 100_000 + rows["unit_no"]
    spread = unit.groupby(rows["key"]).agg(["min", "max"])
    split = spread.index[spread["min"] != spread["max"]]
    heads = facts.ops[facts.ops["key"].isin(split)]
    found = faults_of("VERIFY-SPLIT", SUBJECT, "step {step_no} of {order_ref} runs on more than one unit", heads)
    allowed = facts.plan_input.routing_step[["item_no", "step_no", "station_no"]].drop_duplicates()
    used = rows.drop_duplicates(["key", "station_no"]).merge(
        allowed, on=["item_no", "step_no", "station_no"], how="left", indicator="allowed"
    )
    used = used[used["key"].isin(facts.steps["key"])]
    found += faults_of(
        "VERIFY-ALTERNATIVE",
        SUBJECT,
        "step {step_no} of {item_no} cannot run at {station_no}",
        used[used["allowed"] == "left_only"],
    )
    return found


def _interruptions(work: pd.DataFrame) -> list[Fault]:
    """No other lot begins on a unit between a lot's first and last minute there."""
    same = work["unit"] == work["unit"].shift(1)
    latest = work.groupby("unit")["finish"].cummax().shift(1)
    # an overlap of rows is told as such; here only the pauses of a lot are looked at
    inside = work[same & (work["start"] < latest - 1e-6)]
    message = "{order_ref} starts on {station_no} unit {unit_no} while a lot there is not done"
    return faults_of("VERIFY-INTERRUPTED", "{station_no}/{unit_no}", message, inside)


def _hours(work: pd.DataFrame) -> list[Fault]:
    """A stretch takes at least its changeover and its started pieces over the standard capacity."""
    work = work[~work["frozen"] & work["units_per_hour"].notna() & work["started"].notna()]
    need = work["run_hours"] + work["setup_needed"]
    short = work.assign(need=need)[work["hours"] * 60 < need * 60 - MINUTE * work["count"]]
    message = "step {step_no} of {order_ref} at {station_no} takes {hours} h, its work needs {need} h"
    return faults_of("VERIFY-HOURS", SUBJECT, message, short)


def _day_quantities(facts: Facts, work: pd.DataFrame) -> list[Fault]:
    """By the end of each day a lot has no more good pieces than its hours so far could give.

    One piece and one minute a row are allowed for rounding.
    """
    rows = facts.rows[~facts.rows["frozen"]]
    so_far = rows.groupby("key")[["hours", "qty"]].cumsum()
    rows = rows.assign(hours_so_far=so_far["hours"], qty_so_far=so_far["qty"])
    rows["nth"] = rows.groupby("key").cumcount() + 1
    free = work[~work["frozen"] & (work["run_hours"] > 0)].drop_duplicates("key")
    free = free[["key", "hours", "qty", "run_hours", "setup_needed"]].set_index("key")
    rate = rows["key"].map(free["qty"] / free["run_hours"])
    setup = rows["key"].map(free["setup_needed"])
    possible = (rows["hours_so_far"] - setup + rows["nth"] * MINUTE / 60).clip(lower=0.0) * rate + 1.0
    message = "{order_ref} cannot have {qty_so_far} good pieces out of step {step_no} by {work_date}"
    return faults_of("VERIFY-DAY-QTY", SUBJECT, message, rows[rows["qty_so_far"] > possible + QTY_TOLERANCE])
