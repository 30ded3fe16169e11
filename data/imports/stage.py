"""Sheets as typed rows of one table each, with every error of their cells."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data.imports.headers import Layout, layout, missing
from data.imports.read import Sheet
from data.imports.report import Issue, Severity
from data.imports.values import BadValueError, converter, longest
from data.tables import Column, Table

Rows = list[tuple[int, list[str]]]  # number in the file, cells
Unclear = dict[int, dict[int, tuple[str, str]]]  # position, number in the file: the rule, the cells
LONGEST = 120
TOTALS = {"合计", "小计", "总计", "total", "subtotal", "sum", "grandtotal"}


@dataclass(slots=True)
class Staged:
    """Rows of one sheet: values as texts (None: nothing) by column, indexed by the row's number in the file.

    given: columns that the sheet has. rejected: numbers of rows with an error. unreadable: the sheet as a whole cannot
    be read.
    """

    file: str
    table: Table | None
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    given: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    unreadable: bool = False

    def reject(self, row: int, column: str, rule: str, value: str, words: str = "", **facts: object) -> None:
        """Note an error of a row. `words`: the rule whose words say it better than those of `rule`."""
        self._note(row, column, rule, value, "error", facts, words)
        self.rejected.add(row)

    def warn(self, row: int, column: str, rule: str, value: str, **facts: object) -> None:
        """Note what a planner should know; the row stays."""
        self._note(row, column, rule, value, "warning", facts)

    def _note(
        self,
        row: int,
        column: str,
        rule: str,
        value: str,
        severity: Severity,
        facts: dict[str, object],
        words: str = "",
    ) -> None:
        if self.table is None:
            raise ValueError("a sheet without a table has no rows")
        known = column in self.table.names
        part = f"{column.upper().replace('_', '-')}-" if known else ""
        facts = {"table": self.table.name, **({"name": column} if known else {}), **facts}
        shown = value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
        header = self.headers.get(column, column)
        code = f"{self.table.code}-{part}{rule}"
        self.issues.append(Issue(code, words or rule, row, header, shown, severity, facts))

    @property
    def good(self) -> pd.DataFrame:
        """The rows without an error."""
        return self.rows[~self.rows.index.isin(self.rejected)]


def stage(sheets: Sequence[Sheet]) -> list[Staged]:
    """The tables of one file, typed, with all errors that can be seen without the other files.

    Of several sheets, those whose header has all that its table needs; where there is none, the first sheet with what
    it lacks. Of two sheets of one table the first is read and the other named.
    """
    fits = [_fitting(sheet, sheets) for sheet in sheets]
    chosen = [(sheet, fit) for sheet, fit in zip(sheets, fits, strict=True) if fit and not missing(fit)]
    if not chosen:
        chosen = [(sheets[0], fits[0])] if fits[0] else []
    if not chosen or (sheets[0].guessed and not chosen[0][1].columns):
        rule = "FILE-DOUBT" if sheets[0].guessed else "FILE-TABLE"
        begins = next(" ".join(words) for row in sheets[0].rows if (words := _words(row)))
        facts = {"file": sheets[0].file, "begins": begins[:LONGEST]}
        return [Staged(sheets[0].file, None, issues=[Issue(rule, rule, facts=facts)], unreadable=True)]
    read: dict[str, Staged] = {}
    for sheet, fit in chosen:
        first = read.get(fit.table.name)
        if first is None:
            name = f"{sheet.file}#{sheet.title}" if len(chosen) > 1 else sheet.file
            read[fit.table.name] = _read(name, sheet, fit)
        else:
            facts = {"sheet": sheet.title, "table": fit.table.name}
            first.issues.append(Issue("FILE-SHEET", "FILE-SHEET", value=sheet.title, severity="warning", facts=facts))
    return list(read.values())


def _fitting(sheet: Sheet, sheets: Sequence[Sheet]) -> Layout | None:
    """The layout of a sheet. The file's name speaks for its first sheet only, a sheet's title for the sheet."""
    names = [sheet.title] if sheet.title else []
    return layout(sheet.rows, *names, *([sheet.file] if sheet is sheets[0] else []))


def _read(name: str, sheet: Sheet, found: Layout) -> Staged:
    staged = Staged(name, found.table)
    body = [
        (number, row)
        for number, row in enumerate(sheet.rows[found.header_row + 1 :], found.header_row + 2)
        if any(cell.strip() for cell in row)
    ]
    _header_issues(staged, found)
    if staged.unreadable:
        staged.rejected.update(number for number, _ in body)
        return staged
    header = sheet.rows[found.header_row]
    staged.headers = {column: " ".join(header[position].split()) for column, position in found.columns.items()}
    kept = _without_totals(staged, found, body)
    if not kept:
        facts = {"file": name}
        staged.issues.append(Issue("FILE-NO-ROWS", "FILE-NO-ROWS", severity="warning", facts=facts))
    kept = _without_second_headers(staged, header, kept)
    if sheet.is_text:
        kept = _without_wide(staged, header, kept)
    _name_columns_beside(staged, header, kept)
    _read_cells(staged, found, kept, _unclear(sheet, found, kept))
    return staged


def _header_issues(staged: Staged, found: Layout) -> None:
    table, row = found.table, found.header_row + 1
    facts = {"table": table.name, "file": staged.file}

    def say(rule: str, column: str, severity: Severity = "error") -> None:
        staged.issues.append(Issue(f"{table.code}-{rule}", rule, row, column, "", severity, facts))
        staged.unreadable |= severity == "error"

    for header in found.unknown.values():
        say("COLUMN-UNKNOWN", " ".join(header.split()), "warning")
    for header in found.twice.values():
        say("COLUMN-TWICE", " ".join(header.split()))
    for name in missing(found):
        say("COLUMN-MISSING", f"{table.column(name).zh} / {name}")


def _without_totals(staged: Staged, found: Layout, body: Rows) -> Rows:
    kept = []
    for number, row in body:
        if _is_total(row, found):
            word = next(cell.strip() for cell in row if cell.strip())
            code = f"{found.table.code}-ROW-TOTAL"
            staged.issues.append(Issue(code, "ROW-TOTAL", number, "", word, "warning", {"table": found.table.name}))
        else:
            kept.append((number, row))
    return kept


def _without_second_headers(staged: Staged, header: Sequence[str], rows: Rows) -> Rows:
    """Reject rows that are the header again, as where files were put together: its words are no values."""
    words = _words(header)
    kept = []
    for number, row in rows:
        if _words(row) == words:
            staged.reject(number, "", "ROW-HEADER", words[0])
        else:
            kept.append((number, row))
    return kept


def _words(row: Sequence[str]) -> list[str]:
    return [word for cell in row if (word := " ".join(cell.split()))]


def _unclear(sheet: Sheet, found: Layout, rows: Rows) -> Unclear:
    """Cells of a workbook whose value is anybody's guess, by position and row: the rule and what it is about."""
    unclear: Unclear = {}
    numbers = [number for number, _ in rows]
    positions = set(found.columns.values())
    for top, left, bottom, right in sheet.merged:
        first, last = bisect_left(numbers, top + 1), bisect_right(numbers, bottom + 1)
        cells = f"{column_letters(left)}{top + 1}:{column_letters(right)}{bottom + 1}"
        for number in numbers[first:last]:
            for position in positions & set(range(left, right + 1)):
                if (number - 1, position) != (top, left):
                    unclear.setdefault(position, {})[number] = ("MERGED", cells)
    for row, position in sheet.without_value:
        unclear.setdefault(position, {})[row + 1] = ("FORMULA", f"{column_letters(position)}{row + 1}")
    return unclear


