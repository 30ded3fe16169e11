"""Rows a second of an import: read and check, save, import again unchanged, undo.

Run by hand: `python -m benchmarks.bench_imports [FOLDER…]`: folders of CSV and XLSX files that belong together, such as
the AdventureWorks tables. Without one, the sample factory at ten times its size as CSV, and at its size as XLSX. Each
is imported into an empty store as one batch, three times; the fastest counts, since a shared machine only ever adds.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.exports import export_table
from data.imports import check_uploads, import_uploads, undo
from data.imports.read import Upload, uploads
from data.sample import build_sample
from data.store import Store
from data.tables import TABLES

AS_OF = dt.date(2026, 11, 23)
ROUNDS = 3
HEAD = ("files", "rows", "check, s", "import, s", "rows/s", "again, s", "undo, s")


def main(folders: list[Path]) -> None:
    """Print one row per folder."""
    print("| " + " | ".join(HEAD) + " |")
    print("|---" * len(HEAD) + "|", flush=True)
    for folder in folders:
        print(row(folder.name, folder), flush=True)
    if not folders:
        for kind, scale in (("csv", 10.0), ("xlsx", 1.0)):
            with tempfile.TemporaryDirectory() as scratch:
                export_sample(Path(scratch), kind, scale)
                print(row(f"sample x {scale:g}, {kind.upper()}", Path(scratch)), flush=True)


def export_sample(folder: Path, kind: str, scale: float) -> None:
    """The sample factory as files of its facts."""
    with tempfile.TemporaryDirectory() as scratch, Store.open(Path(scratch) / "sample.duckdb") as store:
        build_sample(store, AS_OF, "en", scale)
        for name, table in TABLES.items():
            if table.kind != "plan" and store.count(name):
                export_table(store, name, folder / f"{name}.{kind}")


def row(name: str, folder: Path) -> str:
    """One row of the table: the fastest of the rounds, part by part."""
    files = uploads([folder])
    rounds = [_round(files) for _ in range(ROUNDS)]
    rows = rounds[0][0]
    check, whole, again, back = (min(seconds) for seconds in zip(*(timed for _, timed in rounds), strict=True))
    values = (f"{name} ({len(files)})", f"{rows:,}", f"{check:.1f}", f"{whole:.1f}", f"{rows / whole:,.0f}")
    return "| " + " | ".join((*values, f"{again:.1f}", f"{back:.1f}")) + " |"


def _round(files: list[Upload]) -> tuple[int, tuple[float, float, float, float]]:
    """Rows, and seconds of checking, importing, importing again and undoing."""
    with tempfile.TemporaryDirectory() as scratch, Store.open(Path(scratch) / "paichan.duckdb") as store:
        check, _ = _timed(lambda: check_uploads(store, files))
        whole, report = _timed(lambda: import_uploads(store, files, author="benchmark"))
        if not report.saved:
            raise SystemExit("\n".join(issue.message("en") for file in report.files for issue in file.errors[:5]))
        again, _ = _timed(lambda: import_uploads(store, files, author="benchmark"))
        undo(store, "B-000002", author="benchmark")
        back, _ = _timed(lambda: undo(store, report.batch, author="benchmark"))
        return sum(file.new for file in report.files), (check, whole, again, back)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
