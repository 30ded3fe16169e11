"""Which table a file is, and which column each header means."""

from __future__ import annotations

import pytest

from data.imports.headers import layout, missing, vocabulary
from data.tables import TABLES

IMPORTED = [table for table in TABLES.values() if table.kind != "plan"]


def header_of(table_name: str, language: str = "en") -> list[str]:
    return [column.name if language == "en" else column.zh for column in TABLES[table_name].columns]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("sales_order.csv", "sales_order"),
        ("Sales Order.xlsx", "sales_order"),
        ("sales_order (2).csv", "sales_order"),
        ("sales_order - Copy.csv", "sales_order"),
        ("sales-order-2026-11-24.csv", "sales_order"),
        ("20261124_销售订单.csv", "sales_order"),
        ("销售订单_20261124.csv", "sales_order"),
        ("销售订单20261124（1）.xlsx", "sales_order"),
        ("销售订单导出 2026.11.24.csv", "sales_order"),
        ("产品BOM表.xlsx", "bom_line"),
        ("供应商物料.csv", "supplier_item"),
        ("11月份采购单明细.csv", "purchase_order"),
    ],
)
def test_the_name_of_a_file_says_its_table(name: str, table: str):
    found = layout([["?"]], name)
    assert found is not None
    assert found.table.name == table


@pytest.mark.parametrize("table", IMPORTED, ids=lambda table: table.name)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_header_alone_says_the_table(table, language: str):
    found = layout([header_of(table.name, language)], "export.csv")
    assert found is not None
    assert found.table.name == table.name
    assert list(found.columns) == list(table.names)


@pytest.mark.parametrize("table", IMPORTED, ids=lambda table: table.name)
def test_what_a_table_must_have_is_enough_to_know_it(table):
    needed = [column.name for column in table.columns if column.need != "optional" and column.default is None]
    found = layout([needed], "export.csv")
    assert found is not None
    assert found.table.name == table.name


def test_a_name_that_only_holds_a_tables_word_gives_way_to_the_header():
    found = layout([header_of("purchase_order", "zh")], "物料需求.csv")
    assert found is not None
    assert found.table.name == "purchase_order"


def test_a_header_that_nearly_fits_one_table_is_that_table():
    header = [name for name in header_of("purchase_order") if name != "due_date"]
    found = layout([header], "export.csv")
    assert found is not None
    assert (found.table.name, missing(found)) == ("purchase_order", ["due_date"])


def test_a_file_that_only_holds_what_a_small_table_needs_is_not_taken_for_it():
    assert layout([["供应商编号", "物料编码", "得分", "月份"]], "评分.csv") is None


def test_columns_that_nobody_knows_do_not_hide_a_table():
    header = [*header_of("purchase_order", "zh"), *(f"自定义{number}" for number in range(20))]
    found = layout([header], "导出.csv")
    assert found is not None
    assert (found.table.name, len(found.unknown)) == ("purchase_order", 20)


def test_a_plan_is_not_imported():
    assert layout([header_of("plan_order")], "plan_order.csv") is None


@pytest.mark.parametrize(
    "header",
    [
        "qty",
        "QTY",
        " Qty. ",
        "Quantity",
        "订单数量",
        "订单 数量",
        "订单\n数量",
        "订单数量*",
        "*订单数量",
        "订单数量（件）",
        "订单数量(PCS)*",
        "ｑｔｙ",
        "数量",
    ],
)
def test_a_header_is_known_however_it_is_written(header: str):
    found = layout([["sales_order_no", header]], "sales_order.csv")
    assert found is not None
    assert found.columns["qty"] == 1


def test_a_header_in_percent_is_noticed():
    found = layout([["物料编码", "损耗率(%)"]], "物料.csv")
    assert found is not None
    assert found.percent == {"scrap_rate"}


def test_a_title_may_stand_above_the_header():
    rows = [["华兴电子有限公司"], [], ["销售订单明细", "", "2026-11-24"], header_of("sales_order", "zh")]
    found = layout(rows, "销售订单.csv")
    assert found is not None
    assert found.header_row == 3


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_is_known_by_its_own_words(table):
    for column in table.columns:
        found = layout([[column.name]], table.name) if table.kind != "plan" else None
        if found:
            assert found.columns == {column.name: 0}
    assert set(vocabulary(table.name).values()) == set(table.names)
