"""Which table a sheet is and which column each of its headers means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.tables import TABLES, Table

LIKELY = 0.6
SEARCHED_ROWS = 12  # a title, a date and a company's name may stand above the header
IMPORTED = {name: table for name, table in TABLES.items() if table.kind != "plan"}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sheet is to be read.

    columns: position of each recognised column; percent: those whose header says that they are in percent; unknown,
    twice: headers by position.
    """

    table: Table
    header_row: int
    columns: Mapping[str, int]
    percent: frozenset[str]
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
    """The layout of a sheet, by the names it goes by (sheet, file) and its header; None where no table fits.

    A name that is a table's own decides. One that only holds a table's word (物料需求表 holds 物料) decides where the
    header fits that table, or fits no other.
    """
    for name in names:
        table = _called(name)
        if table:
            return _best_row(rows, table)
    hinted = [_best_row(rows, table) for name in names for table in _held(name)]
    every = [_best_row(rows, table) for table in IMPORTED.values()]
    complete = [found for found in hinted if not missing(found)][:1] or [found for found in every if not missing(found)]
    if complete:
        return max(complete, key=lambda found: (len(found.columns), -len(found.table.columns)))
    return next(iter(hinted), None) or _likely(every)


def missing(found: Layout) -> list[str]:
    """Columns that every row needs and the sheet does not have."""
    return [
        column.name
        for column in found.table.columns
        if column.need != "optional" and column.default is None and column.name not in found.columns
    ]


def _called(name: str) -> Table | None:
    """The table that a name is, a date, a number or a mark of a copy behind it aside."""
    stem = normal(Path(name).stem)
    stem = re.sub(r"^\d+|(\d+|[()]|v\d+|copy|副本|导出|export)+$", "", stem)
    return next((table for table in IMPORTED.values() if stem in _words(table)), None)


def _held(name: str) -> list[Table]:
    """The tables whose word is in a name, the longest word first."""
    stem = normal(Path(name).stem)
    fits = [(len(word), table) for table in IMPORTED.values() for word in _words(table) if word in stem]
    return [table for _, table in sorted(fits, key=lambda fit: -fit[0])]


def _words(table: Table) -> tuple[str, str]:
    return normal(table.name), normal(table.zh)


def _likely(candidates: Sequence[Layout]) -> Layout | None:
    """The one table that a header nearly fits: most of what it must have, and hardly anything else."""
    fits = sorted(
        (
            (1 - len(missing(found)) / _needed(found.table), len(found.columns), found.table.name, found)
            for found in candidates
            if found.table.keys[0] in found.columns and len(found.columns) > len(found.unknown)
        ),
        reverse=True,
        key=lambda fit: fit[:3],
    )
    if not fits or fits[0][0] < LIKELY or (len(fits) > 1 and fits[1][:2] == fits[0][:2]):
        return None
    return fits[0][3]


def _needed(table: Table) -> int:
    return sum(column.need != "optional" and column.default is None for column in table.columns)


def _best_row(rows: Sequence[Sequence[str]], table: Table) -> Layout:
    """The layout with the row that recognises most as the header; the first of equals."""
    options = [_read_row(row, number, table) for number, row in enumerate(rows[:SEARCHED_ROWS])]
    return max(options, key=lambda found: (len(found.columns), -found.header_row))


def _read_row(row: Sequence[str], number: int, table: Table) -> Layout:
    known = vocabulary(table.name)
    columns: dict[str, int] = {}
    percent: set[str] = set()
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
            if re.search(r"[(\[【（]\s*[%％]\s*[)\]】）]\s*$", header):
                percent.add(name)
    return Layout(table, number, columns, frozenset(percent), unknown, twice)
