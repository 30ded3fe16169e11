"""A template is known by its own header, and says in both languages how it is filled in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.imports.workbook import sheets
from data.store import Store
from data.tables import TABLES
from data.templates import explanation, template_bytes
from tests.data.imports.files import load

IMPORTED = [table for table in TABLES.values() if table.kind != "plan"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "factory.duckdb") as opened:
        yield opened


@pytest.mark.parametrize("table", IMPORTED, ids=lambda table: table.name)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_is_explained(table, language: str):
    for column in table.columns:
        about = explanation(column, language)
        assert about["column"] == (column.zh if language == "zh" else column.name)
        assert about["type"]
        assert bool(about["unit"]) == bool(column.unit)
        assert all(
            choice in about["choices"] for choice in (column.choices.values() if language == "zh" else column.choices)
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_marks_what_is_required(language: str):
    (title, rows, *_), (about_title, about, *_) = sheets(template_bytes("sales_order", language), "template.xlsx")
    assert title == ("销售订单" if language == "zh" else "Sales order")
    assert rows[0][:5] == (
        ["销售订单号*", "行号*", "客户编号*", "落货单号", "物料编码*"]
        if language == "zh"
        else ["sales_order_no*", "line_no*", "customer_no*", "customer_order_no", "item_no*"]
    )
    assert about_title == ("填写说明" if language == "zh" else "How to fill in")
    assert len(about) == 1 + len(TABLES["sales_order"].columns)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("table", ["customer", "stock_balance", "handover"])
def test_an_empty_template_is_taken_for_its_table(store: Store, table: str, language: str):
    report = load(store, {"new.xlsx": template_bytes(table, language)})
    assert [(file.table, [issue.code for issue in file.issues]) for file in report.files] == [(table, ["FILE-NO-ROWS"])]
