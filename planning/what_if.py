"""What a change does to lateness, asked of the linear model instead of a whole plan.

The prices of the plan before are good prices for a factory that is a little different. Any prices prove a bound
(`planning.schedule.columns`), and these prove nearly all there is to prove, so that there is an answer at once; the
model solved from there to `GAP` is the closer one some seconds later. No plan is made.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from planning.model import MaterialPlan, PlanInput
from planning.mrp import plan_materials
from planning.schedule.bins import day_edges, most_bins
from planning.schedule.build import make_problems
from planning.schedule.columns import Columns, make_tree
from planning.schedule.daily import of_days, of_rows
from planning.schedule.master import Master

GAP = 0.01  # to which the model is solved


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of the changed factory. Unit: weight x days late.

    by: the prices of the plan before alone, or the model solved. bound: proven, no plan of the changed factory is less
    late; of two factories only bounds of the same kind may be compared. value: of the model's solution, at which no
    plan is promised; None where it was not solved. gap: (value - bound) / value, None likewise. seconds: since the
    question.
    """

    by: Literal["prices", "model"]
    bound: float
    value: float | None
    gap: float | None
    seconds: float


def what_if(
    changed: PlanInput,
    prices: pd.DataFrame,
    materials: MaterialPlan | None = None,
    days: int | None = None,
    seconds: float = 30.0,
) -> Iterator[Answer]:
    """The answer by the prices of the plan before, then that of the model, each as soon as it is there.

    prices: plan_price of the plan before; days that it does not know count as free, and where it knows no price at all
    there is only the second answer. materials: of the changed factory, planned anew unless given. days: that are looked
    at, the whole horizon unless given. The second answer is as close as it comes in `seconds`.
    """
    began = time.perf_counter()
    deadline = began + seconds
    problem, pooled = make_problems(changed, plan_materials(changed) if materials is None else materials)
    whole = pooled or problem
    tree = make_tree(whole)
    edges = day_edges(min(days or problem.horizon, problem.horizon), most_bins(len(tree.step)))
    columns = Columns(whole, tree, edges)
    master, start = Master(columns), of_days(columns, of_rows(problem, pd.Timestamp(changed.as_of_date), prices))
    if (start > 0.0).any():
        master.prove(start, deadline)
        yield Answer("prices", max(master.bound, 0.0), None, None, time.perf_counter() - began)
        master.start_near(start, deadline)
    found = master.run(deadline, gap=GAP)
    is_solved = bool(np.isfinite(found.objective))
    value, gap = (found.objective, found.gap) if is_solved else (None, None)
    yield Answer("model", found.bound, value, gap, time.perf_counter() - began)
