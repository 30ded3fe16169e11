"""Files into the store: all of one call are one batch, all or nothing, and each batch can be undone.

The way: read (bytes to texts) -> stage (which table, which columns, typed cells) -> references (what rows name) ->
merge (what changes, with a journal).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from data.imports.merge import Counts, count_only, merge
from data.imports.read import Upload, read, uploads
from data.imports.references import reject_cycles, reject_unknown
from data.imports.report import FileReport, ImportReport, Issue, UndoReport
from data.imports.stage import Staged, stage
from data.imports.undo import undo
from data.store import Store, Writer
from data.tables import TABLES
from planning.errors import InputError

__all__ = [
    "FileReport",
    "ImportReport",
    "Issue",
    "UndoReport",
    "Upload",
    "import_files",
    "import_uploads",
    "undo",
]

ORDER = {name: number for number, name in enumerate(TABLES)}


def import_files(store: Store, paths: Iterable[Path], *, author: str, skip_rejected: bool = False) -> ImportReport:
    """Import files and folders as one batch. Raises InputError where a path is not there."""
    return import_uploads(store, uploads([Path(path) for path in paths]), author=author, skip_rejected=skip_rejected)


def import_uploads(store: Store, files: Sequence[Upload], *, author: str, skip_rejected: bool = False) -> ImportReport:
    """Import files by name and content as one batch.

    Nothing is saved where any row is rejected, unless `skip_rejected`; then those rows, and rows that name them, are
    left out. A file that cannot be read at all always stops the batch. The report says what would have changed.
    """
    batch = [staged for upload in files for staged in _staged(upload)]
    _reject_doubles_between(batch)
    reject_unknown(store, batch)
    reject_cycles(store, batch)
    reject_unknown(store, batch)
    unreadable = any(staged.unreadable for staged in batch)
    if unreadable or (not skip_rejected and any(staged.rejected for staged in batch)):
        return ImportReport(None, tuple(_reports(batch, _would_do(store, batch, author))))
    if any(store.count(name) for name in TABLES):
        store.backup("before-import")
    with store.write(author, "import") as writer:
        number = writer.next_number("B")
        counts = [merge(writer, staged, number) for staged in _in_order(batch)]
        found = dict(zip([id(staged) for staged in _in_order(batch)], counts, strict=True))
        reports = _reports(batch, found)
        _record(writer, number, reports)
    return ImportReport(number, tuple(reports))


def _staged(upload: Upload) -> list[Staged]:
    try:
        return [stage(sheet) for sheet in read(upload)]
    except InputError as error:
        issue = Issue(error.code, error.rule, facts=error.facts)
        return [Staged(upload.name, None, issues=[issue], unreadable=True)]


def _in_order(batch: list[Staged]) -> list[Staged]:
    return sorted(
        (staged for staged in batch if staged.table is not None),
        key=lambda staged: ORDER[staged.table.name],  # type: ignore[union-attr]
    )


def _reject_doubles_between(batch: list[Staged]) -> None:
    """The same key in two sheets of one batch: the later row is rejected and names the first sheet."""
    seen: dict[tuple[str, ...], str] = {}
    for staged in batch:
        if staged.table is None or staged.unreadable:
            continue
        keys = list(staged.table.keys)
        good = staged.good[keys].dropna()
        for row, key in zip(good.index, good.itertuples(index=False, name=None), strict=True):
            known = seen.setdefault((staged.table.name, *key), staged.file)
            if known != staged.file:
                staged.reject(int(row), keys[-1], "DUP", "/".join(key), first=known)


def _would_do(store: Store, batch: list[Staged], author: str) -> dict[int, Counts]:
    with store.read() as cursor:
        writer = Writer(cursor, author, "import")
        return {
            id(staged): count_only(writer, staged)
            for staged in batch
            if staged.table is not None and not staged.unreadable
        }


def _reports(batch: list[Staged], counts: dict[int, Counts]) -> list[FileReport]:
    reports = []
    for staged in batch:
        count = counts.get(id(staged), Counts(0, 0, 0))
        issues = tuple(sorted(staged.issues, key=lambda issue: (issue.row, issue.code)))
        name = staged.table.name if staged.table else ""
        reports.append(
            FileReport(staged.file, name, count.new, count.changed, count.same, len(staged.rejected), issues)
        )
    return reports


def _record(writer: Writer, batch: str, reports: list[FileReport]) -> None:
    writer.execute(
        "INSERT INTO import_batch (batch_no, imported_at, author, status) VALUES (?, ?, ?, 'imported')",
        [batch, dt.datetime.now(), writer.author],
    )
    for number, report in enumerate(reports, 1):
        issues = [{"row": issue.row, "column": issue.column, "code": issue.code} for issue in report.issues[:1000]]
        writer.execute(
            "INSERT INTO import_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                batch,
                number,
                report.file,
                report.table,
                report.new,
                report.changed,
                report.same,
                report.rejected,
                json.dumps(issues, ensure_ascii=False),
            ],
        )
    rows = sum(report.new + report.changed for report in reports)
    writer.audit("import", "import_batch", batch, {"files": len(reports), "rows": rows})
