"""Files as sheets of texts: nothing is typed and nothing is understood yet."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from data.imports.decode import decode
from data.imports.workbook import Range, sheets
from planning.errors import InputError

IN_FOLDERS = (".csv", ".xlsx")
ENDINGS = (*IN_FOLDERS, ".txt", ".tsv")
LARGEST = 512 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file by its name and content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file: the file's name, the sheet's ("" in a text file), and its rows of texts.

    guessed: the file's encoding is a guess. merged: ranges of cells that are merged into their first. without_value:
    row and position of cells whose formula was never worked out.
    """

    file: str
    title: str
    rows: list[list[str]]
    guessed: bool = False
    merged: list[Range] = field(default_factory=list)
    without_value: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        """True where the cells come out of a text file, in which a stray separator makes a row too wide."""
        return not self.title


def uploads(paths: Iterable[Path]) -> list[Upload]:
    """The files at `paths`; of a folder its CSV and XLSX files by name.

    Raises InputError where there are none, or one that is there cannot be read.
    """
    found: list[Path] = []
    for path in paths:
        try:
            if path.is_dir():
                found += sorted(child for child in path.iterdir() if _is_table(child))
            elif path.exists():
                found.append(path)
            else:
                raise InputError("FILE-MISSING", file=_name(path))
        except OSError as error:
            raise InputError("FILE-UNREADABLE", file=_name(path), cause=error.strerror) from error
    if not found:
        raise InputError("FILE-NONE")
    return [Upload(_name(path), _content(path)) for path in found]


def _name(path: Path) -> str:
    """A file's name. Bytes that are no UTF-8 are what an archive made on a Chinese Windows leaves behind."""
    raw = os.fsencode(path.name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")


def _content(path: Path) -> bytes:
    """The bytes of a file, but no more than it takes to see that it is too large."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InputError("FILE-UNREADABLE", file=_name(path), cause=error.strerror) from error


def _is_table(path: Path) -> bool:
    """Excel leaves a ~$ file beside a workbook that is open."""
    return path.suffix.lower() in IN_FOLDERS and path.is_file() and not path.name.startswith(("~$", "."))


def read(upload: Upload) -> list[Sheet]:
    """The sheets of a file that hold anything. Raises InputError where the file cannot be read or is empty."""
    if len(upload.content) > LARGEST:
        raise InputError("FILE-TOO-LARGE", file=upload.name, size=f"> {LARGEST >> 20} MB")
    ending = Path(upload.name).suffix.lower()
    if ending not in ENDINGS:
        raise InputError("FILE-TYPE", file=upload.name)
    if ending == ".xlsx":
        found = [
            Sheet(upload.name, title, rows, merged=merged, without_value=without_value)
            for title, rows, merged, without_value in sheets(upload.content, upload.name)
        ]
    else:
        text, guessed = decode(upload.content, upload.name)
        found = [Sheet(upload.name, "", _rows(text, upload.name), guessed)]
    found = [sheet for sheet in found if any(any(cell.strip() for cell in row) for row in sheet.rows)]
    if not found:
        raise InputError("FILE-EMPTY", file=upload.name)
    return found


def _rows(text: str, name: str) -> list[list[str]]:
    """The rows of a text file. A quote that is never closed would swallow the rest of the file, so it is refused."""
    head = text[:4000].splitlines()[:3]
    delimiter = max(",;\t|", key=lambda mark: sum(line.count(mark) for line in head))
    if head and re.fullmatch("sep=[,;\t|]", head[0].strip().lower()):
        delimiter = head[0].strip()[-1]
        text = text.partition("\n")[2]
    csv.field_size_limit(LARGEST)  # a cell that is too long is said of its row
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(lines)
    except csv.Error as error:
        line = 1 + sum(1 + sum(cell.count("\n") for cell in row) for row in rows)
        raise InputError("FILE-QUOTES", file=name, line=line, row=len(rows) + 1) from error
    return rows
