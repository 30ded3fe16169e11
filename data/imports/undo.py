"""Take an import back exactly."""

from __future__ import annotations

import datetime as dt

from data.imports.merge import key_as_json, row_as_json
from data.imports.report import UndoReport
from data.store import Store, Writer
from data.tables import TABLES, Table
from data.tables.dangling import dangling
from data.tables.ddl import TRACE_COLUMNS
from data.tables.declare import SQL_TYPE
from planning.errors import InputError


def undo(store: Store, batch: str, *, author: str) -> UndoReport:
    """Put every row that `batch` touched back as it was; rows that it brought are taken out.

    Raises InputError where the batch is unknown (UNDO-UNKNOWN) or undone already (UNDO-DONE), where a row has been
    changed since (UNDO-LATER), or where something that came later needs a row that would go (UNDO-NEEDED). Then
    nothing is changed.
    """
    with store.read() as cursor:
        row = cursor.execute("SELECT status FROM import_batch WHERE batch_no = ?", [batch]).fetchone()
    if row is None:
        raise InputError("UNDO-UNKNOWN", batch=batch)
    if row[0] == "undone":
        raise InputError("UNDO-DONE", batch=batch)
    store.backup("before-undo")
    with store.write(author, f"undo {batch}") as writer:
        touched = [
            TABLES[name]
            for (name,) in writer.execute(
                "SELECT DISTINCT table_name FROM import_row WHERE batch_no = ? ORDER BY ALL", [batch]
            ).fetchall()
        ]
        for table in touched:
            _refuse_later_changes(writer, table, batch)
        removed = sum(_remove(writer, table, batch) for table in touched)
        restored = sum(_restore(writer, table, batch) for table in touched)
        _refuse_if_needed(writer, touched, batch)
        writer.execute(
            "UPDATE import_batch SET status = 'undone', undone_at = ?, undone_by = ? WHERE batch_no = ?",
            [dt.datetime.now(), author, batch],
        )
        writer.audit("undo", "import_batch", batch, {"removed": removed, "restored": restored})
    return UndoReport(batch, removed, restored)


def _refuse_later_changes(writer: Writer, table: Table, batch: str) -> None:
    rows = writer.execute(
        f"SELECT import_row.row_key, now.batch_no FROM import_row "
        f"LEFT JOIN {table.name} AS now ON import_row.row_key = {key_as_json(table, 'now')} "
        f"WHERE import_row.batch_no = ? AND import_row.table_name = ? "
        f"AND (now.{table.keys[0]} IS NULL OR {row_as_json(table, 'now')} IS DISTINCT FROM import_row.row_after) "
        f"ORDER BY ALL",
        [batch, table.name],
    ).fetchall()
    if rows:
        later = sorted({str(row[1]) for row in rows if row[1] and row[1] != batch})
        raise InputError(
            "UNDO-LATER", batch=batch, count=len(rows), example=f"{table.name} {rows[0][0]}", later=", ".join(later)
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
    sets = ", ".join(
        f"{name} = CAST(import_row.row_before ->> '$.{name}' AS {sql})"
        for name, sql in types.items()
        if name not in table.keys
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


def _refuse_if_needed(writer: Writer, touched: list[Table], batch: str) -> None:
    """Refuse where a row that stays names one that has gone."""
    gone = {table.name for table in touched}
    for table in TABLES.values():
        for reference in table.all_references:
            if reference.table in gone and table.kind != "plan":
                row = writer.execute(dangling(table, reference) + " LIMIT 1").fetchone()
                if row:
                    raise InputError("UNDO-NEEDED", batch=batch, table=table.name, example=row[-1])
