"""A large factory's store, to measure with: the sample factory at 39 times its size, planned on two days running.

Run by hand: `python -m benchmarks.large DATABASE [--scale 39] [--time-limit 5]`; takes some minutes. Nothing in it is
multiplied: at that size the sample itself has more than 100,000 order lines, 1,000,000 stock movements (issues,
receipts, returns, arrivals, shipments and hand-overs) and three months of dispatch, and both plans are made and
verified by the planner. Only their search is short, so that they are later than a plan would be that people work by.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from planning.model import Settings
from planning.plan import make_plan

AS_OF = dt.date(2026, 11, 23)
LANGUAGE = "en"
SCALE = 39.0
TIME_LIMIT_SECONDS = 5.0
DAYS = (1, 0)  # before the as-of date, on which a plan is made
MOVEMENTS = ("goods_issue", "goods_receipt", "material_arrival", "material_return", "handover", "shipment")
COUNTED = ("item", "sales_order", "work_order", "dispatch", "plan_schedule", "plan_pegging")


def build(path: Path, scale: float = SCALE, time_limit_seconds: float = TIME_LIMIT_SECONDS) -> None:
    """Write the sample at `scale` to `path`, which must not exist, with a verified plan of the day before and of its

    last day. Raises FileExistsError where there is something at `path`.
    """
    if path.exists():
        raise FileExistsError(path)
    with Store.open(path) as store:
        build_sample(store, AS_OF, LANGUAGE, scale)
        settings = Settings(time_limit_seconds=time_limit_seconds)
        for back in DAYS:
            plan_input = read_input(store, AS_OF - dt.timedelta(days=back), settings)
            save_plan(store, make_plan(plan_input), plan_input, "benchmark")


def counts(store: Store) -> dict[str, int]:
    """How many rows the tables have that make a page slow."""
    return {name: store.count(name) for name in COUNTED} | {"movements": sum(map(store.count, MOVEMENTS))}


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the store and print its size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("--scale", type=float, default=SCALE)
    parser.add_argument("--time-limit", type=float, default=TIME_LIMIT_SECONDS)
    options = parser.parse_args(arguments)
    began, used = time.perf_counter(), time.process_time()
    build(options.database, options.scale, options.time_limit)
    print(f"{time.perf_counter() - began:.0f} s on the clock, {time.process_time() - used:.0f} s of CPU")
    with Store.open(options.database) as store:
        for name, rows in counts(store).items():
            print(f"{name:14} {rows:>12,}")


if __name__ == "__main__":
    main()
