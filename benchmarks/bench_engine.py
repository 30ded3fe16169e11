"""The whole search, rung by rung: seconds, memory, lateness, stock-days and the proven bound.

Run by hand: `python -m benchmarks.bench_engine [CASE…]`. Each case is planned in a process of its own, so that its
memory is its own; every plan that is shown has been verified, else the case ends with what the checker said. The clock
of the search counts CPU seconds here, so that whatever else the machine does changes neither plan nor figures.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np

from benchmarks.shops import Shop, make_shop, materials_of
from planning.plan import assemble
from planning.schedule import search
from planning.schedule.build import make_problem
from planning.schedule.dispatch import dispatch
from planning.schedule.dues import batches, dues, earliest_ends
from planning.schedule.floor import Floor
from planning.schedule.ladder import climb
from planning.schedule.rule import earliest_due
from planning.verify import verify

# the time limit, and the shop
CASES: dict[str, tuple[float, Shop]] = {
    **{
        f"{lines:,} orders, seed {seed}": (30.0, Shop(lines, seed=seed))
        for lines in (100, 200, 1_000)
        for seed in (1, 2)
    },
    **{f"1,000 orders, tight, seed {seed}": (30.0, Shop(1_000, seed=seed, load=1.0)) for seed in (1, 2)},
    **{f"5,000 orders, seed {seed}": (120.0, Shop(5_000, seed=seed)) for seed in (1, 2)},
    "5,000 orders, tight, seed 1": (120.0, Shop(5_000, load=1.0)),
    "20,000 orders, seed 1": (240.0, Shop(20_000)),
    "1,000 orders with 2 sub-assemblies": (30.0, Shop(1_000, steps=2, subassemblies=2)),
    **{f"1,000 orders, scarce parts, seed {seed}": (30.0, Shop(1_000, seed=seed, parts=40)) for seed in (1, 2)},
    "5,000 orders, scarce parts, seed 1": (120.0, Shop(5_000, parts=40)),
    "20,000 orders, scarce parts, seed 1": (240.0, Shop(20_000, parts=40)),
    **{
        f"1,000 orders, 2 levels, shared goods, scarce parts, seed {seed}": (
            30.0,
            Shop(1_000, seed=seed, steps=2, subassemblies=2, shared=40, parts=40),
        )
        for seed in (1, 2)
    },
    "1,000 orders, changeovers": (30.0, Shop(1_000, load=0.8, families=6, setup_hours=0.25)),
    "1,000 orders, changeovers, 10 families": (
        30.0,
        Shop(1_000, seed=2, load=0.85, families=10, setup_hours=0.4),
    ),
    "1,000 orders, overtime": (30.0, Shop(1_000, load=1.0, overtime_hours=3.0)),
    "1,000 orders, transfer lots": (30.0, Shop(1_000, load=1.0, transfer_share=0.2)),
}
HEAD = (
    "case",
    "EDD",
    "first answer, s",
    "best rule",
    "guided",
    "kept",
    "kept / rule",
    "parts first",
    "bound",
    "kept / bound",
    "model's gap",
    "bound, s",
    "quantity-days late",
    "stock-days, rule",
    "stock-days, kept",
    "all, s",
    "MB",
)


def run(name: str) -> str:
    """One row of the table."""
    limit, shop = CASES[name]
    plan_input = make_shop(shop).with_settings(time_limit_seconds=limit)
    materials = materials_of(shop, plan_input)
    problem = make_problem(plan_input, materials)
    order = batches(problem)
    due = earliest_due(problem, dues(problem, order, earliest_ends(problem, order), 1.0))
    edd = problem.objective(np.array(dispatch(Floor(problem), due).lot_day))

    began = time.perf_counter()
    found = search(plan_input, materials)
    rule = [plan for rung, plan in found.plans if rung == "dispatch"][-1]
    results = [
        assemble(plan_input, found.materials(materials, plan), found.schedule(plan)) for plan in (rule, found.best)
    ]
    for result in results:
        if faults := verify(plan_input, result):
            return f"| {name} | refused: {faults[0]} |"
    seconds = time.perf_counter() - began
    # the same search with parts handed out ahead of it
    apart = climb(problem, plan_input).best.objective if found.problem.pool else None
    failed = [step for step in found.trail if step.failed]
    by_rule, kept = results
    at_guided = [step.objective for step in found.trail if step.rung == "guided"]
    at_bound = [step.seconds for step in found.trail if step.rung == "bound"]
    values = (
        f"{name}{' FAILED ' + failed[0].failed if failed else ''}",
        f"{edd:,.0f}",
        f"{found.trail[0].seconds:.2f}",
        f"{rule.objective:,.0f}",
        f"{at_guided[-1]:,.0f}" if at_guided else "-",
        f"{kept.objective:,.0f}",
        f"{kept.objective / max(rule.objective, 1e-9):.2f}",
        "-" if apart is None else f"{apart:,.0f}",
        "-" if found.bound is None else f"{found.bound:,.0f}",
        "-" if not found.bound else f"{kept.objective / found.bound:.2f}",
        "-" if found.solved is None else f"{found.solved.gap:.2%}",
        f"{at_bound[-1]:.1f}" if at_bound else "-",
        f"{kept.quantity_days_late:,.0f}",
        f"{by_rule.stock_days:,.0f}",
        f"{kept.stock_days:,.0f}",
        f"{seconds:.1f}",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}",
    )
    return "| " + " | ".join(values) + " |"


def main(names: list[str]) -> None:
    """Print one row per case."""
    print("| " + " | ".join(HEAD) + " |")
    print("|---" * len(HEAD) + "|", flush=True)
    for name in names or CASES:
        subprocess.run([sys.executable, "-m", "benchmarks.bench_engine", "--one", name], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        time.perf_counter = time.process_time
        print(run(sys.argv[2]), flush=True)
    else:
        main(sys.argv[1:])
