"""Sheets as typed rows of one table each, with every error of their cells."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from data.imports.headers import Layout, layout, missing
from data.imports.read import Sheet
from data.imports.report import Issue
from data.imports.values import BadValueError, converter
from data.tables import Column, Table

TOTALS = {"合计", "小计", "总计", "total", "subtotal", "sum", "grandtotal"}


@dataclass(slots=True)
class Staged:
    """Rows of one sheet: values as texts (None: nothing) by column, indexed by the row's number in the file.

    given: columns that the sheet has. rejected: numbers of rows with an error.
    """

    file: str
    table: Table | None
    rows: pd.DataFrame = field(default_factory=pd.DataFrame)
    given: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    unreadable: bool = False

    def reject(self, row: int, column: str, rule: str, value: str, **facts: object) -> None:
        """Note an error of a row."""
        if self.table is None:
            raise ValueError("a sheet without a table has no rows to reject")
        code = f"{self.table.code}-{column.upper().replace('_', '-')}-{rule}"
        facts = {"table": self.table.name, **facts}
        self.issues.append(Issue(code, rule, row, self.headers.get(column, column), value, "error", facts))
        self.rejected.add(row)

    @property
    def good(self) -> pd.DataFrame:
        """The rows without an error."""
        return self.rows[~self.rows.index.isin(self.rejected)]


def stage(sheet: Sheet) -> Staged:
    """A sheet's rows, typed, with all errors that can be seen without the other rows."""
    name = f"{sheet.file}#{sheet.title}" if sheet.title else sheet.file
    found = layout(sheet.rows, *([sheet.title] if sheet.title else []), sheet.file)
    if found is None:
        return Staged(name, None, issues=[Issue("FILE-TABLE", "FILE-TABLE", facts={"file": name})], unreadable=True)
    staged = Staged(name, found.table)
    _header_issues(staged, found, sheet)
    if staged.unreadable:
        return staged
    header = sheet.rows[found.header_row]
    staged.headers = {column: header[position].strip() for column, position in found.columns.items()}
    _read_cells(staged, found, sheet.rows)
    if staged.rows.empty:
        staged.issues.append(Issue("FILE-EMPTY", "FILE-EMPTY", facts={"file": name}))
        staged.unreadable = True
    return staged


def _header_issues(staged: Staged, found: Layout, sheet: Sheet) -> None:
    table, row = found.table, found.header_row + 1
    facts = {"table": table.name, "file": staged.file}
    for header in found.unknown.values():
        word = " ".join(header.split())
        staged.issues.append(Issue(f"{table.code}-COLUMN-UNKNOWN", "COLUMN-UNKNOWN", row, word, "", "warning", facts))
    for header in found.twice.values():
        staged.issues.append(Issue(f"{table.code}-COLUMN-TWICE", "COLUMN-TWICE", row, header, "", "error", facts))
        staged.unreadable = True
    for name in missing(found):
        column = table.column(name)
        staged.issues.append(
            Issue(
                f"{table.code}-COLUMN-MISSING",
                "COLUMN-MISSING",
                row,
                f"{column.zh} / {column.name}",
                "",
                "error",
                facts,
            )
        )
        staged.unreadable = True


def _read_cells(staged: Staged, found: Layout, rows: list[list[str]]) -> None:
    table = found.table
    body = [
        (number, row)
        for number, row in enumerate(rows[found.header_row + 1 :], found.header_row + 2)
        if any(cell.strip() for cell in row)
    ]
    width = len(rows[found.header_row])
    kept: list[tuple[int, list[str]]] = []
    for number, row in body:
        if _is_total(row, found):
            code = f"{table.code}-ROW-TOTAL"
            staged.issues.append(Issue(code, "ROW-TOTAL", number, "", row[0], "warning", {"table": table.name}))
            continue
        kept.append((number, row))
    numbers = [number for number, _ in kept]
    columns: dict[str, list[str | None]] = {}
    for number, row in kept:
        if any(cell.strip() for cell in row[width:]):
            staged.reject(number, "row", "ROW-WIDTH", str(len(row)), width=width)
    for name, position in found.columns.items():
        texts = [row[position] if position < len(row) else "" for _, row in kept]
        columns[name] = _convert(staged, table.column(name), texts, numbers)
    for column in table.columns:
        if column.need == "key" and column.name not in columns:
            columns[column.name] = [_default(column)] * len(kept)
    staged.rows = pd.DataFrame(columns, index=pd.Index(numbers, name="row"), dtype="object")
    staged.given = tuple(name for name in table.names if name in columns)
    _reject_doubles(staged)


def _convert(staged: Staged, column: Column, texts: list[str], numbers: list[int]) -> list[str | None]:
    """The column's values. Equal texts are converted once."""
    convert, known = converter(column), dict[str, tuple[str | None, str]]()
    default = _default(column)
    result: list[str | None] = []
    for number, text in zip(numbers, texts, strict=True):
        if text not in known:
            try:
                known[text] = (convert(text), "")
            except BadValueError as error:
                known[text] = (None, error.rule)
        value, rule = known[text]
        if rule:
            choices = " / ".join(column.choices.values()) + " · " + " / ".join(column.choices) if column.choices else ""
            staged.reject(
                number,
                column.name,
                rule,
                text.strip(),
                choices=choices,
                minimum=column.minimum,
                maximum=column.maximum if column.maximum is not None else "",
            )
        elif value is None and default is None and column.need != "optional":
            staged.reject(number, column.name, "KEY" if column.need == "key" else "REQ", "")
        result.append(default if value is None and not rule else value)
    return result


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
    if staged.table is None or staged.rows.empty:
        return
    keys = list(staged.table.keys)
    usable = staged.rows[keys].notna().all(axis=1)
    first: dict[tuple[str, ...], int] = {}
    for number, key in zip(
        staged.rows.index[usable], staged.rows.loc[usable, keys].itertuples(index=False, name=None), strict=True
    ):
        if key in first:
            staged.reject(int(number), keys[-1], "DUP", "/".join(key), first=first[key])
        else:
            first[key] = int(number)
