"""Which table a sheet is and which column each of its headers means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.tables import TABLES, Table

LIKELY = 0.6  # of the columns that a table must have, to be taken for it in spite of what is missing
KNOWN_ENOUGH = 5  # columns by which a table is known however many others there are
LONGEST_HEADER = 200  # characters; the rows that are searched may hold cells of any size
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
    fitting = next((found for found in hinted if not missing(found)), None)
    return fitting or _by_header(rows) or next(iter(hinted), None)


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


def _by_header(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The table that knows most of a header; None where it is a plan's, or where it knows too little.

    Every file about suppliers and items holds what supplier_item must have, so knowing all that a table needs is not
    enough: no other may know more, and what nobody knows must not outweigh it.
    """
    every = [_best_row(rows, table) for table in TABLES.values()]
    best = max(every, key=_knowledge)
    if best.table.kind == "plan" or len(best.columns) <= min(len(best.unknown), KNOWN_ENOUGH):
        return None
    if missing(best) and (
        _share(best) < LIKELY or sum(_knowledge(found)[:2] == _knowledge(best)[:2] for found in every) > 1
    ):
        return None
    return best


def _knowledge(found: Layout) -> tuple[int, float, int]:
    return len(found.columns), _share(found), -len(found.table.columns)


def _share(found: Layout) -> float:
    """How much of what its table must have a sheet has."""
    return 1 - len(missing(found)) / _needed(found.table)


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
        name = known.get(normal(header)) if len(header) <= LONGEST_HEADER else None
        if name is None:
            unknown[position] = header
        elif name in columns:
            twice[position] = header
        else:
            columns[name] = position
            if re.search(r"[(\[【（]\s*[%％]\s*[)\]】）]\s*$", header):
                percent.add(name)
    return Layout(table, number, columns, frozenset(percent), unknown, twice)
