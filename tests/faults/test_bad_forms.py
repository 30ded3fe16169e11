"""A file that is no table, or half of one, is refused as a whole with its reason, whichever table it was to be."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import xlsxwriter

from data.imports import Upload, check_uploads, import_uploads
from data.store import Store
from data.tables import TABLES, Table
from locales import LANGUAGES
from tests.faults.conftest import everything, run
from tests.faults.test_bad_rows import AS_OF, IMPORTED, REFERRED, ROWS, load, new, row, told, written

Form = Callable[[Table], bytes]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with sound rows in every table."""
    with Store.open(tmp_path_factory.mktemp("full") / "factory.duckdb") as store:
        numbers = {name: ROWS if name in REFERRED else 3 for name in IMPORTED}
        uploads = [
            Upload(f"{name}.csv", written([row(IMPORTED[name], number + 1) for number in range(numbers[name])]))
            for name in IMPORTED
        ]
        assert import_uploads(store, uploads, author="planner", as_of=AS_OF).saved
        yield store


def sound(table: Table) -> bytes:
    return written([new(table), new(table, 1)])


def lines(table: Table) -> list[bytes]:
    return sound(table).splitlines(keepends=True)


def chinese(table: Table) -> str:
    """The file with Chinese headers and a Chinese word in its first row's last text."""
    header = ",".join(column.zh for column in table.columns)
    return "\n".join([header, *(",".join(new(table, number).values()) for number in range(2))]) + "\n"


