"""The model of a changed factory, from the prices of the plan before and from nothing: seconds, bound and value.

Run by hand: `python -m benchmarks.bench_what_if [CASE…]`, with the cases of `bench_engine`. The clock counts CPU
seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.bench_engine import CASES
from benchmarks.shops import lots_to_order, make_shop
from planning.model import RESULT_COLUMNS, MaterialPlan, PlanInput, frame
from planning.schedule.bins import day_edges
from planning.schedule.build import make_problem
from planning.schedule.columns import Columns
from planning.schedule.daily import HOUR, by_day
from planning.schedule.master import Master
from planning.what_if import Answer, what_if

DAYS = 70
USUAL = ("1,000 orders, seed 1", "1,000 orders, tight, seed 1", "1,000 orders, tight, seed 2")
HEAD = ("case", "change", "from nothing, s", "value", "by prices, s", "bound", "model from prices, s", "value", "gap")
NO_PRICES = frame(RESULT_COLUMNS["plan_price"])


def changes(plan_input: PlanInput) -> Iterator[tuple[str, PlanInput]]:
    """What a planner might try."""
    demand = plan_input.demand.copy()
    urgent = demand.index[10:15]
    demand.loc[urgent, "target_date"] -= pd.Timedelta(days=5)
    demand.loc[urgent, "weight"] = demand["weight"].max()
    yield "five orders are urgent", replace(plan_input, demand=demand)
    station = plan_input.station.copy()
    station.loc[station.index[0], "efficiency"] *= 1.1
    yield "a station is 10 % faster", replace(plan_input, station=station)


def prices_before(plan_input: PlanInput, materials: MaterialPlan) -> pd.DataFrame:
    """The model's prices as a plan keeps them."""
    problem = make_problem(plan_input, materials)
    columns = Columns(problem, edges=day_edges(DAYS, DAYS))
    daily = by_day(columns, Master(columns).run(time.perf_counter() + 60).prices)
    station, day = np.nonzero(daily)
    rows = {
        "kind": "station",
        "resource_no": np.array(problem.stations.numbers)[station],
        "work_date": pd.Timestamp(plan_input.as_of_date) + pd.to_timedelta(day + 1, unit="D"),
        "load_hours": np.nan,
        "available_hours": np.nan,
        "price": (HOUR * daily[station, day]).round(6),
        "unit": "hour",
    }
    return frame(RESULT_COLUMNS["plan_price"], pd.DataFrame(rows))


def asked(changed: PlanInput, prices: pd.DataFrame) -> list[Answer]:
    """All answers, within a minute."""
    return list(what_if(changed, prices, lots_to_order(changed), DAYS, 60.0))


def main(names: list[str]) -> None:
    """Print one row per case and change."""
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|", flush=True)
    for name in names or USUAL:
        plan_input = make_shop(CASES[name][1])
        prices = prices_before(plan_input, lots_to_order(plan_input))
        for change, changed in changes(plan_input):
            (cold,), (first, warm) = asked(changed, NO_PRICES), asked(changed, prices)
            values = (
                name,
                change,
                f"{cold.seconds:.1f}",
                f"{cold.value:,.0f}",
                f"{first.seconds:.1f}",
                f"{first.bound:,.0f}",
                f"{warm.seconds:.1f}",
                f"{warm.value:,.0f}",
                f"{warm.gap:.2%}",
            )
            print("| " + " | ".join(values) + " |", flush=True)


if __name__ == "__main__":
    time.perf_counter = time.process_time
    main(sys.argv[1:])
