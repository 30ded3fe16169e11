"""Which table a sheet is and which column each of its headers means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.tables import TABLES, Table

SEARCHED_ROWS = 12  # a title, a date and a company's name may stand above the header
IMPORTED = {name: table for name, table in TABLES.items() if table.kind != "plan"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is to be read. columns: position of each recognised column; unknown, twice: headers by position."""

    table: Table
    header_row: int
    columns: Mapping[str, int]
    unknown: Mapping[int, str]
    twice: Mapping[int, str]


def normal(text: str) -> str:
    """A header without what does not matter: width, case, spaces, line breaks, stars, a unit in brackets at its end."""
    text = unicodedata.normalize("NFKC", text).strip().lower()
    text = re.sub(r"[(\[【（][^()\[\]【】（）]*[)\]】）]\s*\**$", "", text)
    return re.sub(r"[\s_*.:：\-/]+", "", text)


@cache
def vocabulary(table_name: str) -> Mapping[str, str]:
    """Column by normalised header, for one table. Names and Chinese words come before aliases."""
    table = TABLES[table_name]
    found: dict[str, str] = {}
    for column in table.columns:
        for word in (column.name, column.zh, column.en):
            found.setdefault(normal(word), column.name)
    for column in table.columns:
        for word in column.aliases:
            found.setdefault(normal(word), column.name)
    return found


def layout(rows: Sequence[Sequence[str]], *names: str) -> Layout | None:
    """The layout of a sheet, by the names it goes by (sheet, file), else by its header; None where no table fits."""
    for name in names:
        table = _named(name)
        if table:
            return _best_row(rows, table)
    candidates = [_best_row(rows, table) for table in IMPORTED.values()]
    complete = [found for found in candidates if not missing(found)]
    if not complete:
        return None
    return max(complete, key=lambda found: (len(found.columns), -len(found.table.columns)))


def missing(found: Layout) -> list[str]:
    """Columns that every row needs and the sheet does not have."""
    return [
        column.name
        for column in found.table.columns
        if column.need != "optional" and column.default is None and column.name not in found.columns
    ]


def _named(name: str) -> Table | None:
    """The table whose name or word is in a file's name; the longest where several are."""
    stem = normal(Path(name).stem)
    fits = [
        (len(word), table)
        for table in IMPORTED.values()
        for word in (normal(table.name), normal(table.zh))
        if word and word in stem
    ]
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _best_row(rows: Sequence[Sequence[str]], table: Table) -> Layout:
    """The layout with the row that recognises most as the header; the first of equals."""
    options = [_read_row(row, number, table) for number, row in enumerate(rows[:SEARCHED_ROWS])]
    return max(options, key=lambda found: (len(found.columns), -found.header_row))


def _read_row(row: Sequence[str], number: int, table: Table) -> Layout:
    known = vocabulary(table.name)
    columns: dict[str, int] = {}
    unknown: dict[int, str] = {}
    twice: dict[int, str] = {}
    for position, header in enumerate(row):
        if not header.strip():
            continue
        name = known.get(normal(header))
        if name is None:
            unknown[position] = header
        elif name in columns:
            twice[position] = header
        else:
            columns[name] = position
    return Layout(table, number, columns, unknown, twice)
