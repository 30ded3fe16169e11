"""Empty workbooks to fill in and import."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from data.tables import TABLES, Column, Table
from locales import text

LISTED_ROWS = 5000  # rows below the header that offer the choices of a column
LIST_LIMIT = 255  # characters that Excel allows in a list of choices


def template_bytes(table_name: str, language: str) -> bytes:
    """An XLSX with the header of a table, required columns marked with *, and a sheet that explains each column."""
    table = TABLES[table_name]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    _write_header(book, table, language)
    _write_explanation(book, table, language)
    book.close()
    return buffer.getvalue()


def explanation(column: Column, language: str) -> dict[str, str]:
    """What a person must know to fill in a column: its header, need, type, unit, choices, default and meaning."""
    choices = list(column.choices.values() if language == "zh" else column.choices)
    return {
        "column": _word(column, language),
        "needed": text(language, f"imports.template.{'yes' if _is_needed(column) else 'no'}"),
        "type": text(language, f"imports.type.{column.type}"),
        "unit": text(language, f"imports.unit.{column.unit}") if column.unit else "",
        "choices": " / ".join(choices) or _range(column),
        "default": _default(column, language),
        "meaning": text(language, f"imports.meaning.{column.meaning}") if column.meaning else "",
    }


def _write_header(book: Any, table: Table, language: str) -> None:
    sheet = book.add_worksheet(table.label(language)[:31])
    required = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DDEBF7"})
    other = book.add_format({"bottom": 1})
    # in a column of texts Excel keeps 00123 as it is typed
    formats = {"text": book.add_format({"num_format": "@"}), "date": book.add_format({"num_format": "yyyy-mm-dd"})}
    for position, column in enumerate(table.columns):
        needed = _is_needed(column)
        header = _word(column, language) + ("*" if needed else "")
        sheet.write_string(0, position, header, required if needed else other)
        about = explanation(column, language)
        note = "\n".join(about[part] for part in ("type", "unit", "choices", "meaning") if about[part])
        sheet.write_comment(0, position, note)
        sheet.set_column(position, position, max(len(header) * 1.7, 10), formats.get(column.type))
        choices = list(column.choices.values() if language == "zh" else column.choices)
        if choices and len(",".join(choices)) <= LIST_LIMIT:
            sheet.data_validation(1, position, LISTED_ROWS, position, {"validate": "list", "source": choices})
    sheet.freeze_panes(1, 0)


def _write_explanation(book: Any, table: Table, language: str) -> None:
    sheet = book.add_worksheet(text(language, "imports.template.sheet"))
    bold = book.add_format({"bold": True, "bottom": 1})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for row, column in enumerate(table.columns, 1):
        for position, (part, words) in enumerate(explanation(column, language).items()):
            sheet.write_string(0, position, text(language, f"imports.template.{part}"), bold)
            sheet.write_string(row, position, words, wrapped)
    for position, width in enumerate((20, 10, 24, 20, 40, 14, 60)):
        sheet.set_column(position, position, width)
    sheet.freeze_panes(1, 0)


def _word(column: Column, language: str) -> str:
    return column.zh if language == "zh" else column.name


def _is_needed(column: Column) -> bool:
    return column.need != "optional" and column.default is None


def _range(column: Column) -> str:
    least = "" if column.minimum is None else f"{'>' if column.exclusive else '≥'} {column.minimum:g}"
    most = "" if column.maximum is None else f"≤ {column.maximum:g}"
    return ", ".join(filter(None, (least, most)))


def _default(column: Column, language: str) -> str:
    if column.default is None:
        return ""
    if isinstance(column.default, bool):
        return ("是" if column.default else "否") if language == "zh" else str(column.default).lower()
    return column.choice_label(str(column.default), "zh") if language == "zh" else str(column.default)
