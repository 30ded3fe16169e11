"""Files as sheets of texts: nothing is typed and nothing is understood yet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.imports.decode import decode
from data.imports.workbook import sheets
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
    """One table of a file: the file's name, the sheet's ("" in a text file), and its rows of texts."""

    file: str
    title: str
    rows: list[list[str]]

    @property
    def is_text(self) -> bool:
        """True where the cells come out of a text file, in which a stray separator makes a row too wide."""
        return not self.title


def uploads(paths: Iterable[Path]) -> list[Upload]:
    """The files at `paths`; of a folder its CSV and XLSX files by name. Raises InputError where there are none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(child for child in path.iterdir() if _is_table(child))
        elif path.exists():
            found.append(path)
        else:
            raise InputError("FILE-MISSING", file=path.name)
    if not found:
        raise InputError("FILE-NONE")
    return [Upload(path.name, path.read_bytes()) for path in found]


def _is_table(path: Path) -> bool:
    """Excel leaves a ~$ file beside a workbook that is open."""
    return path.suffix.lower() in IN_FOLDERS and path.is_file() and not path.name.startswith(("~$", "."))


def read(upload: Upload) -> list[Sheet]:
    """The sheets of a file that hold anything. Raises InputError where the file cannot be read or is empty."""
    if len(upload.content) > LARGEST:
        raise InputError("FILE-TOO-LARGE", file=upload.name, size=f"{len(upload.content) / 1e6:.0f} MB")
    ending = Path(upload.name).suffix.lower()
    if ending not in ENDINGS:
        raise InputError("FILE-TYPE", file=upload.name)
    if ending == ".xlsx":
        found = [Sheet(upload.name, title, rows) for title, rows in sheets(upload.content, upload.name)]
    else:
        found = [Sheet(upload.name, "", _rows(decode(upload.content, upload.name), upload.name))]
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
    csv.field_size_limit(1 << 20)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(lines)
    except csv.Error as error:
        raise InputError("FILE-QUOTES", file=name, line=lines.line_num, row=len(rows) + 1) from error
    return rows
