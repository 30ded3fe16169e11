"""Precedence: a lot's next step waits for the step before, or for its transfer lots."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning.verify.capacity import MINUTE
from planning.verify.days import Floats, Integers
from planning.verify.facts import QTY_TOLERANCE, Facts
from planning.verify.fault import Fault, faults_of

# A lot handed over in more transfer lots than this is checked at so many of them, evenly spread.
TRANSFERS_CHECKED = 500


def check_precedence(facts: Facts, work: pd.DataFrame) -> list[Fault]:
    """Faults of steps that begin before their pieces are there; `work` comes from `work_content`."""
    pairs = _pairs(facts, work)
    whole = (pairs["transfer_qty"] <= 0) | (pairs["transfer_qty"] >= pairs["good"] - QTY_TOLERANCE)
    ready = pairs["finish"] + pairs["wait_minutes"]
    early = pairs.assign(ready=pd.to_datetime(ready * 60e6, unit="us"))[whole & (pairs["start_next"] < ready - MINUTE)]
    found = faults_of(
        "VERIFY-PRECEDENCE",
        "{order_ref}/{step_next}",
        "step {step_next} of {order_ref} starts before step {step_no} and its wait are over at {ready}",
        early,
    )
    lapped = pairs[~whole & (pairs["start_next"] < ready - MINUTE)].reset_index(drop=True)
    return found + _transfers(facts, lapped)


def _pairs(facts: Facts, work: pd.DataFrame) -> pd.DataFrame:
    """Each step still to do beside the next one of its lot, both with their rows' times and contents."""
    steps = facts.steps.loc[facts.steps["remaining"], ["key", "lot", "good"]]
    followed = steps.assign(next=steps["key"].shift(-1), lot_next=steps["lot"].shift(-1))
    followed = followed[followed["lot"] == followed["lot_next"]].astype({"next": "int64"})
    rates = work.drop_duplicates("key", keep="last")[["key", "wait_hours", "transfer_qty", "units_per_hour", "started"]]
    ops = facts.ops.reset_index(names="op").merge(rates, on="key")
    ops["run"] = np.minimum(ops["started"] / ops["units_per_hour"], ops["hours"])
    here = ["key", "op", "order_ref", "step_no", "finish", "hours", "run", "count", "wait_hours", "transfer_qty"]
    there = {"key": "next", "op": "op_next", "step_no": "step_next", "start": "start_next", "run": "run_next"}
    there |= {"hours": "hours_next", "count": "count_next", "frozen_start": "frozen_next"}
    pairs = followed.merge(ops[here], on="key").merge(ops[list(there)].rename(columns=there), on="next")
    pairs["wait_minutes"] = pairs["wait_hours"].fillna(0.0) * 60
    pairs["transfer_qty"] = pairs["transfer_qty"].fillna(0.0)
    # frozen work is kept as it was, even where what it stands on has slipped
    return pairs[~pairs["frozen_next"].astype(bool)].reset_index(drop=True)


def _transfers(facts: Facts, pairs: pd.DataFrame) -> list[Fault]:
    """Transfer lot k (k x transfer_qty pieces out of the step) is done, and has waited, when the next takes it up."""
    count = np.ceil(pairs["good"] / pairs["transfer_qty"] - 1e-9).to_numpy().astype(np.int64)
    checked = np.minimum(count, TRANSFERS_CHECKED)
    pair = np.repeat(np.arange(len(pairs)), checked)
    nth = np.arange(len(pair)) - np.repeat(np.cumsum(checked) - checked, checked)
    # the first and the last transfer lot are always among those checked
    stride = np.maximum(1.0, (count - 1) / np.maximum(1, checked - 1))[pair]
    k = np.round(nth * stride)
    at = pairs.iloc[pair].reset_index(drop=True)
    # rounding to minutes is forgiven as work, since a minute of it may lie on the other side of a night
    out_share = np.minimum((k + 1) * at["transfer_qty"], at["good"]) / at["good"]
    out = at["hours"] - at["run"] + out_share * at["run"] - (at["count"] + 1) * MINUTE / 60
    made = clock_at(facts, at["op"].to_numpy(), out.clip(lower=0.0).to_numpy())
    in_share = k * at["transfer_qty"] / at["good"]
    begun = at["hours_next"] - at["run_next"] + in_share * at["run_next"] + at["count_next"] * MINUTE / 60
    taken = clock_at(facts, at["op_next"].to_numpy(), begun.where(k > 0, 0.0).to_numpy())
    early = at.assign(transfer=k + 1)[made + at["wait_minutes"].to_numpy() > taken + MINUTE]
    early = early.drop_duplicates("key")
    return faults_of(
        "VERIFY-TRANSFER",
        "{order_ref}/{step_next}",
        "step {step_next} of {order_ref} takes up transfer lot {transfer:g} before step {step_no} has made it",
        early,
    )


def clock_at(facts: Facts, op: Integers, hours: Floats) -> Floats:
    """The minute at which each of `op` (rows of `facts.ops`) has worked `hours` standard hours."""
    rows, ops = facts.rows, facts.ops
    if not len(op):
        return np.zeros(0)
    each = rows["hours"].to_numpy()
    done = np.cumsum(each)
    first = ops["begin"].to_numpy()[op]
    last = first + ops["count"].to_numpy()[op] - 1
    target = done[first] - each[first] + hours
    row = np.clip(np.searchsorted(done, target - 1e-9), first, last)
    share = np.clip((target - (done[row] - each[row])) / np.maximum(each[row], 1e-12), 0.0, 1.0)
    start, finish = rows["start"].to_numpy()[row], rows["finish"].to_numpy()[row]
    clock: Floats = start + share * (finish - start)
    return clock