def _without_wide(staged: Staged, header: Sequence[str], rows: Rows) -> Rows:
    """Reject rows of a text file with more cells than headers: behind a stray separator nothing is in its column."""
    width = max(position for position, cell in enumerate(header, 1) if cell.strip())
    kept = []
    for number, row in rows:
        if len(row) > width and any(cell.strip() for cell in row[width:]):
            staged.reject(number, "", "ROW-WIDTH", str(len(row)), width=width)
        else:
            kept.append((number, row))
    return kept


def _name_columns_beside(staged: Staged, header: Sequence[str], rows: Rows) -> None:
    """Say which columns hold something without a header, such as a note beside the table in a workbook."""
    width = max((len(row) for _, row in rows), default=0)
    for position in range(width):
        if position < len(header) and header[position].strip():
            continue
        for number, row in rows:
            if position < len(row) and row[position].strip():
                staged.warn(number, column_letters(position), "COLUMN-NAMELESS", "")
                break


def column_letters(position: int) -> str:
    """The letters by which a spreadsheet calls a column; 0 is A."""
    letters, position = "", position + 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _read_cells(staged: Staged, found: Layout, rows: Rows, unclear: Unclear) -> None:
    table = found.table
    numbers = [number for number, _ in rows]
    columns: dict[str, list[str | None]] = {}
    for name, position in found.columns.items():
        texts = [row[position] if position < len(row) else "" for _, row in rows]
        percent = name in found.percent
        columns[name] = _convert(staged, table.column(name), texts, numbers, percent, unclear.get(position, {}))
    for column in table.columns:
        if column.need == "key" and column.name not in columns:
            columns[column.name] = [_default(column)] * len(rows)
    staged.rows = pd.DataFrame(columns, index=pd.Index(numbers, name="row", dtype="int64"), dtype="object")
    staged.given = tuple(name for name in table.names if name in columns)
    _reject_doubles(staged)


