"""Released work orders: what is still to do at each step, what material it needs, when they could be done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.bom import Bom, Floats, Ints, Steps, day_numbers, ranges, tail_sums
from planning.lead_time import DayLine, LeadTimes, whole_days
from planning.model import PlanInput

_NOTHING = 1e-9
NEVER = 2**31


@dataclass(frozen=True, slots=True)
class WorkInProgress:
    """Firm make orders in order of order_ref, and a row per order and step still to be made.

    qty: good pieces that must still come out of the last step. due: the day the order is planned to be finished
    (planned_finish, else due_date, else as early as it can), could: the earliest day it can be. line_rank: the
    rank of the order line it names, -1 for none that is open. frozen_day: of its first frozen work, NEVER for none.
    own_rank: its place among these orders by priority, due day and number. Order f's steps are
    first[f] .. first[f + 1] - 1, row for row those of its item in Steps: good and started pieces still to do, and
    working days from the start of the step until the order is done. Material still to be drawn by picking list:
    pick_order, pick_item, pick_qty; by_list marks the orders that have
    a list.
    """

    order_ref: npt.NDArray[np.object_]
    row: Ints
    item: Ints
    qty: Floats
    priority: Ints
    due: Ints
    could: Ints
    line_rank: Ints
    frozen_day: Ints
    own_rank: Ints
    first: Ints
    good: Floats
    started: Floats
    days: Ints
    by_list: npt.NDArray[np.bool_]
    pick_order: Ints
    pick_item: Ints
    pick_qty: Floats

    @classmethod
    def of(
        cls,
        plan_input: PlanInput,
        names: pd.Index,
        steps: Steps,
        lead: LeadTimes,
        days: DayLine,
        line_rank: pd.Series,
    ) -> WorkInProgress:
        """The work in progress of `plan_input`. line_rank: rank by (sales_order_no, line_no)."""
        orders = plan_input.firm_make
        keep = np.flatnonzero(orders["qty"].to_numpy() > _NOTHING)
        row = keep[np.argsort(orders["order_ref"].to_numpy(dtype=object)[keep], kind="stable")].astype(np.int64)
        orders = orders.iloc[row]
        ref = orders["order_ref"].to_numpy(dtype=object)
        item = names.get_indexer(orders["item_no"]).astype(np.int64)
        first, good, started, left = _steps_left(plan_input, orders, item, steps, lead)
        could = days.add(days.first, left[first[:-1]])
        planned = day_numbers(orders["planned_finish"], missing=-1)
        named = np.where(planned >= 0, planned, day_numbers(orders["due_date"], missing=-1))
        due = np.maximum(named, could)
        priority = orders["priority"].to_numpy()
        own = np.empty(len(row), dtype=np.int64)
        own[np.lexsort((np.arange(len(row)), due, priority))] = np.arange(len(row))
        named_lines = pd.MultiIndex.from_arrays([orders["sales_order_no"], orders["sales_order_line_no"]])
        reserved = line_rank.reindex(named_lines).fillna(-1).to_numpy().astype(np.int64)
        picks = _open_picks(plan_input, ref, names)
        by_list = np.isin(ref.astype(str), plan_input.picking["order_ref"].unique().astype(str))
        return cls(
            ref,
            row,
            item,
            orders["qty"].to_numpy(),
            priority,
            due,
            could,
            reserved,
            _frozen_days(plan_input, ref),
            own,
            first,
            good,
            started,
            left,
            by_list,
            *picks,
        )

    def pick_steps(self, order: Ints, item: Ints, day: Ints, steps: Steps, bom: Bom) -> Ints:
        """For picked material: the row of the order's step that uses it by the BOM of `day`, else the first unfinished.

        A step of the BOM with nothing left to do counts as finished.
        """
        pair, line = bom.lines(self.item[order], day)
        used = bom.component[line] == item[pair]
        local = np.full(len(order), -1, dtype=np.int64)
        # written backwards, so that the first of several steps stays
        local[pair[used][::-1]] = (bom.step[line] - steps.first[self.item[order[pair]]])[used][::-1]
        at = self.first[order] + local
        done = (local < 0) | (self.good[np.maximum(at, 0)] <= _NOTHING)
        return np.where(done, self._first_unfinished()[order], at)

    def _first_unfinished(self) -> Ints:
        todo = np.flatnonzero(self.good > _NOTHING)
        at = np.searchsorted(todo, self.first[:-1])
        found = todo[np.minimum(at, len(todo) - 1)] if len(todo) else self.first[:-1]
        inside = (at < len(todo)) & (found < self.first[1:])
        return np.where(inside, found, self.first[:-1]).astype(np.int64)


def _frozen_days(plan_input: PlanInput, refs: npt.NDArray[np.object_]) -> Ints:
    """Per order the day of its first frozen work."""
    first = plan_input.frozen.groupby("order_ref")["work_date"].min().reindex(refs)
    return day_numbers(first, missing=NEVER)


def _steps_left(
    plan_input: PlanInput, orders: pd.DataFrame, item: Ints, steps: Steps, lead: LeadTimes
) -> tuple[Ints, Floats, Floats, Ints]:
    """Per order and step: good pieces still to come out, pieces still to start, days until the order is done."""
    count = steps.first[item + 1] - steps.first[item]
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    order, row = np.repeat(np.arange(len(item)), count), ranges(steps.first[item], count)
    routed = steps.source[row] >= 0
    ordered = np.where(routed, orders["ordered_qty"].to_numpy()[order], orders["qty"].to_numpy()[order])
    done = plan_input.progress.groupby(["order_ref", "step_no"])["good_qty"].sum()
    refs = orders["order_ref"].to_numpy(dtype=object)[order]
    handed = done.reindex(pd.MultiIndex.from_arrays([refs, steps.step_no[row]])).fillna(0.0).to_numpy()
    good = np.maximum(0.0, steps.good[row] * ordered - handed)
    good[good <= _NOTHING] = 0.0
    started = good * steps.started[row] / steps.good[row]
    todo = good > 0
    spent = np.where(todo, lead.setup_days[row] + lead.wait_days[row], 0.0) + lead.piece_days[row] * started
    return first, good, started, whole_days(tail_sums(spent, first))


def _open_picks(plan_input: PlanInput, refs: npt.NDArray[np.object_], names: pd.Index) -> tuple[Ints, Ints, Floats]:
    """Order, item and quantity still to be drawn, in order of order and item."""
    listed = plan_input.picking.groupby(["order_ref", "item_no"], as_index=False)[["required_qty", "issued_qty"]].sum()
    order = pd.Index(refs).get_indexer(listed["order_ref"])
    item = names.get_indexer(listed["item_no"])
    qty = (listed["required_qty"] - listed["issued_qty"]).to_numpy(dtype=np.float64)
    keep = (order >= 0) & (item >= 0) & (qty > _NOTHING)
    return order[keep].astype(np.int64), item[keep].astype(np.int64), qty[keep]
