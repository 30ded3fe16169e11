"""Sheets of an XLSX file, read in a child process whose memory is capped.

A small file may claim a cell in the last corner of a sheet, and the reader then asks for hundreds of gigabytes. So the
zip is looked into first and the reading is done by `python -m data.imports.workbook`, which gets the file on standard
input and answers with JSON: a list of [sheet name, rows of texts].
"""

from __future__ import annotations

import datetime as dt
import io
import json
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from planning.errors import InputError

MEMORY = 3 << 30
UNZIPPED = 1 << 30
SECONDS = 120
ROOT = Path(__file__).parent.parent.parent


def sheets(content: bytes, name: str) -> list[tuple[str, list[list[str]]]]:
    """The sheets of a workbook as rows of texts. Raises InputError where it is damaged or too large to be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise InputError("FILE-WORKBOOK", file=name) from error
    if size > UNZIPPED:
        raise InputError("FILE-TOO-LARGE", file=name, size=f"{size / 1e9:.1f} GB")
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
        raise InputError("FILE-TOO-LARGE", file=name, size="?") from error
    if child.returncode:
        raise InputError("FILE-WORKBOOK", file=name)
    return [(title, rows) for title, rows in json.loads(child.stdout)]


def plain(value: Any) -> str:
    """A cell as the text a person would have typed."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    return str(value)


def main() -> None:
    """Read a workbook from standard input and write its sheets to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    found = []
    for title in book.sheet_names:
        rows = book.get_sheet_by_name(title).to_python(skip_empty_area=False)
        found.append([title, [[plain(value) for value in row] for row in rows]])
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