def _convert(
    staged: Staged,
    column: Column,
    texts: list[str],
    numbers: list[int],
    percent: bool,
    unclear: Mapping[int, tuple[str, str]],
) -> list[str | None]:
    """The column's values. Equal texts are converted once."""
    convert, default = converter(column, percent), _default(column)
    known: dict[str, tuple[str | None, str]] = {}
    rounded: set[str] = set()
    for text in set(texts):
        try:
            value, was_rounded = convert(text)
        except BadValueError as error:
            known[text] = (None, error.rule)
            continue
        lacks = value is None and default is None and column.need != "optional"
        known[text] = (default if value is None else value, _lack(column) if lacks else "")
        if was_rounded:
            rounded.add(text)
    wrong = {text for text, (_, rule) in known.items() if rule}
    for number, text in zip(numbers, texts, strict=True) if wrong or unclear else ():
        if number in unclear:
            staged.reject(number, column.name, *unclear[number])
        elif text in wrong:
            staged.reject(number, column.name, known[text][1], text.strip(), **_allowed(column))
    if rounded:
        hit = [position for position, text in enumerate(texts) if text in rounded]
        staged.warn(numbers[hit[0]], column.name, "ROUND", texts[hit[0]].strip(), count=len(hit))
    return [known[text][0] for text in texts]


def _lack(column: Column) -> str:
    return "KEY" if column.need == "key" else "REQ"


def _allowed(column: Column) -> dict[str, Any]:
    """What the words of a bad value may name: the choices in both languages, the range."""
    low, high = column.minimum, column.maximum
    more = f"> {low:g}" if column.exclusive else f">= {low:g}" if low is not None else ""
    less = f"<= {high:g}" if high is not None else ""
    both = f"{low:g} – {high:g}" if low is not None and high is not None and not column.exclusive else ""
    return {
        "allowed": both or ", ".join(filter(None, (more, less))),
        "choices": " / ".join(column.choices),
        "choices_zh": " / ".join(column.choices.values()),
        "longest": longest(column),
    }


def _default(column: Column) -> str | None:
    if column.default is None:
        return None
    return str(column.default).lower() if isinstance(column.default, bool) else str(column.default)


def _is_total(row: list[str], found: Layout) -> bool:
    first = next((cell for cell in row if cell.strip()), "")
    if first.strip().lower().replace(" ", "").rstrip(":：") not in TOTALS:
        return False
    keys = [found.columns[name] for name in found.table.keys if name in found.columns]
    filled = [row[position].strip() for position in keys if position < len(row) and row[position].strip()]
    return len(filled) < max(len(keys), 2)


def _reject_doubles(staged: Staged) -> None:
    """The same key twice in one sheet: the second row is rejected and names the first."""
    if staged.table is None:
        return
    keys = list(staged.table.keys)
    doubled = staged.rows[staged.rows.duplicated(keys, keep=False) & staged.rows[keys].notna().all(axis=1)]
    first: dict[tuple[str, ...], tuple[int, tuple[str | None, ...]]] = {}
    for number, *cells in doubled.itertuples(name=None):
        values = dict(zip(doubled.columns, cells, strict=True))
        key, content = tuple(values[name] for name in keys), tuple(cells)
        known = first.setdefault(key, (number, content))
        if known[0] != number:
            words = "DUP-SAME" if known[1] == content else "DUP"
            staged.reject(number, keys[0], "DUP", "/".join(key), words=words, first=known[0])
