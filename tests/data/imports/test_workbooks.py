"""Workbooks are read sheet by sheet, in a child process that a hostile file cannot take the program down with."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter

from data.imports import workbook as reader
from data.store import Store
from tests.data.imports.files import codes, dump, issues, load, workbook

ITEMS = [["物料编码", "物料名称", "物料类别", "来源", "单位"], ["A-1", "螺丝", "原材料", "外购", "PCS"]]


def item_names(store: Store) -> list[tuple[str, str]]:
    with store.read() as cursor:
        return cursor.execute("SELECT item_no, name FROM item ORDER BY item_no").fetchall()


def test_typed_cells_are_read_as_a_person_would_write_them(factory: Store):
    header = ["sales_order_no", "line_no", "customer_no", "item_no", "qty", "order_date", "due_date", "owner"]
    rows = [header, ["00123", 1, "C1", "FG-100", 1234.5, dt.date(2026, 1, 5), "2026/2/5", 123.0]]
    assert load(factory, {"sales_order.xlsx": workbook(orders=rows)}).saved
    with factory.read() as cursor:
        found = cursor.execute(
            "SELECT sales_order_no, line_no, qty, order_date, due_date, owner FROM sales_order WHERE line_no = 1 "
            "AND sales_order_no = '00123'"
        ).fetchone()
    assert found == ("00123", 1, Decimal("1234.5"), dt.date(2026, 1, 5), dt.date(2026, 2, 5), "123")


def test_a_number_that_excel_shows_in_percent_or_as_a_time(store: Store):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("calendar")
    for position, header in enumerate(("calendar_no", "weekday", "hours", "start_time")):
        sheet.write(0, position, header)
    sheet.write(1, 0, "K")
    sheet.write(1, 1, 1)
    sheet.write(1, 2, 8)
    sheet.write(1, 3, 8.5 / 24, book.add_format({"num_format": "hh:mm"}))
    book.close()
    assert load(store, {"calendar.xlsx": buffer.getvalue()}).saved
    with store.read() as cursor:
        assert cursor.execute("SELECT start_time FROM calendar").fetchall() == [("08:30",)]


def test_every_sheet_that_is_a_table_is_imported(store: Store):
    content = workbook(
        封面=[["华兴电子", "", "2026-01-05"]],
        客户=[["客户编号", "客户名称"], ["C1", "华兴"]],
        Sheet3=ITEMS,
        空=[],
    )
    report = load(store, {"master data.xlsx": content})
    assert [(file.file, file.table, file.new) for file in report.files] == [
        ("master data.xlsx#客户", "customer", 1),
        ("master data.xlsx#Sheet3", "item", 1),
    ]


def test_the_table_behind_a_cover_is_found_by_the_name_of_the_file(store: Store):
    report = load(store, {"物料.xlsx": workbook(说明=[["请勿修改"]], Sheet2=ITEMS)})
    assert [(file.file, file.table, file.new) for file in report.files] == [("物料.xlsx", "item", 1)]


def test_a_second_sheet_of_the_same_table_is_named_and_not_read(store: Store):
    report = load(store, {"物料.xlsx": workbook(一月=ITEMS, 二月=[ITEMS[0], ["A-2", "螺母", "原材料", "外购", "PCS"]])})
    assert report.saved
    assert [(issue.code, issue.severity, issue.value) for issue in issues(report)] == [
        ("FILE-SHEET", "warning", "二月")
    ]
    assert "工作表“二月”也是物料" in issues(report)[0].message("zh")
    assert item_names(store) == [("A-1", "螺丝")]


def test_hidden_sheets_are_left_alone(store: Store):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    for name, number in (("shown", "A-1"), ("old", "A-2")):
        sheet = book.add_worksheet(name)
        for row, cells in enumerate([ITEMS[0], [number, *ITEMS[1][1:]]]):
            sheet.write_row(row, 0, cells)
    sheet.hide()
    book.close()
    report = load(store, {"物料.xlsx": buffer.getvalue()})
    assert not issues(report)
    assert item_names(store) == [("A-1", "螺丝")]


def test_rows_are_counted_as_excel_counts_them(factory: Store):
    rows = [["物料清单"], [], [], ITEMS[0], [], ["A-1", "", "原材料", "外购", "PCS"]]
    report = load(factory, {"物料.xlsx": workbook(Sheet1=rows)})
    assert codes(report) == [(6, "ITEM-NAME-REQ")]


def test_a_note_beside_the_table_rejects_nothing(store: Store):
    rows = [ITEMS[0], [*ITEMS[1], None, "看这里"]]
    report = load(store, {"物料.xlsx": workbook(Sheet1=rows)})
    assert report.saved
    assert [(issue.row, issue.column, issue.code) for issue in issues(report)] == [(2, "G", "ITEM-COLUMN-NAMELESS")]


def bomb(honest: bool) -> bytes:
    """A workbook of a few kilobytes with one cell in the first corner and one in the last, XFD1048576."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("item")
    sheet.write_string(0, 0, "item_no")
    sheet.write_string(1_048_575, 16_383, "boom")
    book.close()
    if honest:
        return buffer.getvalue()
    lying = io.BytesIO()
    with zipfile.ZipFile(buffer) as archive, zipfile.ZipFile(lying, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            copy.writestr(name, re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>', archive.read(name)))
    return lying.getvalue()


@pytest.mark.parametrize("honest", [True, False], ids=["says how far it reaches", "says that it is one cell"])
def test_a_cell_in_the_last_corner_is_an_error_and_no_dead_process(factory: Store, honest: bool):
    before = dump(factory)
    content = bomb(honest)
    assert len(content) < 20_000
    report = load(factory, {"item.xlsx": content})
    assert codes(report) == [(0, "FILE-WORKBOOK")]
    assert "copy only the area with data" in issues(report)[0].message("en")
    assert dump(factory) == before


def test_a_zip_that_unpacks_to_too_much_is_not_unpacked(factory: Store, monkeypatch):
    monkeypatch.setattr(reader, "UNZIPPED", 1000)
    assert codes(load(factory, {"item.xlsx": workbook(item=ITEMS)})) == [(0, "FILE-TOO-LARGE")]


@pytest.mark.parametrize(
    "content",
    [b"", b"not a zip", b"\xd0\xcf\x11\xe0" + bytes(600)],  # the last is how old and encrypted workbooks begin
    ids=["empty", "text", "encrypted"],
)
def test_what_is_no_workbook_is_an_error(factory: Store, content: bytes):
    assert codes(load(factory, {"item.xlsx": content})) == [(0, "FILE-WORKBOOK")]


def test_a_broken_sheet_is_an_error(factory: Store):
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(item=ITEMS))) as archive, zipfile.ZipFile(broken, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    assert codes(load(factory, {"item.xlsx": broken.getvalue()})) == [(0, "FILE-WORKBOOK")]
