"""A value that cannot be is refused in every column of every table, with its place and what to do about it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from data.imports import ImportReport, Upload, import_uploads, undo
from data.store import Store
from data.tables import TABLES, Column, Table
from locales import LANGUAGES
from tests.faults.conftest import content, everything

AS_OF = dt.date(2026, 11, 23)
IMPORTED = {name: table for name, table in TABLES.items() if table.kind != "plan"}
REFERRED = {reference.table for table in IMPORTED.values() for reference in table.all_references}
ROWS = 12  # of tables that others refer to; of the rest there are three


# rows as they should be


def value_of(table: Table, column: Column, number: int) -> str:
    """What a sound row has in a column; it names the rows of the same number in other tables."""
    for reference in table.all_references:
        if column.name in reference.columns:
            target = TABLES[reference.table]
            name = reference.target_columns[reference.columns.index(column.name)]
            return value_of(target, target.column(name), (number - 1) % ROWS + 1 + (name == "component_item_no"))
    if column.type == "enum":
        return next(iter(column.choices))
    if column.type == "boolean":
        return "true"
    if column.type in ("date", "datetime"):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
        return day.isoformat() if column.type == "date" else f"{day} 08:30:00"
    if column.type == "integer":
        return str((number - 1) % int(column.maximum) + 1 if column.maximum else number)
    if column.type == "decimal":
        return "0.5" if column.maximum else f"{number}.5"
    if column.unit == "HH:MM":
        return "08:00"
    return f"{table.code}-{column.name}-{number}"


def row(table: Table, number: int) -> dict[str, str]:
    values = {column.name: value_of(table, column, number) for column in table.columns}
    if table.name == "bom_line":
        values["component_item_no"] = value_of(TABLES["item"], TABLES["item"].column("item_no"), number % ROWS + 1)
    return values


def new(table: Table, more: int = 0) -> dict[str, str]:
    """A row that the store does not have yet."""
    return row(table, (ROWS if table.name in REFERRED else 4) + 1 + more)


def written(rows: list[Mapping[str, str]], without: str = "") -> bytes:
    text = io.StringIO(newline="")
    names = [name for name in rows[0] if name != without]
    writer = csv.DictWriter(text, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def load(store: Store, name: str, content: bytes, **more: bool) -> ImportReport:
    return import_uploads(store, [Upload(name, content)], author="planner", as_of=AS_OF, **more)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with sound rows in every table; whoever changes it puts it back."""
    with Store.open(tmp_path_factory.mktemp("full") / "factory.duckdb") as store:
        uploads = [
            Upload(
                f"{name}.csv",
                written([row(table, number) for number in range(1, (ROWS if name in REFERRED else 3) + 1)]),
            )
            for name, table in IMPORTED.items()
        ]
        report = import_uploads(store, uploads, author="planner", as_of=AS_OF)
        assert [(file.file, issue.row, issue.code) for file in report.files for issue in file.issues] == []
        assert report.saved
        yield store


# values as they should not be


