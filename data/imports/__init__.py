"""Files into the store: all of one call are one batch, all or nothing, and each batch can be undone.

The way: read (bytes to texts) -> stage (which table, which columns, typed cells) -> references (what rows name) ->
merge (what changes, with a journal).
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from data.imports.merge import Counts, count_only, merge
from data.imports.read import Sheet, Upload, read, uploads
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
    "check_uploads",
    "import_files",
    "import_uploads",
    "undo",
]

KEPT_ISSUES = 1000
ORDER = {name: number for number, name in enumerate(TABLES)}


def import_files(
    store: Store,
    paths: Iterable[Path | str],
    *,
    author: str,
    skip_rejected: bool = False,
    as_of: dt.date | None = None,
) -> ImportReport:
    """Import files and folders as one batch. Raises InputError where a path is not there."""
    files = uploads([Path(path) for path in paths])
    return import_uploads(store, files, author=author, skip_rejected=skip_rejected, as_of=as_of)


def import_uploads(
    store: Store,
    files: Sequence[Upload],
    *,
    author: str,
    skip_rejected: bool = False,
    as_of: dt.date | None = None,
) -> ImportReport:
    """Import files by name and content as one batch.

    Nothing is saved where any row is rejected or a file cannot be read, unless `skip_rejected`; then those rows and
    files, and rows that name what stands in them, are left out, and nothing is saved only where no file can be read.
    The report says what would have changed. `as_of` is the last known day (today unless given): a stock snapshot of a
    later day is said.
    """
    sheets = [(upload, _sheets(upload)) for upload in files]
    while True:
        version = store.data_version()
        batch = _checked(store, sheets, as_of or dt.date.today(), skip_rejected)
        unread = [staged.unreadable for staged in batch]
        if all(unread) if skip_rejected else any(unread) or any(staged.rejected for staged in batch):
            return ImportReport(None, tuple(_reports(batch, _would_do(store, batch))))
        try:
            return _save(store, batch, author, version)
        except _MovedError:
            continue


def check_uploads(store: Store, files: Sequence[Upload], *, as_of: dt.date | None = None) -> ImportReport:
    """What importing these files would do; nothing is saved."""
    sheets = [(upload, _sheets(upload)) for upload in files]
    batch = _checked(store, sheets, as_of or dt.date.today(), skip_rejected=False)
    return ImportReport(None, tuple(_reports(batch, _would_do(store, batch))))


class _MovedError(Exception):
    """Someone wrote between the check and the save, so what was checked may no longer hold."""


def _sheets(upload: Upload) -> list[Sheet] | InputError:
    try:
        return read(upload)
    except InputError as error:
        return error


def _checked(
    store: Store, files: Sequence[tuple[Upload, list[Sheet] | InputError]], as_of: dt.date, skip_rejected: bool
) -> list[Staged]:
    batch = [staged for upload, sheets in files for staged in _staged(upload, sheets)]
    _reject_doubles_between(batch)
    reject_unknown(store, batch, skip_rejected)
    reject_cycles(store, batch)
    reject_unknown(store, batch, skip_rejected)
    for staged in batch:
        _warn_of_later_stock(staged, as_of)
    return batch


def _staged(upload: Upload, sheets: list[Sheet] | InputError) -> list[Staged]:
    if isinstance(sheets, InputError):
        issue = Issue(sheets.code, sheets.rule, int(sheets.facts.get("row", 0)), facts=sheets.facts)
        return [Staged(upload.name, None, issues=[issue], unreadable=True)]
    return stage(sheets)


def _save(store: Store, batch: list[Staged], author: str, version: int) -> ImportReport:
    if _holds_data(store):
        store.backup("before-import")
    with store.write(author, "import") as writer:
        now = writer.execute("SELECT version FROM data_version").fetchone()
        if now is None or now[0] != version:
            raise _MovedError
        number = writer.next_number("B")
        counts = {id(staged): merge(writer, staged, number) for staged in _in_order(batch)}
        reports = _reports(batch, counts)
        _record(writer, number, reports)
    return ImportReport(number, tuple(reports))


def _holds_data(store: Store) -> bool:
    return any(store.count(name) for name, table in TABLES.items() if table.kind != "plan")


def _in_order(batch: list[Staged]) -> list[Staged]:
    return sorted(
        (staged for staged in batch if staged.table is not None and not staged.unreadable),
        key=lambda staged: ORDER[staged.table.name],  # type: ignore[union-attr]
    )


def _reject_doubles_between(batch: list[Staged]) -> None:
    """The same key in two files of one batch: the later row is rejected and names the first file."""
    seen: dict[tuple[str, ...], Staged] = {}
    of_table = Counter(staged.table.name for staged in batch if staged.table is not None)
    for staged in batch:
        if staged.table is None or staged.unreadable or of_table[staged.table.name] == 1:
            continue
        keys = list(staged.table.keys)
        good = staged.good[keys].dropna()
        for row, key in zip(good.index, good.itertuples(index=False, name=None), strict=True):
            known = seen.setdefault((staged.table.name, *key), staged)
            if known is not staged:
                staged.reject(int(row), keys[0], "DUP", "/".join(key), words="DUP-FILE", first=known.file)


def _warn_of_later_stock(staged: Staged, as_of: dt.date) -> None:
    if staged.table is None or staged.table.kind != "snapshot" or staged.unreadable:
        return
    day = staged.table.keys[0]
    later = staged.good[staged.good[day] > as_of.isoformat()]
    if len(later):
        value = str(later[day].max())
        staged.warn(int(later.index[0]), day, "AHEAD", value, count=len(later), as_of=as_of.isoformat())


def _would_do(store: Store, batch: list[Staged]) -> dict[int, Counts]:
    with store.read() as cursor:
        return {id(staged): count_only(Writer(cursor, "", ""), staged) for staged in _in_order(batch)}


def _reports(batch: list[Staged], counts: dict[int, Counts]) -> list[FileReport]:
    reports = []
    for staged in batch:
        count = counts.get(id(staged), Counts(0, 0, 0))
        issues = tuple(sorted(staged.issues, key=lambda issue: (issue.row, issue.code)))
        name = staged.table.name if staged.table else ""
        reports.append(
            FileReport(
                staged.file,
                name,
                count.new,
                count.changed,
                count.same,
                len(staged.rejected),
                issues,
                staged.unreadable,
            )
        )
    return reports


def _record(writer: Writer, batch: str, reports: list[FileReport]) -> None:
    writer.execute(
        "INSERT INTO import_batch (batch_no, imported_at, author, status) VALUES (?, ?, ?, 'imported')",
        [batch, dt.datetime.now(), writer.author],
    )
    for number, report in enumerate(reports, 1):
        issues = [asdict(issue) for issue in report.issues[:KEPT_ISSUES]]
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
