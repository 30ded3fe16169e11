"""A few small files and a store to import them into."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from data.imports import ImportReport, Issue, Upload, import_uploads
from data.store import Store
from data.tables import TABLES

MASTERS = {
    "customer.csv": "customer_no,name\nC1,华兴\nC2,Metro\n",
    "supplier.csv": "supplier_no,name\nS1,鸿达\n",
    "item.csv": (
        "item_no,name,category,source,uom\n"
        "FG-100,Lamp,finished,make,EA\nFG-200,Torch,finished,make,EA\n"
        "SA-10,Body,semi_finished,make,EA\nRM-1,Steel,raw,buy,KG\n"
    ),
    "bom_line.csv": "parent_item_no,component_item_no,line_no,qty_per\nFG-100,SA-10,1,1\nSA-10,RM-1,1,0.25\n",
    "sales_order.csv": (
        "sales_order_no,line_no,customer_no,item_no,qty,order_date,due_date,remark\n"
        "SO-1,1,C1,FG-100,10,2026-01-05,2026-02-05,first\nSO-1,2,C1,FG-200,5.5,2026-01-05,2026-02-06,\n"
    ),
}
SO_HEADER = "sales_order_no,line_no,customer_no,item_no,qty,order_date,due_date"


def load(store: Store, files: dict[str, str | bytes], **more: Any) -> ImportReport:
    """Import `files` (name = text or bytes) as one batch."""
    uploads = [
        Upload(name, content.encode() if isinstance(content, str) else content) for name, content in files.items()
    ]
    return import_uploads(store, uploads, **{"author": "planner", **more})


def orders(*rows: str) -> dict[str, str]:
    """A sales order file of `rows`, in the columns of SO_HEADER."""
    return {"sales_order.csv": "\n".join([SO_HEADER, *rows]) + "\n"}


def issues(report: ImportReport) -> list[Issue]:
    """All issues of all files."""
    return [issue for file in report.files for issue in file.issues]


def codes(report: ImportReport) -> list[tuple[int, str]]:
    """Row and code of every issue."""
    return [(issue.row, issue.code) for issue in issues(report)]


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the contract, traces included."""
    with store.read() as cursor:
        return {name: cursor.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in TABLES}


def workbook(**sheets: list[list[Any]]) -> bytes:
    """An XLSX with one sheet per name; strings stay strings, numbers, dates and booleans are typed cells."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for position, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, position, value)
                elif value is not None:
                    sheet.write(number, position, value)
    book.close()
    return buffer.getvalue()