def wrongs(table: Table, column: Column) -> Iterator[tuple[str, str]]:
    """Values that a column must refuse, each with the last part of its error's code."""
    named = column.need == "key" or bool(column.references)
    if column.need != "optional" and column.default is None:
        yield "", "KEY" if column.need == "key" else "REQ"  # missing value
    yield "#REF!", "ERROR"  # formula error
    if column.type in ("integer", "decimal"):
        yield "ten", "NUM"  # text in a number
        yield "12 PCS", "NUM"  # a unit in a number
        yield "1,5", "NUM"  # a decimal comma
        yield "inf", "NUM"  # infinite
        yield "1e12", "LARGE"  # beyond what is kept
        yield "9" * 5000, "LARGE"  # a number without an end
    if column.type == "integer":
        yield "1.5", "INT"  # half a whole
    if column.minimum is not None:
        yield "-1", "NEG" if column.minimum >= 0 else "RANGE"  # negative
        if column.exclusive:
            yield "0", "RANGE"  # nothing
        elif column.minimum > 0:
            yield str(int(column.minimum) - 1), "RANGE"  # below
    if column.exclusive and column.type == "decimal":
        yield "1e-9", "RANGE"  # nothing once rounded
    if column.maximum is not None:
        yield str(int(column.maximum) + 1), "RANGE"  # above
    if column.type in ("date", "datetime"):
        yield "2026-02-30", "DATE"  # a day that never was
        yield "0206-01-05", "DATE"  # the year 206
        yield "5/1/2026", "DATE"  # day or month first
        yield "soon", "DATE"  # a word
    if column.type == "enum":
        yield "no-such-choice", "ENUM"  # no choice
    if column.type == "boolean":
        yield "perhaps", "BOOL"  # neither yes nor no
    if column.unit == "HH:MM":
        yield "25:00", "TIME"  # no time of day
    elif column.type == "text":
        yield "long " * 8000, "LONG"  # too long
        yield "A\u0085B", "HIDDEN"  # unseen
        if named:
            yield "N" * 256, "LONG"  # longer than a number
            yield "A\u200bB", "HIDDEN"  # zero width
            yield "A\u202eB", "HIDDEN"  # turned round
    if column.references:
        yield "no such 😀", "REF"  # leads nowhere


COLUMNS = [(table.name, column.name) for table in IMPORTED.values() for column in table.columns]


def test_all_tables_and_kinds_of_columns_are_tried():
    assert {name for name, _ in COLUMNS} == set(IMPORTED)
    assert all(len(list(wrongs(TABLES[name], TABLES[name].column(column)))) >= 1 for name, column in COLUMNS)


def told(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return [
        (issue.row, issue.column, issue.value, issue.code)
        for file in report.files
        for issue in file.issues
        if issue.severity == "error"
    ]


def shown(value: str) -> str:
    return value.strip() if len(value.strip()) <= 120 else f"{value[:120]}…"


@pytest.mark.parametrize(("name", "column"), COLUMNS)
def test_wrong_values_are_named_and_nothing_is_written(name: str, column: str, full: Store):
    table, now = TABLES[name], everything(full)
    bad = list(wrongs(table, table.column(column)))
    rows = [new(table), *({**new(table, number), column: value} for number, (value, _) in enumerate(bad, 1))]
    report = load(full, f"{name}.csv", written(rows))
    assert not report.saved
    assert everything(full) == now
    code = f"{table.code}-{column.upper().replace('_', '-')}-"
    wanted = [(row, column, shown(value), code + rule) for row, (value, rule) in enumerate(bad, 3)]
    assert told(report) == wanted
    assert report.files[0].rejected == len(bad)
    for issue in report.files[0].errors:
        for language in LANGUAGES:
            message, remedy = issue.words(language)
            assert column in message
            assert remedy
            assert "{" not in message + remedy


@pytest.mark.parametrize("name", IMPORTED)
def test_only_the_wrong_rows_are_left_out_where_that_is_wanted(name: str, full: Store):
    table = IMPORTED[name]
    bad = [{**new(table, 1), column.name: value} for column in table.columns for value, _ in wrongs(table, column)]
    stood = content(full, ("job", "data_version", "counter", "audit", "import_batch", "import_file", "import_row"))
    report = load(full, f"{name}.csv", written([new(table), *bad]), skip_rejected=True)
    assert report.saved
    (file,) = report.files
    assert (file.new, file.changed, file.same, file.rejected) == (1, 0, 0, len(bad))
    assert {issue.row for issue in file.errors} == set(range(3, len(bad) + 3))
    undo(full, str(report.batch), author="planner")
    now = content(full, ("job", "data_version", "counter", "audit", "import_batch", "import_file", "import_row"))
    assert now == stood


@pytest.mark.parametrize("name", IMPORTED)
def test_the_same_number_twice_is_named_with_the_row_it_stands_in(name: str, full: Store):
    table = IMPORTED[name]
    now = everything(full)
    report = load(full, f"{name}.csv", written([new(table), new(table, 1), new(table)]))
    key = "/".join(new(table)[column] for column in table.keys)
    assert told(report) == [(4, table.keys[0], key, f"{table.code}-{table.keys[0].upper().replace('_', '-')}-DUP")]
    assert "row 2" in report.files[0].errors[0].message("en")
    assert everything(full) == now


@pytest.mark.parametrize(
    ("name", "column"),
    [
        (table.name, column.name)
        for table in IMPORTED.values()
        for column in table.columns
        if column.need != "optional" and column.default is None
    ],
)
def test_a_column_that_every_row_needs_is_missed(name: str, column: str, full: Store):
    table = IMPORTED[name]
    now = everything(full)
    report = load(full, f"{name}.csv", written([new(table)], without=column))
    assert told(report) == [(1, f"{table.column(column).zh} / {column}", "", f"{table.code}-COLUMN-MISSING")]
    assert everything(full) == now


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        (table.name, reference.columns)
        for table in IMPORTED.values()
        for reference in table.references
        if len(reference.columns) > 1
    ],
    ids=str,
)
def test_a_line_that_is_not_there_is_missed_as_a_whole(name: str, columns: tuple[str, ...], full: Store):
    table = IMPORTED[name]
    now = everything(full)
    bad = {**new(table), columns[-1]: "77"}
    report = load(full, f"{name}.csv", written([bad]))
    code = f"{table.code}-{columns[-1].upper().replace('_', '-')}-REF"
    assert told(report) == [(2, columns[-1], "/".join(bad[column] for column in columns), code)]
    assert everything(full) == now