def zipped(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(table: Table) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(table.name)
    for number, cells in enumerate([list(table.names), *(list(new(table, more).values()) for more in range(2))]):
        sheet.write_row(number, 0, cells)
    book.close()
    return buffer.getvalue()


def locked(content: bytes) -> bytes:
    """A workbook whose parts say that they are encrypted."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := content.find(mark, start)) >= 0:
            changed[start + place] |= 1
            start += 4
    return bytes(changed)


def flipped(content: bytes, seed: str) -> bytes:
    dice = random.Random(seed)
    changed = bytearray(content)
    for _ in range(20):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


# a name, the ending, the bytes, the one error's (row, code without the table's own)
FORMS: Mapping[str, tuple[str, Form, tuple[int, str]]] = {
    "empty": ("csv", lambda table: b"", (0, "FILE-EMPTY")),
    "blank lines": ("csv", lambda table: b"\r\n , , \r\n\r\n", (0, "FILE-EMPTY")),
    "binary": ("csv", lambda table: bytes(range(256)) * 20, (0, "FILE-ENCODING")),
    "an archive": ("csv", workbook, (0, "FILE-ENCODING")),
    "UTF-16 without a mark": ("csv", lambda table: sound(table).decode().encode("utf-16-le"), (0, "FILE-ENCODING")),
    "UTF-32": ("csv", lambda table: sound(table).decode().encode("utf-32"), (0, "FILE-ENCODING")),
    "UTF-16 cut": ("csv", lambda table: sound(table).decode().encode("utf-16")[:-1], (0, "FILE-ENCODING")),
    "NULs": ("csv", lambda table: sound(table).replace(b",", b",\x00", 5), (0, "FILE-ENCODING")),
    "cut in a character": ("csv", lambda table: (chinese(table) + "华兴").encode()[:-1], (0, "FILE-ENCODING")),
    "one broken byte": ("csv", lambda table: (chinese(table) * 3).encode().replace(b"\n", b"\xff\n", 1),
                        (0, "FILE-ENCODING")),
    "Shift-JIS": ("csv", lambda table: "番号,名称,数量\n1,東京,5\n".encode("shift-jis"), (0, "FILE-DOUBT")),
    "a column twice": ("csv", lambda table: b"\n".join(line + b"," + line.split(b",")[0] for line in
                                                      sound(table).splitlines()), (1, "COLUMN-TWICE")),
    "the header again": ("csv", lambda table: sound(table) + lines(table)[0], (4, "ROW-HEADER")),
    "a row with more cells": ("csv", lambda table: sound(table).rstrip(b"\r\n") + b",,more\r\n", (3, "ROW-WIDTH")),
    "a quote that is never closed": ("csv", lambda table: lines(table)[0] + b'"' + lines(table)[1], (2, "FILE-QUOTES")),
    "a quote in the middle": ("csv", lambda table: sound(table) + b'"a"b,c\r\n', (4, "FILE-QUOTES")),
    "no workbook": ("xlsx", lambda table: b"not a workbook", (0, "FILE-WORKBOOK")),
    "CSV called a workbook": ("xlsx", sound, (0, "FILE-WORKBOOK")),
    "half a workbook": ("xlsx", lambda table: workbook(table)[: len(workbook(table)) // 2], (0, "FILE-WORKBOOK")),
    "a workbook with a password": ("xlsx", lambda table: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000),
                                   (0, "FILE-WORKBOOK")),
    "an encrypted archive": ("xlsx", lambda table: locked(workbook(table)), (0, "FILE-WORKBOOK")),
    "an old workbook": ("xls", lambda table: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), (0, "FILE-TYPE")),
    "a picture": ("png", lambda table: b"\x89PNG\r\n\x1a\n", (0, "FILE-TYPE")),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_file_in_a_wrong_form_is_refused_for_every_table(form: str, full: Store):
    ending, content, (place, code) = FORMS[form]
    now = everything(full)
    for name, table in IMPORTED.items():
        file = f"{name}.{ending}"
        report = load(full, file, content(table))
        assert not report.saved, name
        found = [(row, issue_code) for row, _, _, issue_code in told(report)]
        whole = code if code.startswith("FILE-") else f"{table.code}-{code}"
        assert found == [(place, whole)], name
        for language in LANGUAGES:
            message, remedy = report.files[0].errors[0].words(language)
            assert message
            assert remedy
            assert "{" not in message + remedy
            assert file in message or not code.startswith("FILE-")
    assert everything(full) == now


@pytest.mark.parametrize("name", IMPORTED)
def test_a_row_that_breaks_off_misses_what_it_needs(name: str, full: Store):
    """Excel leaves out empty cells at the end of a line, so only what a row needs can be missed."""
    table, now = IMPORTED[name], everything(full)
    report = load(full, f"{name}.csv", sound(table) + new(table, 2)[table.names[0]].encode())
    needed = [column for column in table.columns[1:] if column.need != "optional" and column.default is None]
    code = {"key": "KEY", "required": "REQ"}
    assert told(report) == sorted(
        [
            (4, column.name, "", f"{table.code}-{column.name.upper().replace('_', '-')}-{code[column.need]}")
            for column in needed
        ],
        key=lambda issue: issue[3],
    )
    assert everything(full) == now


@pytest.mark.parametrize("name", IMPORTED)
def test_a_cell_of_ten_megabytes_is_a_fault_of_its_row(name: str, full: Store):
    table, now = IMPORTED[name], everything(full)
    huge = {**new(table, 1), table.names[-1]: "9x" * 5_000_000}
    (issue,) = load(full, f"{name}.csv", written([new(table), huge])).files[0].errors
    assert (issue.row, issue.column) == (3, table.names[-1])
    assert len(issue.value) < 200
    assert everything(full) == now


SEPARATED: Mapping[str, Form] = {
    "semicolons": lambda table: sound(table).replace(b",", b";"),
    "tabs": lambda table: sound(table).replace(b",", b"\t"),
    "bars": lambda table: sound(table).replace(b",", b"|"),
    "a line that says so": lambda table: b"sep=;\r\n" + sound(table).replace(b",", b";"),
    "old line ends": lambda table: sound(table).replace(b"\r\n", b"\r"),
    "UTF-8 with a mark": lambda table: b"\xef\xbb\xbf" + sound(table),
    "UTF-16 with a mark": lambda table: sound(table).decode().encode("utf-16"),
    "Chinese headers in GB18030": lambda table: chinese(table).encode("gb18030"),
    "a title above": lambda table: "华兴电子\n\n".encode() + sound(table),
}


@pytest.mark.parametrize("form", SEPARATED)
def test_other_ways_to_write_a_table_are_read_and_a_look_writes_nothing(form: str, full: Store):
    now = everything(full)
    for name, table in IMPORTED.items():
        report = check_uploads(full, [Upload(f"{name}.csv", SEPARATED[form](table))], as_of=AS_OF)
        assert told(report) == [], name
        assert [(file.table, file.new, file.rejected) for file in report.files] == [(name, 2, 0)]
    assert everything(full) == now


def test_a_header_without_rows_writes_no_row(full: Store):
    stood = everything(full)
    report = import_uploads(
        full, [Upload(f"{name}.csv", lines(table)[0]) for name, table in IMPORTED.items()], author="planner"
    )
    assert {issue.code for file in report.files for issue in file.issues} == {"FILE-NO-ROWS"}
    now = everything(full)
    assert {name: now[name] for name in TABLES} == {name: stood[name] for name in TABLES}


@pytest.mark.parametrize("header", ["day,rain", "料况,备考", "a" * 3000, "\u3000"])
def test_a_file_that_is_like_no_table_is_said_so(header: str, full: Store):
    now = everything(full)
    report = load(full, "weather 2026.csv", f"{header}\n2026-01-05,3\n".encode())
    assert [code for *_, code in told(report)] == ["FILE-TABLE"]
    assert everything(full) == now


# workbooks


def all_tables(spoil: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet, int], None]) -> bytes:
    """A workbook with a sheet for every table, each with two sound rows and what `spoil` does to its last column."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for table in IMPORTED.values():
        sheet = book.add_worksheet(table.name)
        for number, cells in enumerate([list(table.names), *(list(new(table, more).values()) for more in range(2))]):
            for position, cell in enumerate(cells):
                sheet.write_string(number, position, cell)
        spoil(book, sheet, len(table.columns) - 1)
    book.close()
    return buffer.getvalue()


# what is done to the last column, and the error in its third row: the rule and the value, which may be cells
SPOILT = {
    "merged cells": (lambda book, sheet, last: sheet.merge_range(1, last, 2, last, "both"), "MERGED", "{range}"),
    "a formula that nobody worked out": (
        lambda book, sheet, last: sheet.write_formula(2, last, "=1+1", None, ""),
        "FORMULA",
        "{cell}",
    ),
    "a formula that failed": (
        lambda book, sheet, last: sheet.write_formula(2, last, "=1/0", None, "#DIV/0!"),
        "ERROR",
        "#DIV/0!",
    ),
}


@pytest.mark.parametrize("form", SPOILT)
def test_a_cell_whose_value_is_a_guess_is_not_guessed(form: str, full: Store):
    spoil, rule, value = SPOILT[form]
    now = everything(full)
    report = load(full, "all.xlsx", all_tables(spoil))
    assert not report.saved
    assert [file.table for file in report.files] == list(IMPORTED)
    for file in report.files:
        last = TABLES[file.table].names[-1]
        letter = xlsxwriter.utility.xl_col_to_name(len(TABLES[file.table].columns) - 1)
        found = [issue for issue in file.errors if issue.row == 3]
        code = f"{TABLES[file.table].code}-{last.upper().replace('_', '-')}-{rule}"
        wanted = value.format(cell=f"{letter}3", range=f"{letter}2:{letter}3")
        assert [(issue.column, issue.value, issue.code) for issue in found] == [(last, wanted, code)]
    assert everything(full) == now


def test_hidden_rows_and_columns_are_read_and_formulas_by_their_value(full: Store):
    def spoil(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, last: int) -> None:
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(last, last, None, None, {"hidden": True})

    now = everything(full)
    report = check_uploads(full, [Upload("all.xlsx", all_tables(spoil))], as_of=AS_OF)
    assert told(report) == []
    assert {(file.table, file.new) for file in report.files} == {(name, 2) for name in IMPORTED}
    assert everything(full) == now


def customers(name: str) -> bytes:
    """A workbook of one customer, with `name` put into its sheet as it stands."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("customer")
    sheet.write_row(0, 0, ["customer_no", "name"])
    sheet.write_row(1, 0, ["ODD", "PLACE"])
    book.close()
    with zipfile.ZipFile(buffer) as archive:
        return zipped({part: archive.read(part).replace(b"PLACE", name.encode()) for part in archive.namelist()})


@pytest.mark.parametrize("name", ["a_x0000_b", "a_x0007_b", "a_x001B_[31mb"])
def test_control_characters_of_a_workbook_do_not_come_in(name: str, full: Store):
    now = everything(full)
    assert [(row, code) for row, _, _, code in told(load(full, "customer.xlsx", customers(name)))] == [
        (2, "CUS-NAME-HIDDEN")
    ]
    assert everything(full) == now


def lying(content: bytes, part: str) -> bytes:
    """An archive that says of one part that it unpacks to ten bytes, and unpacks to 64 MB."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts[part]
    parts[part] = sheet.replace(b"<sheetData>", b"<sheetData>" + b" " * (64 << 20), 1)
    changed = bytearray(zipped(parts))
    start = changed.find(b"PK\x01\x02")
    while start >= 0:
        length = int.from_bytes(changed[start + 28 : start + 30], "little")
        if changed[start + 46 : start + 46 + length] == part.encode():
            changed[start + 24 : start + 28] = (10).to_bytes(4, "little")
        start = changed.find(b"PK\x01\x02", start + 46)
    return bytes(changed)


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "an empty archive": lambda: zipped({}),
    "an archive of something else": lambda: zipped({"letter.txt": b"Dear planner"}),
    "a workbook without its sheets": lambda: zipped(
        {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/_rels/workbook.xml.rels": b"<R/>"}
    ),
    "an archive that lies about its size": lambda: lying(customers("x"), "xl/worksheets/sheet1.xml"),
    "entities that grow": lambda: zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><workbook>&c;</workbook>',
            "xl/_rels/workbook.xml.rels": b"<Relationships/>",
        }
    ),
    "a path out of the archive": lambda: zipped({"../../outside.xml": b"x", "xl/workbook.xml": b"<workbook/>"}),
    "bits that have turned": lambda: flipped(customers("x"), "turned"),
}


