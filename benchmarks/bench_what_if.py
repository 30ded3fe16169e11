"""The model of a changed factory, from the prices of the plan before and from nothing: seconds, rounds and value.

Run by hand: `python -m benchmarks.bench_what_if [CASE…]`, with the cases of `bench_engine`. The clock counts CPU
seconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.bench_engine import CASES
from benchmarks.shops import lots_to_order, make_shop
from planning.model import MaterialPlan, PlanInput
from planning.schedule.build import make_problem
from planning.schedule.columns import Columns
from planning.schedule.master import Master, Relaxation
from planning.schedule.problem import Problem
from planning.schedule.timeline import Floats

DAYS = 70
USUAL = ("1,000 orders, seed 1", "1,000 orders, tight, seed 1", "1,000 orders, tight, seed 2")
HEAD = ("case", "change", "from nothing, s", "rounds", "value", "from prices, s", "rounds", "value", "gap")


def changes(plan_input: PlanInput, materials: MaterialPlan) -> Iterator[tuple[str, Problem]]:
    """What a planner might try."""
    problem = make_problem(plan_input, materials)
    lines = problem.lines
    target, weight = lines.target.copy(), lines.weight.copy()
    target[10:15] -= 5
    weight[10:15] = weight.max()
    yield "five orders are urgent", replace(problem, lines=replace(lines, target=target, weight=weight))
    station = plan_input.station.copy()
    station.loc[station.index[0], "efficiency"] *= 1.1
    yield "a station is 10 % faster", make_problem(replace(plan_input, station=station), materials)


def solved(problem: Problem, prices: Floats | None = None) -> tuple[Relaxation, float]:
    """The model, and the seconds that it and its columns took."""
    began = time.perf_counter()
    found = Master(Columns(problem, DAYS)).run(began + 60, start_prices=prices)
    return found, time.perf_counter() - began


def main(names: list[str]) -> None:
    """Print one row per case and change."""
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|", flush=True)
    for name in names or USUAL:
        plan_input = make_shop(CASES[name][1])
        materials = lots_to_order(plan_input)
        before, _ = solved(make_problem(plan_input, materials))
        for change, problem in changes(plan_input, materials):
            cold, cold_seconds = solved(problem)
            warm, warm_seconds = solved(problem, before.prices)
            values = (
                name,
                change,
                f"{cold_seconds:.1f}",
                f"{cold.rounds}",
                f"{cold.objective:,.0f}",
                f"{warm_seconds:.1f}",
                f"{warm.rounds}",
                f"{warm.objective:,.0f}",
                f"{warm.gap:.2%}",
            )
            print("| " + " | ".join(values) + " |", flush=True)


if __name__ == "__main__":
    time.perf_counter = time.process_time
    main(sys.argv[1:])
