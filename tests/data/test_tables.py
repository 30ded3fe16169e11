"""The declarations hold the data contract, make a schema that enforces their rules, and are what the docs say."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data.tables import TABLES, Column, Table
from data.tables.ddl import TRACE_COLUMNS, create_table
from data.tables.declare import key, optional, required
from data.tables.dictionary import TARGET, dictionary

CONTRACT = Path(__file__).parent / "data_contract.csv"
SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "design" / "data_contract.csv"


def contract() -> list[dict[str, str]]:
    with CONTRACT.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_table_of_the_contract_is_declared_with_its_word_and_kind():
    wanted = {row["table"]: (row["table_zh"], row["kind"]) for row in contract()}
    declared = {name: (TABLES[name].zh, TABLES[name].kind) for name in wanted if name in TABLES}
    assert declared == wanted


@pytest.mark.parametrize("row", contract(), ids=lambda row: f"{row['table']}.{row['column']}")
def test_every_column_of_the_contract_is_declared_as_it_says(row):
    column = TABLES[row["table"]].column(row["column"])
    kind, _, choices = row["type"].partition(":")
    assert (column.zh, column.type, column.need) == (row["column_zh"], kind, row["need"])
    if choices:
        assert list(column.choices) == choices.split("/")


@pytest.mark.parametrize("name", sorted({row["table"] for row in contract()}))
def test_columns_stand_in_the_order_of_the_contract(name):
    wanted = [row["column"] for row in contract() if row["table"] == name]
    assert [column for column in TABLES[name].names if column in wanted] == wanted


@pytest.mark.skipif(not SHARED.is_file(), reason="the contract is not beside the project")
def test_the_copy_of_the_contract_is_the_contract():
    assert CONTRACT.read_bytes() == SHARED.read_bytes()


def test_the_data_dictionary_in_the_docs_is_up_to_date():
    assert TARGET.read_text(encoding="utf-8") == dictionary(), "run: make dictionary"


def test_codes_of_tables_differ_so_that_an_error_names_one_table():
    codes = [table.code for table in TABLES.values()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_references_point_to_columns_that_are_there(table):
    for reference in table.all_references:
        assert set(reference.columns) <= set(table.names)
        assert set(reference.target_columns) <= set(TABLES[reference.table].names)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_no_header_means_two_columns_of_a_table(table):
    heard: dict[str, str] = {}
    for column in table.columns:
        for header in {column.name, column.zh, *column.aliases}:
            assert heard.setdefault(header.casefold(), column.name) == column.name, header


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_defaults_are_values_their_column_may_hold(table):
    for column in table.columns:
        if column.default is not None and column.choices:
            assert column.default in column.choices
        if column.default is not None and column.minimum is not None:
            assert column.minimum <= column.default <= (column.maximum or float("inf"))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_schema_has_the_declared_columns_keys_and_trace(table):
    connection = duckdb.connect()
    connection.execute(create_table(table))
    rows = connection.execute(f"PRAGMA table_info('{table.name}')").fetchall()
    trace = () if table.kind == "plan" else tuple(TRACE_COLUMNS)
    assert [row[1] for row in rows] == [*table.names, *trace]
    assert tuple(row[1] for row in rows if row[5]) == table.keys
    for row, column in zip(rows, table.columns, strict=False):
        assert row[3] == (not column.nullable), column.name


RULES = Table(
    "rule",
    "规则",
    code="RULE",
    kind="form",
    columns=(
        key("rule_no", "编号"),
        required("qty", "数量", "decimal", minimum=0, exclusive=True),
        optional("rate", "比率", "decimal", minimum=0, maximum=1),
        optional("kind", "种类", choices={"good": "好", "it's": "撇"}, default="it's"),
    ),
)


@pytest.mark.parametrize(
    "values",
    [
        {"rule_no": None, "qty": 1},  # a key is never empty
        {"rule_no": "A", "qty": None},  # nor is a required column
        {"rule_no": "A", "qty": 0},  # the minimum itself is excluded
        {"rule_no": "A", "qty": 1, "rate": 1.01},
        {"rule_no": "A", "qty": 1, "rate": -0.01},
        {"rule_no": "A", "qty": 1, "kind": "bad"},
    ],
)
def test_the_schema_refuses_what_a_rule_forbids(values: dict[str, Any]):
    connection = duckdb.connect()
    connection.execute(create_table(RULES))
    with pytest.raises(duckdb.ConstraintException):
        connection.execute(
            f"INSERT INTO rule ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", list(values.values())
        )


def test_the_schema_takes_what_the_rules_allow_and_fills_defaults():
    connection = duckdb.connect()
    connection.execute(create_table(RULES))
    connection.execute("INSERT INTO rule (rule_no, qty, rate) VALUES ('A', 0.000001, 1)")
    assert connection.execute("SELECT kind FROM rule").fetchone() == ("it's",)
    with pytest.raises(duckdb.ConstraintException):
        connection.execute("INSERT INTO rule (rule_no, qty) VALUES ('A', 1)")


def test_a_declaration_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="enum has choices"):
        Column("status", "状态", "enum", "optional")
    with pytest.raises(ValueError, match="declared twice"):
        replace(RULES, columns=(*RULES.columns, key("rule_no", "编号")))


@pytest.mark.parametrize(
    ("name", "label"),
    [("sales_order_no", "Sales order no."), ("qty", "Qty"), ("due_date", "Due date")],
)
def test_english_labels_are_names_in_words(name, label):
    assert TABLES["sales_order"].column(name).label("en") == label


def test_labels_come_in_both_languages():
    status = TABLES["sales_order"].column("status")
    assert (status.label("zh"), status.choice_label("on_hold", "zh")) == ("状态", "暂停")
    assert status.choice_label("on_hold", "en") == "on hold"
    assert (TABLES["bom_line"].label("zh"), TABLES["bom_line"].label("en")) == ("产品BOM表", "BOM line")


def test_a_column_that_is_not_declared_is_not_found():
    with pytest.raises(KeyError):
        TABLES["item"].column("colour")
