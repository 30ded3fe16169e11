"""Sheets of an XLSX file, read in a child process whose memory is capped.

A small file may claim a cell in the last corner of a sheet, and the reader then asks for hundreds of gigabytes. So the
zip is looked into first and the reading is done by `python -m data.imports.workbook`, which gets the file on standard
input and answers with JSON: a list of [sheet name, rows of texts].
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

from planning.errors import InputError

MEMORY = 3 << 30
UNZIPPED = 1 << 30
CELLS = 100_000_000
SECONDS = 120
ROOT = Path(__file__).parent.parent.parent
DIMENSION = re.compile(rb'<dimension\s+ref="(?:[A-Z]+[0-9]+:)?([A-Z]{1,3})([0-9]{1,7})"')


def sheets(content: bytes, name: str) -> list[tuple[str, list[list[str]]]]:
    """The sheets of a workbook as rows of texts. Raises InputError where it is damaged or too large to be read."""
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
    return [(title, rows) for title, rows in json.loads(child.stdout)]


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
    width = 0
    for letter in found[1]:
        width = width * 26 + letter - ord("A") + 1
    return width * int(found[2])


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

    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    found = []
    for sheet in book.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible:
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            found.append([sheet.name, [[plain(value) for value in row] for row in rows]])
    sys.stdout.write(json.dumps(found))  # json.dump would write piece by piece, ten times slower


def _cap_memory() -> None:
    try:
        import resource
    except ImportError:
        return  # Windows has no such limit; there the look into the zip stands alone
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