@pytest.mark.parametrize("form", HOSTILE)
def test_a_hostile_workbook_is_refused_and_reaches_nothing(form: str, full: Store):
    now = everything(full)
    report = load(full, "customer.xlsx", HOSTILE[form]())
    assert [code for *_, code in told(report)][:1] in (["FILE-WORKBOOK"], ["FILE-EMPTY"])
    assert not report.saved
    assert everything(full) == now


# the command line


def test_the_command_line_names_file_row_column_value_and_remedy(factory: Path, tmp_path: Path):
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "customer.csv").write_bytes(b"customer_no,name\r\nC-1,\r\n\x00")
    (folder / "item.csv").write_bytes(b"")
    (folder / "supplier.csv").write_text('supplier_no,name\nS-1,"open\n', encoding="utf-8")
    (folder / "station.xlsx").write_bytes(b"PK")
    (folder / "calendar.csv").write_text(
        "calendar_no,weekday,hours\nK\ud83d,9,-1\n".encode("utf-8", "replace").decode()
    )
    with Store.open(factory) as store:
        now = everything(store)
    code, out, err = run("import", folder, "--db", factory, "--json", "--lang", "zh")
    assert code == 1
    report = json.loads(out)
    assert report["batch"] is None
    assert {file["file"]: [issue["code"] for issue in file["issues"]] for file in report["files"]} == {
        "calendar.csv": ["CAL-HOURS-NEG", "CAL-WEEKDAY-RANGE"],
        "customer.csv": ["FILE-ENCODING"],
        "item.csv": ["FILE-EMPTY"],
        "station.xlsx": ["FILE-WORKBOOK"],
        "supplier.csv": ["FILE-QUOTES"],
    }
    (issue, _) = report["files"][0]["issues"]
    assert (issue["row"], issue["column"], issue["value"]) == (2, "hours", "-1")
    assert "不能为负数：-1" in issue["message"]
    assert "[CAL-HOURS-NEG] calendar.csv:2 hours -1" in err
    with Store.open(factory) as store:
        assert everything(store) == now


@pytest.mark.parametrize(
    ("name", "shown"),
    [("客户.csv".encode("gb18030"), "客户.csv"), (b"customer \xff\xfe.csv", "customer")],
    ids=["GB18030", "no encoding at all"],
)
def test_a_file_name_that_is_no_utf8_does_no_harm(name: bytes, shown: str, factory: Path, tmp_path: Path):
    folder = tmp_path / "named"
    folder.mkdir()
    (Path(bytes(folder).decode()) / name.decode("utf-8", "surrogateescape")).write_bytes(
        b"customer_no,name\r\nNEW,x\r\n"
    )
    code, out, err = run("import", folder, "--db", factory, "--json")
    assert code == 0, err
    assert json.loads(out)["files"][0]["file"].startswith(shown)
