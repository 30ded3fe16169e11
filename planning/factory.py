"""A PlanInput as arrays, made once per plan: the form in which materials are planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.allocate import Supply
from planning.bom import Bom, Floats, Ints, Steps, levels
from planning.demand import ranked_lines
from planning.lead_time import DayLine, LeadTimes, buy_days
from planning.lot_sizing import LotRule
from planning.model import PlanInput
from planning.work_in_progress import WorkInProgress


@dataclass(frozen=True, slots=True)
class Factory:
    """A PlanInput as arrays: items by position in order of item_no, days as whole numbers, lines by rank."""

    names: pd.Index
    code: Ints
    steps: Steps
    bom: Bom
    lead: LeadTimes
    days: DayLine
    work: WorkInProgress
    supply: Supply
    lines: pd.DataFrame  # demand in order of rank
    made: npt.NDArray[np.bool_]
    buy_days: Ints
    safety: Floats
    rules: list[LotRule]
    supplier: npt.NDArray[np.object_]
    firm_supplier: npt.NDArray[np.object_]  # of plan_input.firm_buy, row by row

    @property
    def item_no(self) -> pd.api.extensions.ExtensionArray:
        """The items' numbers as text that can be taken from."""
        return pd.array(self.names.to_numpy(dtype=object), dtype="str")

    @classmethod
    def of(cls, plan_input: PlanInput) -> Factory:
        """The arrays of `plan_input`. Raises BomCycleError."""
        item = plan_input.item.sort_values("item_no", kind="stable")
        names = pd.Index(item["item_no"].to_numpy(dtype=object))
        steps = Steps.of(plan_input, names)
        lead = LeadTimes.of(plan_input, names, steps)
        days = DayLine.of(plan_input)
        lines = ranked_lines(plan_input)
        line_rank = pd.Series(
            np.arange(len(lines)), index=pd.MultiIndex.from_frame(lines[["sales_order_no", "line_no"]])
        )
        work = WorkInProgress.of(plan_input, names, steps, lead, days, line_rank)
        used = np.isin(names.to_numpy(dtype=str), plan_input.bom_line["parent_item_no"].to_numpy(dtype=str))
        routed = steps.source[steps.first[:-1]] >= 0
        made = ((item["source"] == "make") | ((item["source"] == "subcontract") & (routed | used))).to_numpy()
        return cls(
            names,
            _levels(plan_input, names, work),
            steps,
            Bom.of(plan_input, names, steps),
            lead,
            days,
            work,
            Supply.of(plan_input, names, days, work),
            lines,
            made,
            buy_days(plan_input, names),
            item["safety_stock"].to_numpy(),
            _rules(item, made),
            item["supplier_no"].to_numpy(dtype=object),
            plan_input.firm_buy["supplier_no"].to_numpy(dtype=object),
        )

    def earliest(self, item: int, qty: Floats) -> Ints:
        """The day on which a new order of `item` could come: from the first plan day its lead time."""
        if self.made[item]:
            rows = np.full(len(qty), self.steps.first[item])
            return self.days.add(self.days.first, self.lead.days(rows, qty))
        return self.days.add(self.days.first, np.full(len(qty), self.buy_days[item]))


def _levels(plan_input: PlanInput, names: pd.Index, work: WorkInProgress) -> Ints:
    """Low-level codes that also set a work order's item above all that its picking list names."""
    parent = names.get_indexer(plan_input.bom_line["parent_item_no"])
    component = names.get_indexer(plan_input.bom_line["component_item_no"])
    other = work.item[work.pick_order] != work.pick_item  # rework draws its own item
    return levels(
        names,
        np.concatenate([parent, work.item[work.pick_order][other]]),
        np.concatenate([component, work.pick_item[other]]),
    )


def _rules(item: pd.DataFrame, made: npt.NDArray[np.bool_]) -> list[LotRule]:
    # a made item's scrap is charged to its first step, a bought one's to what is ordered
    gross = np.where(made, 1.0, 1.0 + item["scrap_rate"].to_numpy())
    columns = ("lot_policy", "lot_qty", "lot_period_days", "min_order_qty", "order_multiple")
    rows = zip(*(item[column].tolist() for column in columns), gross.tolist(), strict=True)
    return [LotRule(policy, qty, int(period), least, times, share) for policy, qty, period, least, times, share in rows]
