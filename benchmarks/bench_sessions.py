"""Many readers at once on one server, and its memory while people change pages.

Run by hand: `python -m benchmarks.bench_sessions [DATABASE] [--sessions 20] [--changes 500]`; without a database on the
sample factory at ten times its size. First every session opens all pages in an order of its own, all at the same time:
nobody may meet an error. Then readers come and go who change pages, one after the other, on a server just started.
Sessions are those of `tests/browser/reader.py`: what a browser draws is left out, so the seconds are the server's.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.bench_pages import p95, planned_factory
from tests.browser.reader import Reader, reader
from tests.browser.running_app import running_app
from ui.navigation import standing

LANGUAGES = ("zh", "en")
A_VISIT = 25  # pages, after which the reader leaves and another one comes
MEGABYTE = 1 << 20


def main() -> None:
    """Print how long page changes took, then the memory of the server as they go on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, nargs="?")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--changes", type=int, default=500)
    parser.add_argument("--every", type=int, default=100, help="page changes from one look at the memory to the next")
    options = parser.parse_args()
    with planned_factory(options.database) as database:
        with running_app(database) as address:
            together(address, options.sessions)
        with running_app(database) as address:
            told = {change: memory() for change in changes(address, options.changes) if change % options.every == 0}
    print("\npage changes  server MB  more")
    before = 0.0
    for change, megabytes in told.items():
        print(f"{change:12,} {megabytes:10,.0f} {megabytes - before:+5,.0f}")
        before = megabytes


def together(address: str, sessions: int) -> None:
    """Let `sessions` readers open all pages at the same time, and tell how long each change took."""
    began = time.perf_counter()
    with ThreadPoolExecutor(sessions) as pool:
        found = [one for opened in pool.map(lambda one: all_pages(address, one), range(sessions)) for one in opened]
    print(
        f"{sessions} sessions at once: {len(found)} page changes, no error, {time.perf_counter() - began:.0f} s; "
        f"median {statistics.median(found):.2f} s, 95th percentile {p95(found):.2f} s, slowest {max(found):.2f} s; "
        f"server {memory():,.0f} MB",
        flush=True,
    )


def all_pages(address: str, session: int) -> list[float]:
    """Seconds for each page, opened in an order of the session's own."""
    names = [entry.name for entry in standing()]
    random.Random(session).shuffle(names)
    with reader(address, LANGUAGES[session % 2]) as one:
        return [seconds(one, name) for name in names]


def seconds(one: Reader, name: str) -> float:
    """Seconds until page `name` has been made."""
    began = time.perf_counter()
    one.open(name)
    return time.perf_counter() - began


def changes(address: str, most: int) -> Iterator[int]:
    """Change pages, one after the other, `most` times; gives the number of changes so far, 0 first."""
    names = [entry.name for entry in standing()]
    chance = random.Random(most)
    yield 0
    for first in range(0, most, A_VISIT):
        with reader(address, LANGUAGES[first // A_VISIT % 2]) as one:
            for change in range(first, min(first + A_VISIT, most)):
                one.open(chance.choice(names))
                yield change + 1


def memory() -> float:
    """Megabytes that the running server takes: the one process of that kind that this one has started."""
    children = [pid for listed in Path("/proc/self/task").glob("*/children") for pid in listed.read_text().split()]
    server = next(pid for pid in children if "ui.serve" in Path(f"/proc/{pid}/cmdline").read_text())
    status = Path(f"/proc/{server}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) * 1024 / MEGABYTE


if __name__ == "__main__":
    main()
