"""Take an import back exactly."""

from __future__ import annotations

import datetime as dt
import json

import duckdb

from data.imports.merge import key_as_json, row_as_json
from data.imports.report import UndoReport
from data.store import Store, Writer
from data.tables import TABLES, Table
from data.tables.dangling import dangling
from data.tables.ddl import TRACE_COLUMNS
from data.tables.declare import SQL_TYPE
from planning.errors import InputError

NAMED = 5


def undo(store: Store, batch: str, *, author: str) -> UndoReport:
    """Put every row that `batch` touched back as it was; rows that it brought are taken out.

    Raises InputError where the batch is unknown (UNDO-UNKNOWN) or undone already (UNDO-DONE), where a row has been
    changed since (UNDO-LATER), or where something that came later needs a row that would go (UNDO-NEEDED). Then
    nothing is changed.
    """
    with store.read() as cursor:
        _refuse_unless_imported(cursor, batch)
    store.backup("before-undo")
    with store.write(author, f"undo {batch}") as writer:
        _refuse_unless_imported(writer.cursor, batch)
        touched = [
            TABLES[name]
            for (name,) in writer.execute(
                "SELECT DISTINCT table_name FROM import_row WHERE batch_no = ? ORDER BY ALL", [batch]
            ).fetchall()
        ]
        for table in touched:
            _refuse_later_changes(writer, table, batch)
        dangling_before = _dangling_rows(writer, touched)
        removed = sum(_remove(writer, table, batch) for table in touched)
        restored = sum(_restore(writer, table, batch) for table in touched)
        _refuse_if_needed(_dangling_rows(writer, touched) - dangling_before, batch)
        writer.execute(
            "UPDATE import_batch SET status = 'undone', undone_at = ?, undone_by = ? WHERE batch_no = ?",
            [dt.datetime.now(), author, batch],
        )
        writer.audit("undo", "import_batch", batch, {"removed": removed, "restored": restored})
    return UndoReport(batch, removed, restored)


def _refuse_unless_imported(cursor: duckdb.DuckDBPyConnection, batch: str) -> None:
    row = cursor.execute("SELECT status FROM import_batch WHERE batch_no = ?", [batch]).fetchone()
    if row is None:
        raise InputError("UNDO-UNKNOWN", batch=batch)
    if row[0] == "undone":
        raise InputError("UNDO-DONE", batch=batch)


def _journalled(writer: Writer, table: Table, batch: str) -> list[str]:
    """The columns that the table had when the batch was imported; some may have come since."""
    row = writer.execute(
        "SELECT json_keys(row_after) FROM import_row WHERE batch_no = ? AND table_name = ? LIMIT 1", [batch, table.name]
    ).fetchone()
    known = set(row[0]) if row else set()
    return [name for name in (*table.names, *TRACE_COLUMNS) if name in known]


def _refuse_later_changes(writer: Writer, table: Table, batch: str) -> None:
    now = row_as_json(_journalled(writer, table, batch), "now")
    rows = writer.execute(
        f"SELECT import_row.row_key, now.batch_no FROM import_row "
        f"LEFT JOIN {table.name} AS now ON import_row.row_key = {key_as_json(table, 'now')} "
        f"WHERE import_row.batch_no = ? AND import_row.table_name = ? "
        f"AND (now.{table.keys[0]} IS NULL OR {now} IS DISTINCT FROM import_row.row_after) "
        f"ORDER BY ALL",
        [batch, table.name],
    ).fetchall()
    if not rows:
        return
    later = sorted({str(row[1]) for row in rows if row[1] and row[1] != batch})
    raise InputError(
        "UNDO-LATER",
        rule="UNDO-LATER" if later else "UNDO-EDITED",
        batch=batch,
        table=table.en,
        table_zh=table.zh,
        count=len(rows),
        rows=", ".join("/".join(json.loads(row[0]).values()) for row in rows[:NAMED])
        + ("…" if len(rows) > NAMED else ""),
        later=", ".join(later),
    )


def _remove(writer: Writer, table: Table, batch: str) -> int:
    count = writer.execute(
        "SELECT count(*) FROM import_row WHERE batch_no = ? AND table_name = ? AND row_before IS NULL",
        [batch, table.name],
    ).fetchone()
    writer.execute(
        f"DELETE FROM {table.name} AS now USING import_row WHERE import_row.batch_no = ? AND import_row.table_name = ? "
        f"AND import_row.row_before IS NULL AND import_row.row_key = {key_as_json(table, 'now')}",
        [batch, table.name],
    )
    return int(count[0]) if count else 0


def _restore(writer: Writer, table: Table, batch: str) -> int:
    types = {column.name: SQL_TYPE[column.type] for column in table.columns}
    types |= {name: sql.split()[0] for name, sql in TRACE_COLUMNS.items()}
    known = _journalled(writer, table, batch)
    sets = ", ".join(
        f"{name} = CAST(import_row.row_before ->> '$.{name}' AS {sql})"
        for name, sql in types.items()
        if name not in table.keys and name in known
    )
    count = writer.execute(
        "SELECT count(*) FROM import_row WHERE batch_no = ? AND table_name = ? AND row_before IS NOT NULL",
        [batch, table.name],
    ).fetchone()
    writer.execute(
        f"UPDATE {table.name} AS now SET {sets} FROM import_row "
        f"WHERE import_row.batch_no = ? AND import_row.table_name = ? AND import_row.row_before IS NOT NULL "
        f"AND import_row.row_key = {key_as_json(table, 'now')}",
        [batch, table.name],
    )
    return int(count[0]) if count else 0


def _dangling_rows(writer: Writer, touched: list[Table]) -> set[tuple[str, ...]]:
    """Rows that name what is not there, in the tables that refer to those touched: table, key, what they name."""
    gone = {table.name for table in touched}
    return {
        (table.name, "/".join(str(part) for part in row[:-1]), str(row[-1]))
        for table in TABLES.values()
        if table.kind != "plan"
        for reference in table.all_references
        if reference.table in gone
        for row in writer.execute(dangling(table, reference)).fetchall()
    }


def _refuse_if_needed(dangling_now: set[tuple[str, ...]], batch: str) -> None:
    """Refuse where a row that stays would name one that goes."""
    if dangling_now:
        name, row_key, value = min(dangling_now)
        table = TABLES[name]
        raise InputError(
            "UNDO-NEEDED",
            batch=batch,
            table=table.en,
            table_zh=table.zh,
            row=row_key,
            value=value,
            count=len(dangling_now),
        )
