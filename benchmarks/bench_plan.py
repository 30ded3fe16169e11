"""A factory from the store to a verified plan, part by part: seconds and memory.

Run by hand: `python -m benchmarks.bench_plan [SCALE | FOLDER@DATE …]`: the sample factory at a multiple of its size, or
a folder of files that are imported and planned as of the date, such as the AdventureWorks tables as of 2014-08-08. Each
is planned in a process of its own, so that its memory is its own; parts are timed three times and the fastest counts,
the whole plan once with the usual time limit. The clock counts CPU seconds.
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

from data.imports import import_uploads
from data.imports.read import uploads
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
    "factory",
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


def run(what: str) -> str:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as scratch, Store.open(Path(scratch) / "paichan.duckdb") as store:
        name, as_of = _fill(store, what)
        read, plan_input = _fastest(lambda: read_input(store, as_of))
        mrp, materials = _fastest(lambda: plan_materials(plan_input))
        schedule, first = _fastest(lambda: first_schedule(plan_input, materials))
        told: list[Step] = []
        whole, result = _timed(lambda: make_plan(plan_input, told.append))
        check, faults = _fastest(lambda: verify(plan_input, result))
        if faults:
            raise SystemExit(f"refused: {faults[0]}")
        save, _ = _timed(lambda: save_plan(store, result, plan_input, "benchmark"))
    values = (
        name,
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


def _fill(store: Store, what: str) -> tuple[str, dt.date]:
    """Its name and the day that it is planned on."""
    folder, _, date = what.partition("@")
    if not date:
        build_sample(store, AS_OF, "en", float(what))
        return f"sample x {float(what):g}", AS_OF
    report = import_uploads(store, uploads([Path(folder)]), author="benchmark")
    if not report.saved:
        raise SystemExit("\n".join(issue.message("en") for file in report.files for issue in file.errors[:5]))
    return Path(folder).name, dt.date.fromisoformat(date)


def _fastest(work: Callable[[], Any]) -> tuple[float, Any]:
    rounds = [_timed(work) for _ in range(ROUNDS)]
    return min(seconds for seconds, _ in rounds), rounds[-1][1]


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def main(factories: list[str]) -> None:
    """Print one row per factory."""
    print("| " + " | ".join(HEAD) + " |")
    print("|---" * len(HEAD) + "|", flush=True)
    for what in factories or ["1", "10"]:
        subprocess.run([sys.executable, "-m", "benchmarks.bench_plan", "--one", what], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        time.perf_counter = time.process_time
        print(run(sys.argv[2]), flush=True)
    else:
        main(sys.argv[1:])
