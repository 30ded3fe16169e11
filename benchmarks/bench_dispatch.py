"""Seconds and weighted days late of the first rung, against earliest due date first.

Run by hand: `python -m benchmarks.bench_dispatch`. Seconds are CPU seconds, so that a busy machine does not count.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.schedule import first_schedule
from planning.schedule.build import make_problem
from planning.schedule.dispatch import dispatch
from planning.schedule.dues import batches, dues, earliest_ends
from planning.schedule.floor import Floor
from planning.schedule.rule import earliest_due

SHOPS = {
    "200 orders": Shop(200),
    "1,000 orders": Shop(1_000),
    "1,000 orders, changeovers": Shop(1_000, load=0.8, families=6, setup_hours=0.25),
    "1,000 orders, overtime": Shop(1_000, load=1.0, overtime_hours=3.0),
    "1,000 orders, transfer lots": Shop(1_000, transfer_share=0.25),
    "1,000 orders, alternatives": Shop(1_000, load=1.2, alternatives=True),
    "5,000 orders": Shop(5_000),
    "10,000 lines, 30,000 lots": Shop(10_000, products=100, steps=2, stations=20, subassemblies=2),
}


def main() -> None:
    """Print one row per shop."""
    print(f"{'shop':28}   lots   steps  build s  pass ms  total s      EDD     kept")
    for name, shop in SHOPS.items():
        plan_input = make_shop(shop)
        materials = lots_to_order(plan_input)
        began = time.process_time()
        problem = make_problem(plan_input, materials)
        built = time.process_time() - began
        order = batches(problem)
        rule = earliest_due(problem, dues(problem, order, earliest_ends(problem, order), 1.0))
        floor = Floor(problem)
        began = time.process_time()
        edd = dispatch(floor, rule)
        one_pass = time.process_time() - began
        began = time.process_time()
        schedule = first_schedule(plan_input, materials)
        total = time.process_time() - began
        first_rung = [step for step in schedule.trail if step.rung == "dispatch"]
        edd_objective = problem.objective(np.array(edd.lot_day))
        print(
            f"{name:28}  {len(problem.lots):6d}  {len(problem.steps):6d}  {built:7.2f}  {one_pass * 1000:7.0f}"
            f"  {total:7.2f}  {edd_objective:7.0f}  {first_rung[-1].objective:7.0f}"
        )


if __name__ == "__main__":
    main()
