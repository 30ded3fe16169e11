"""Staged rows into the store: what is new, what changes, what is the same, and the journal that can take it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from data.imports.stage import Staged
from data.store import Writer
from data.tables import Table
from data.tables.ddl import TRACE_COLUMNS
from data.tables.declare import SQL_TYPE


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of one sheet by what the store makes of them."""

    new: int
    changed: int
    same: int


def merge(writer: Writer, staged: Staged, batch: str) -> Counts:
    """Write the good rows of a sheet. Columns that it does not have keep their values on rows that are there already.

    Every touched row goes into `import_row` as it was and as it is, so that `undo` can put it back exactly.
    """
    table = staged.table
    if table is None:
        raise ValueError("a sheet without a table cannot be merged")
    good = staged.good[list(staged.given)].reset_index(drop=True)
    _stage(writer, table, staged.given, good)
    try:
        counts = _count(writer, table, staged.given)
        _journal_before(writer, table, staged.given, batch)
        _update(writer, table, staged.given, batch)
        _insert(writer, table, staged.given, batch)
        _journal_after(writer, table, batch)
    finally:
        writer.execute("DROP TABLE IF EXISTS staged_rows")
    return counts


def count_only(writer: Writer, staged: Staged) -> Counts:
    """What `merge` would do, without doing it."""
    table = staged.table
    if table is None:
        raise ValueError("a sheet without a table cannot be merged")
    _stage(writer, table, staged.given, staged.good[list(staged.given)].reset_index(drop=True))
    try:
        return _count(writer, table, staged.given)
    finally:
        writer.execute("DROP TABLE IF EXISTS staged_rows")


def row_as_json(names: Iterable[str], alias: str) -> str:
    """SQL for the columns `names` of a row as JSON, every value as text so that decimals stay exact."""
    return "to_json(struct_pack(" + ", ".join(f"{name} := CAST({alias}.{name} AS VARCHAR)" for name in names) + "))"


def key_as_json(table: Table, alias: str) -> str:
    """SQL for a row's key as JSON."""
    return row_as_json(table.keys, alias)


def _kept(table: Table) -> tuple[str, ...]:
    return (*table.names, *TRACE_COLUMNS)


def on_keys(table: Table, left: str, right: str) -> str:
    """SQL that two aliases have the same key."""
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in table.keys)


def _stage(writer: Writer, table: Table, given: tuple[str, ...], rows: pd.DataFrame) -> None:
    typed = ", ".join(f"CAST({name} AS {SQL_TYPE[table.column(name).type]}) AS {name}" for name in given)
    texts = {name: pa.array(rows[name].tolist(), pa.string(), from_pandas=True) for name in given}
    writer.cursor.register("incoming_rows", pa.table(texts))
    try:
        writer.execute(f"CREATE OR REPLACE TEMP TABLE staged_rows AS SELECT {typed} FROM incoming_rows")
    finally:
        writer.cursor.unregister("incoming_rows")


def _differs(table: Table, given: tuple[str, ...]) -> str:
    others = [name for name in given if name not in table.keys]
    return " OR ".join(f"old.{name} IS DISTINCT FROM incoming.{name}" for name in others) or "false"


def _count(writer: Writer, table: Table, given: tuple[str, ...]) -> Counts:
    row = writer.execute(
        f"SELECT count(*) FILTER (old.{table.keys[0]} IS NULL), "
        f"count(*) FILTER (old.{table.keys[0]} IS NOT NULL AND ({_differs(table, given)})), count(*) "
        f"FROM staged_rows AS incoming LEFT JOIN {table.name} AS old ON {on_keys(table, 'old', 'incoming')}"
    ).fetchone()
    new, changed, total = row if row else (0, 0, 0)
    return Counts(int(new), int(changed), int(total - new - changed))


def _journal_before(writer: Writer, table: Table, given: tuple[str, ...], batch: str) -> None:
    writer.execute(
        f"INSERT INTO import_row "
        f"SELECT ?, ?, {key_as_json(table, 'incoming')}, "
        f"CASE WHEN old.{table.keys[0]} IS NULL THEN NULL ELSE {row_as_json(_kept(table), 'old')} END, '' "
        f"FROM staged_rows AS incoming LEFT JOIN {table.name} AS old ON {on_keys(table, 'old', 'incoming')} "
        f"WHERE old.{table.keys[0]} IS NULL OR {_differs(table, given)}",
        [batch, table.name],
    )


def _update(writer: Writer, table: Table, given: tuple[str, ...], batch: str) -> None:
    others = [name for name in given if name not in table.keys]
    if not others:
        return
    sets = ", ".join(f"{name} = incoming.{name}" for name in others)
    writer.execute(
        f"UPDATE {table.name} AS old SET {sets}, recorded_by = ?, recorded_at = current_localtimestamp(), batch_no = ? "
        f"FROM staged_rows AS incoming WHERE {on_keys(table, 'old', 'incoming')} AND ({_differs(table, given)})",
        [writer.author, batch],
    )


def _insert(writer: Writer, table: Table, given: tuple[str, ...], batch: str) -> None:
    names = ", ".join(given)
    values = ", ".join(f"incoming.{name}" for name in given)
    writer.execute(
        f"INSERT INTO {table.name} ({names}, recorded_by, batch_no) SELECT {values}, ?, ? FROM staged_rows AS incoming "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table.name} AS old WHERE {on_keys(table, 'old', 'incoming')})",
        [writer.author, batch],
    )


def _journal_after(writer: Writer, table: Table, batch: str) -> None:
    writer.execute(
        f"UPDATE import_row SET row_after = {row_as_json(_kept(table), 'now')} FROM {table.name} AS now "
        f"WHERE import_row.batch_no = ? AND import_row.table_name = ? AND row_after = '' "
        f"AND import_row.row_key = {key_as_json(table, 'now')}",
        [batch, table.name],
    )