ODD = {
    "emoji": "华兴 😀👩‍🏭",
    "quotes": "say \"8' x 10'\"; ok",
    "line breaks": "first\nsecond\r\nthird",
    "a formula": "=HYPERLINK(\"http://x\",'y')",
    "full width": "ＡＢＣ１２３（大）",
    "separators": "a,b;c\td|e",
    "markup": "<script>alert(1)</script> &amp; {qty} $x %s",
    "a null in words": "None",
    "combining": "e\u0301 Å ﷽",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_but_sound_text_is_kept_to_the_letter(text: str, full: Store):
    report = load(full, "customer.csv", written([{"customer_no": "ODD", "name": text, "address": text}]))
    assert told(report) == []
    with full.read() as cursor:
        found = cursor.execute("SELECT name, address FROM customer WHERE customer_no = 'ODD'").fetchone()
    undo(full, str(report.batch), author="planner")
    assert found == (text, text)


def test_full_width_figures_are_figures(full: Store):
    table = TABLES["sales_order"]
    report = load(full, "sales_order.csv", written([{**new(table), "qty": "１２．５", "due_date": "２０２６／１／５"}]))
    assert report.saved
    with full.read() as cursor:
        found = cursor.execute("SELECT qty::VARCHAR, due_date::VARCHAR FROM sales_order WHERE line_no = 13").fetchone()
    undo(full, str(report.batch), author="planner")
    assert found == ("12.500000", "2026-01-05")


def test_a_folder_of_faults_names_them_all_in_one_pass(full: Store, tmp_path: Path):
    """One file per table, each with one wrong row in every required column: no fault hides another."""
    now = everything(full)
    uploads, wanted = [], 0
    for name, table in IMPORTED.items():
        needed = [column.name for column in table.columns if column.need == "required" and column.default is None]
        rows = [{**new(table, number), column: ""} for number, column in enumerate(needed)]
        if rows:
            uploads.append(Upload(f"{name}.csv", written(rows)))
            wanted += len(rows)
    report = import_uploads(full, uploads, author="planner", as_of=AS_OF)
    assert sum(code.endswith("-REQ") for *_, code in told(report)) == wanted
    assert everything(full) == now
