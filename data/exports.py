"""Any table of the contract as a CSV or XLSX file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import xlsxwriter

from data.plans import latest_run
from data.store import Store
from data.tables import TABLES, Column, Table
from planning.errors import InputError

FORMULA = ("=", "+", "-", "@", "\t", "\r")
Format = Literal["csv", "xlsx"]


def export_table(store: Store, table_name: str, target: Path, language: str = "en", run_no: str | None = None) -> None:
    """Write a table to `target`, CSV or XLSX by its ending. Of a plan table the latest run, or `run_no`.

    Raises InputError for another ending, and where there is no plan.
    """
    ending = target.suffix.lower().lstrip(".")
    if ending not in ("csv", "xlsx"):
        raise InputError("EXPORT-TYPE", file=target.name)
    target.write_bytes(table_bytes(store, table_name, "csv" if ending == "csv" else "xlsx", language, run_no))


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
    if table.kind == "plan" and (run_no or table.name != "plan_run"):
        run_no = run_no or latest_run(store)
        if run_no is None:
            raise InputError("EXPORT-NO-RUN")
        where, parameters = " WHERE run_no = ?", [run_no]
    with store.read() as cursor:
        known = cursor.execute("SELECT count(*) FROM plan_run WHERE run_no = ?", [run_no]).fetchone()
        if run_no and known and not known[0]:
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
        return value.isoformat(" ", "seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if column.type == "enum" and language == "zh":
        return column.choice_label(str(value), "zh")
    text = str(value)
    return f"'{text}" if column.type == "text" and text.startswith(FORMULA) and not _is_number(text) else text


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


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
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(table.label(language)[:31])
    bold = book.add_format({"bold": True, "bottom": 1})
    day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for position, header in enumerate(headers):
        sheet.write_string(0, position, header, bold)
    for number, row in enumerate(rows, 1):
        for position, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            if isinstance(value, dt.datetime):
                sheet.write_datetime(number, position, value, moment)
            elif isinstance(value, dt.date):
                sheet.write_datetime(number, position, dt.datetime.combine(value, dt.time()), day)
            elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
                sheet.write_number(number, position, float(value))
            elif value is not None:
                sheet.write_string(number, position, _text(column, value, language))
    for position, header in enumerate(headers):
        shown = [len(_text(table.columns[position], row[position], language)) for row in rows[:200]]
        sheet.set_column(position, position, min(max([len(header) * 1.6 + 2, *shown, 8]), 48))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(headers) - 1)
    book.close()
    return buffer.getvalue()


def template_bytes(table_name: str, language: str) -> bytes:
    """An empty XLSX to fill in: the header row, required columns marked, and a sheet that explains each column."""
    table = TABLES[table_name]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet = book.add_worksheet(table.label(language)[:31])
    notes = book.add_worksheet("说明" if language == "zh" else "columns")
    titles = ("列", "含义", "必填", "可填") if language == "zh" else ("column", "meaning", "required", "values")
    for position, title in enumerate(titles):
        notes.write_string(0, position, title, bold)
    for position, column in enumerate(table.columns):
        needed = column.need != "optional" and column.default is None
        word = column.zh if language == "zh" else column.name
        sheet.write_string(0, position, f"{word}*" if needed else word, bold)
        sheet.set_column(position, position, len(word) * 1.6 + 4)
        choices = " / ".join(column.choices.values() if language == "zh" else column.choices) or column.type
        for place, text in enumerate((word, column.meaning or column.unit, "*" if needed else "", choices)):
            notes.write_string(position + 1, place, text)
    notes.set_column(0, 3, 28)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()
