"""Sheets of an XLSX file, read in a child process whose memory is capped.

A small file may claim a cell in the last corner of a sheet, and the reader then asks for hundreds of gigabytes. So the
zip is looked into first and the reading is done by `python -m data.imports.workbook`, which gets the file on standard
input and answers with JSON: a list of [sheet name, rows of texts, merged ranges, formulas without a value].
"""

from __future__ import annotations

import datetime as dt
import html
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from planning.errors import InputError

MEMORY = 3 << 30
UNZIPPED = 1 << 30
CELLS = 100_000_000
SECONDS = 120
ROOT = Path(__file__).parent.parent.parent
SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*?\bid=[\"']([^\"']+)")
RELATION = re.compile(rb"<Relationship\s[^>]*>")
FORMULA = re.compile(rb"<c\s([^>]*)(?<!/)>\s*<f\b(.*?)</c>", re.DOTALL)
ERROR = re.compile(rb"<c\s([^>]*\bt=\"e\"[^>]*)(?<!/)>(.*?)</c>", re.DOTALL)
VALUE = re.compile(rb"<v>([^<]+)</v>")
PLACE = re.compile(rb"\br=\"([A-Z]{1,3})([0-9]{1,7})\"")
Range = tuple[int, int, int, int]  # first row, first position, last row, last position, all from 0
Cells = tuple[str, list[list[str]], list[Range], list[tuple[int, int]]]
DIMENSION = re.compile(rb'<dimension\s+ref="(?:[A-Z]+[0-9]+:)?([A-Z]{1,3})([0-9]{1,7})"')


def sheets(content: bytes, name: str) -> list[Cells]:
    """The sheets of a workbook: title, rows of texts, merged ranges, and cells whose formula was never worked out.

    Raises InputError where it is damaged or too large to be read.
    """
    _look_into(content, name)
    try:
        child = subprocess.run(
            [sys.executable, "-m", "data.imports.workbook"],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError("FILE-WORKBOOK", file=name) from error
    if child.returncode:
        raise InputError("FILE-WORKBOOK", file=name)
    return [
        (title, rows, [(*first, *last) for first, last in merged], [(row, position) for row, position in without_value])
        for title, rows, merged, without_value in json.loads(child.stdout)
    ]


def _look_into(content: bytes, name: str) -> None:
    """Refuse what is no zip, unpacks to too much, or says itself that a sheet reaches too far."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > UNZIPPED:
                raise InputError("FILE-TOO-LARGE", file=name, size=f"{size / 1e9:.1f} GB")
            for entry in archive.infolist():
                if entry.filename.startswith("xl/worksheets/") and _claimed_cells(archive, entry) > CELLS:
                    raise InputError("FILE-WORKBOOK", file=name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError("FILE-WORKBOOK", file=name) from error


def _claimed_cells(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    if entry.is_dir():
        return 0
    with archive.open(entry) as sheet:
        found = DIMENSION.search(sheet.read(4096))
    if not found:
        return 0
    return _number(found[1]) * int(found[2])


def _number(letters: bytes) -> int:
    """The number of a column; A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _formulas(content: bytes) -> Iterator[tuple[list[tuple[int, int, str]], list[tuple[int, int]]]]:
    """What the reader passes over, sheet by sheet: cells that hold an error, and formulas that nobody worked out.

    A program that writes formulas but does not calculate leaves them without a value; read as empty they would be lost.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
            return
        relations = {}
        for tag in RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
            about = dict(re.findall(rb"(\w+)\s*=\s*[\"']([^\"']*)", tag))
            target = html.unescape(about.get(b"Target", b"").decode("utf-8", "replace"))
            relations[about.get(b"Id", b"")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        for found in SHEET.findall(archive.read("xl/workbook.xml")):
            part = relations.get(found, "")
            yield _passed_over(archive.read(part) if part in parts else b"")


def _passed_over(sheet: bytes) -> tuple[list[tuple[int, int, str]], list[tuple[int, int]]]:
    errors, without_value = [], []
    for about, body in ERROR.findall(sheet):
        place, value = PLACE.search(about), VALUE.search(body)
        if place and value:
            errors.append((int(place[2]) - 1, _number(place[1]) - 1, value[1].decode("utf-8", "replace")))
    for about, body in FORMULA.findall(sheet):
        place = PLACE.search(about)
        # a formula may well come to an empty text
        if place and not VALUE.search(body) and b't="str"' not in about:
            without_value.append((int(place[2]) - 1, _number(place[1]) - 1))
    return errors, without_value


def plain(value: Any) -> str:
    """A cell as the text a person would have typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # Excel itself shows and keeps fifteen digits
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return str(value)


def main() -> None:
    """Read a workbook from standard input and write its sheets to standard output; hidden sheets are left out."""
    _cap_memory()
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    content = sys.stdin.buffer.read()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    found = []
    passed_over = chain(_formulas(content), repeat(([], [])))
    for sheet, (errors, without_value) in zip(book.sheets_metadata, passed_over, strict=False):
        if sheet.visible == SheetVisibleEnum.Visible:
            cells = book.get_sheet_by_name(sheet.name)
            rows = [[plain(value) for value in row] for row in cells.to_python(skip_empty_area=False)]
            for row, position, error in errors:
                if row < len(rows) and position < len(rows[row]):
                    rows[row][position] = error
            found.append([sheet.name, rows, cells.merged_cell_ranges or [], without_value])
    sys.stdout.write(json.dumps(found))  # json.dump would write piece by piece, ten times slower


def _cap_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit; there the look into the zip stands alone
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))  # nobody may be left to wait for it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
