"""The sample factory from the store to a verified plan, part by part: seconds and memory by size.

Run by hand: `python -m benchmarks.bench_plan [SCALE…]`. Each size is planned in a process of its own, so that its
memory is its own; parts are timed three times and the fastest counts, the whole plan once with the usual time limit.
"""

from __future__ import annotations

import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from planning.model import Step
from planning.mrp import plan_materials
from planning.plan import make_plan
from planning.schedule import first_schedule
from planning.verify import verify

AS_OF = dt.date(2026, 11, 23)
ROUNDS = 3
HEAD = (
    "sample x",
    "items",
    "BOM lines",
    "open lines",
    "make orders",
    "steps",
    "read, s",
    "MRP, s",
    "first schedule, s",
    "first answer, s",
    "whole plan, s",
    "verify, s",
    "save, s",
    "late lines",
    "objective",
    "bound",
    "MB",
)


def run(scale: float) -> str:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as scratch, Store.open(Path(scratch) / "paichan.duckdb") as store:
        build_sample(store, AS_OF, "en", scale)
        read, plan_input = _fastest(lambda: read_input(store))
        mrp, materials = _fastest(lambda: plan_materials(plan_input))
        schedule, first = _fastest(lambda: first_schedule(plan_input, materials))
        told: list[Step] = []
        whole, result = _timed(lambda: make_plan(plan_input, told.append))
        check, faults = _fastest(lambda: verify(plan_input, result))
        if faults:
            raise SystemExit(f"refused: {faults[0]}")
        save, _ = _timed(lambda: save_plan(store, result, plan_input, "benchmark"))
    values = (
        f"{scale:g}",
        f"{len(plan_input.item):,}",
        f"{len(plan_input.bom_line):,}",
        f"{len(plan_input.demand):,}",
        f"{len(materials.make):,}",
        f"{len(first.rows):,}",
        f"{read:.1f}",
        f"{mrp:.1f}",
        f"{schedule:.1f}",
        f"{told[0].seconds:.1f}",
        f"{whole:.1f}",
        f"{check:.1f}",
        f"{save:.1f}",
        f"{result.late:,}",
        f"{result.objective:,.0f}",
        "-" if result.bound is None else f"{result.bound:,.0f}",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}",
    )
    return "| " + " | ".join(values) + " |"


def _fastest(work: Callable[[], Any]) -> tuple[float, Any]:
    rounds = [_timed(work) for _ in range(ROUNDS)]
    return min(seconds for seconds, _ in rounds), rounds[-1][1]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def main(scales: list[str]) -> None:
    """Print one row per size."""
    print("| " + " | ".join(HEAD) + " |")
    print("|---" * len(HEAD) + "|", flush=True)
    for scale in scales or ["1", "10"]:
        subprocess.run([sys.executable, "-m", "benchmarks.bench_plan", "--one", scale], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(run(float(sys.argv[2])), flush=True)
    else:
        main(sys.argv[1:])
