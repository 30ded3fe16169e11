"""Every table comes out as CSV and XLSX, and what came out goes in again as it was."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from data.exports import export_table, table_bytes
from data.imports import import_files
from data.imports.workbook import sheets
from data.store import Store
from data.tables import TABLES, Column, Table
from planning.errors import InputError
from tests.data.filled_store import fill
from tests.data.imports.files import dump, load

IMPORTED = [table for table in TABLES.values() if table.kind != "plan"]
# texts that spreadsheets and imports like to misread
TEXTS = [
    "=1+1",
    "+86 755",
    "-5",
    "-",
    "@x",
    "'=x",
    "NULL",
    "N/A",
    '8" x 10"',
    "a,b;c",
    "two\nlines",
    "00123",
    "“华兴”",
    "1e5",
    "'",
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "factory.duckdb") as opened:
        yield opened


def value_of(table: Table, column: Column, row: int) -> Any:
    """A value that a column may hold, another in each of a few rows; references name the same row elsewhere."""
    if column.references or (column.type == "text" and column.name.endswith("_no") and column.name != "tracking_no"):
        return f"{row:05d}"
    if column.type == "enum":
        return list(column.choices)[row % len(column.choices)]
    if column.type == "integer":
        return min(row + 1, int(column.maximum or 99))
    if column.type == "decimal":
        return Decimal(row + 1) / (1000 if column.maximum else 8)
    if column.type == "boolean":
        return row % 2 == 0
    if column.type == "date":
        return [dt.date(2026, 1, 5 + row), dt.date(9999, 12, 31)][row % 7 == 6]
    if column.type == "datetime":
        return dt.datetime(2026, 1, 5, 8, 30, 15, 250_000 + row * 1234)
    if column.unit == "HH:MM":
        return f"{row + 7:02d}:30"
    return TEXTS[row % len(TEXTS)]


def record(table: Table, row: int) -> dict[str, Any]:
    values = {column.name: value_of(table, column, row) for column in table.columns}
    if table.name == "bom_line":
        values["component_item_no"] = f"{row + 1:05d}"  # no circle
    if table.name in ("bom_line", "sales_order", "purchase_order", "order_change", "material_arrival", "shipment"):
        values |= {name: row + 1 for name in ("line_no", "sales_order_line_no") if name in values}
    if row % 3 == 2:  # some rows leave out what they may
        values = {name: value for name, value in values.items() if table.column(name).need != "optional"}
    return values


@pytest.fixture
def full(store: Store) -> Store:
    """Some rows in every table that can be imported, with awkward values."""
    for table in IMPORTED:
        fill(
            store,
            **{table.name: [record(table, row) for row in range(16 if table.name in ("item", "supplier") else 15)]},
        )
    return store


def rows_of(store: Store) -> dict[str, Any]:
    """The rows of all tables without their traces."""
    with store.read() as cursor:
        return {
            table.name: cursor.execute(f"SELECT {', '.join(table.names)} FROM {table.name} ORDER BY ALL").fetchall()
            for table in IMPORTED
        }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_table_goes_out_and_into_an_empty_store_as_it_was(
    full: Store, tmp_path: Path, language: str, ending: str
):
    folder = tmp_path / "out"
    folder.mkdir()
    for table in IMPORTED:
        export_table(full, table.name, folder / f"{table.label(language)}.{ending}", language)
    with Store.open(tmp_path / "other.duckdb") as other:
        report = import_files(other, [folder], author="planner", as_of=dt.date.max)
        assert [(file.table, issue.row, issue.code) for file in report.files for issue in file.issues] == []
        assert report.saved
        assert rows_of(other) == rows_of(full)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_exported_changes_nothing_where_it_came_from(full: Store, tmp_path: Path, language: str):
    before = dump(full)
    (tmp_path / "out").mkdir()
    for table in IMPORTED:
        export_table(full, table.name, tmp_path / "out" / f"{table.name}.csv", language)
    report = import_files(full, [tmp_path / "out"], author="planner")
    assert report.saved
    assert sum(file.new + file.changed for file in report.files) == 0
    assert dump(full) == before


def test_english_headers_are_the_contracts_and_chinese_ones_its_words(store: Store):
    fill(store, customer=[{"customer_no": "C1", "name": "华兴", "active": False}])
    english, chinese = (table_bytes(store, "customer", "csv", language) for language in ("en", "zh"))
    assert english.decode("utf-8").splitlines() == [
        "customer_no,name,priority,credit_limit,payment_terms_days,contact,phone,address,active",
        "C1,华兴,3,,,,,,false",
    ]
    assert chinese.startswith(b"\xef\xbb\xbf")
    assert chinese.decode("utf-8-sig").splitlines() == [
        "客户编号,客户名称,优先级,信用额度,账期,联系人,电话,收货地址,是否有效",
        "C1,华兴,3,,,,,,否",
    ]


@pytest.mark.parametrize("formula", ["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "＝1+1"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_no_text_leaves_as_a_formula(store: Store, formula: str, ending: str):
    fill(store, customer=[{"customer_no": "C1", "name": formula}])
    content = table_bytes(store, "customer", ending)
    rows = list(csv.reader(io.StringIO(content.decode()))) if ending == "csv" else sheets(content, "x.xlsx")[0][1]
    assert rows[1][1] == f"'{formula}"


def test_numbers_are_not_guarded(store: Store):
    fill(store, customer=[{"customer_no": "C1", "name": "-5", "phone": "+8613800138000"}])
    assert "C1,-5,3,,,,+8613800138000," in table_bytes(store, "customer", "csv").decode()


def test_a_workbook_has_typed_cells(store: Store):
    fill(
        store,
        item=[
            {"item_no": "1", "name": "x", "category": "raw", "source": "buy", "uom": "EA", "unit_cost": Decimal("0.1")}
        ],
    )
    fill(store, stock_balance=[{"as_of_date": dt.date(2026, 1, 5), "item_no": "1", "on_hand_qty": 7}])

    def cells(name: str, language: str) -> dict[str, Any]:
        book = CalamineWorkbook.from_filelike(io.BytesIO(table_bytes(store, name, "xlsx", language)))
        header, row = book.get_sheet_by_index(0).to_python()
        return dict(zip(header, row, strict=True))

    assert cells("item", "en")["item_no"] == "1"
    assert cells("item", "en")["unit_cost"] == 0.1
    assert cells("item", "zh")["物料类别"] == "原材料"
    assert cells("stock_balance", "en")["as_of_date"] == dt.date(2026, 1, 5)


def test_a_number_that_a_cell_cannot_hold_exactly_leaves_as_text(store: Store):
    cost = Decimal("123456789012.345678")
    fill(
        store, item=[{"item_no": "1", "name": "x", "category": "raw", "source": "buy", "uom": "EA", "unit_cost": cost}]
    )
    content = table_bytes(store, "item", "xlsx")
    with store.write("test", "change") as writer:
        writer.execute("UPDATE item SET unit_cost = 0")
    assert load(store, {"item.xlsx": content}).saved
    with store.read() as cursor:
        assert cursor.execute("SELECT unit_cost FROM item").fetchone() == (cost,)


class TestPlans:
    @pytest.fixture
    def planned(self, store: Store) -> Store:
        """Two plans of today's data, and a newer one of a scenario."""
        run = {"as_of_date": dt.date(2026, 1, 5), "horizon_end": dt.date(2026, 3, 5), "status": "feasible"}
        run |= {"verified": True, "data_version": "1"}
        runs = [
            {**run, "run_no": "P-1", "created_at": dt.datetime(2026, 1, 5, 8)},
            {**run, "run_no": "P-2", "created_at": dt.datetime(2026, 1, 5, 9)},
            {**run, "run_no": "P-3", "created_at": dt.datetime(2026, 1, 5, 10), "scenario": "rush"},
        ]
        kits = [
            {"run_no": f"P-{number}", "order_ref": "WO", "status": "full", "can_make_qty": number}
            for number in (1, 2, 3)
        ]
        fill(store, plan_run=runs, plan_kit=kits)
        return store

    @pytest.mark.parametrize("table", ["plan_kit", "plan_run"])
    def test_the_latest_plan_is_exported_unless_another_is_named(self, planned: Store, table: str):
        def runs(run_no: str | None) -> list[str]:
            rows = csv.DictReader(io.StringIO(table_bytes(planned, table, "csv", run_no=run_no).decode()))
            return [row["run_no"] for row in rows]

        assert runs(None) == ["P-2"]
        assert runs("P-1") == ["P-1"]
        assert runs("P-3") == ["P-3"]

    def test_an_unknown_plan_is_said(self, planned: Store):
        with pytest.raises(InputError) as error:
            table_bytes(planned, "plan_kit", "csv", run_no="P-9")
        assert error.value.code == "PLAN-RUN-UNKNOWN"

    def test_no_plan_at_all_is_said(self, store: Store):
        with pytest.raises(InputError) as error:
            table_bytes(store, "plan_kit", "csv")
        assert error.value.code == "EXPORT-NO-RUN"


def test_another_ending_is_refused(store: Store, tmp_path: Path):
    with pytest.raises(InputError) as error:
        export_table(store, "item", tmp_path / "item.pdf")
    assert error.value.code == "EXPORT-TYPE"
    assert not (tmp_path / "item.pdf").exists()
