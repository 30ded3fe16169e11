"""Any table of the contract as a CSV or XLSX file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from data.imports.values import guarded
from data.plans import latest_run
from data.store import Store
from data.tables import TABLES, Column, Table
from planning.errors import InputError

XLSX_ROWS = 1_048_575
XLSX_TEXT = 32_767
XLSX_FIRST_DAY = dt.date(1900, 3, 1)  # Excel counts a 29 February 1900 that never was
Format = Literal["csv", "xlsx"]


def export_table(store: Store, table_name: str, target: Path, language: str = "en", run_no: str | None = None) -> None:
    """Write a table to `target`, CSV or XLSX by its ending. Of a plan table the latest run, or `run_no`.

    Raises InputError for another ending, where there is no plan, for more rows than an XLSX sheet holds, and where the
    file cannot be written; then what stood there still does.
    """
    ending = target.suffix.lower().lstrip(".")
    if ending not in ("csv", "xlsx"):
        raise InputError("EXPORT-TYPE", file=target.name)
    content = table_bytes(store, table_name, "csv" if ending == "csv" else "xlsx", language, run_no)
    part = target.with_name(target.name + ".part")
    try:
        try:
            part.write_bytes(content)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError("EXPORT-WRITE", file=str(target), cause=error.strerror) from error


def table_bytes(
    store: Store, table_name: str, format: Format, language: str = "en", run_no: str | None = None
) -> bytes:
    """A table as the bytes of a file: English headers are the contract's, Chinese ones the declarations'."""
    table = TABLES[table_name]
    rows = _rows(store, table, run_no)
    headers = [column.name if language == "en" else column.zh for column in table.columns]
    if format == "csv":
        return _csv(table, headers, rows, language)
    return _xlsx(table, headers, rows, language)


def _rows(store: Store, table: Table, run_no: str | None) -> list[tuple[Any, ...]]:
    where, parameters = "", []
    if table.kind == "plan":
        run_no = run_no or latest_run(store)
        if run_no is None:
            raise InputError("EXPORT-NO-RUN")
        where, parameters = " WHERE run_no = ?", [run_no]
    with store.read() as cursor:
        if where and not cursor.execute("SELECT 1 FROM plan_run WHERE run_no = ?", parameters).fetchone():
            raise InputError("PLAN-RUN-UNKNOWN", run_no=run_no)
        return cursor.execute(
            f"SELECT {', '.join(table.names)} FROM {table.name}{where} ORDER BY {', '.join(table.keys)}", parameters
        ).fetchall()


def _text(column: Column, value: Any, language: str) -> str:
    """A value as text; what a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else str(value).lower()
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if column.type == "enum" and language == "zh":
        return column.choice_label(str(value), "zh")
    return guarded(str(value)) if column.type == "text" else str(value)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _csv(table: Table, headers: list[str], rows: list[tuple[Any, ...]], language: str) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(headers)
    columns = table.columns
    writer.writerows(
        [_text(column, value, language) for column, value in zip(columns, row, strict=True)] for row in rows
    )
    # Excel takes a CSV for the system's code page unless it begins with a mark
    return buffer.getvalue().encode("utf-8-sig" if language == "zh" else "utf-8")


def _xlsx(table: Table, headers: list[str], rows: list[tuple[Any, ...]], language: str) -> bytes:
    if len(rows) > XLSX_ROWS:
        raise InputError("EXPORT-ROWS", rows=len(rows), limit=XLSX_ROWS)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(table.label(language)[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for position, header in enumerate(headers):
        sheet.write_string(0, position, header, bold)
    for number, row in enumerate(rows, 1):
        for position, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            cell = _cell(value)
            if isinstance(cell, (dt.date, dt.datetime)):
                sheet.write_datetime(number, position, cell, moment if isinstance(cell, dt.datetime) else day)
            elif isinstance(cell, float):
                sheet.write_number(number, position, cell)
            elif value is not None:
                sheet.write_string(number, position, _text(column, value, language)[:XLSX_TEXT])
    for position, header in enumerate(headers):
        shown = [len(_text(table.columns[position], row[position], language)) for row in rows[:200]]
        sheet.set_column(position, position, min(max([len(header) * 1.6 + 2, *shown, 8]), 48))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(headers) - 1)
    book.close()
    return buffer.getvalue()


def _cell(value: Any) -> float | dt.date | dt.datetime | None:
    """A value as a typed cell; None where only its text keeps it exactly."""
    if isinstance(value, dt.datetime):
        # a cell holds milliseconds
        return value if value.date() >= XLSX_FIRST_DAY and value.microsecond % 1000 == 0 else None
    if isinstance(value, dt.date):
        return value if value >= XLSX_FIRST_DAY else None
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return float(value) if Decimal(f"{float(value):.15g}") == value else None
    return None
