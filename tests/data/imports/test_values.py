"""How cells are read, column type by column type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.imports.values import BadValueError, converter, guarded, unguarded
from data.tables import TABLES, Column

QTY = TABLES["sales_order"].column("qty")
CREDIT = Column("credit", "额度", "decimal", "optional")
LINE = TABLES["sales_order"].column("line_no")
DUE = TABLES["sales_order"].column("due_date")
TIME = TABLES["handover"].column("handover_time")
STATUS = TABLES["sales_order"].column("status")
ACTIVE = TABLES["item"].column("active")
START = TABLES["calendar"].column("start_time")
NAME = TABLES["item"].column("name")
SCRAP = TABLES["item"].column("scrap_rate")
CATEGORY = TABLES["item"].column("category")


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        (QTY, "1200", "1200"),
        (QTY, "1,200.50", "1200.5"),
        (QTY, "１２００．５", "1200.5"),  # full-width figures
        (QTY, "1，200", "1200"),  # full-width comma
        (QTY, " 12 \u3000", "12"),
        (QTY, "1.5e3", "1500"),
        (QTY, "¥12.50", "12.5"),
        (QTY, "+7", "7"),
        (QTY, ".5", "0.5"),
        (QTY, "0.000001", "0.000001"),
        (QTY, "999999999999.999999", "999999999999.999999"),
        (CREDIT, "(1,234.50)", "-1234.5"),  # as accountants write it
        (CREDIT, "（5）", "-5"),
        (CREDIT, "12.5-", "-12.5"),  # as SAP writes it
        (CREDIT, "-0", "0"),
        (LINE, "10.0", "10"),
        (LINE, "1,000", "1000"),
        (SCRAP, "5%", "0.05"),
        (SCRAP, "2.5 ％", "0.025"),
        (SCRAP, "0.05", "0.05"),
        (DUE, "2026-01-05", "2026-01-05"),
        (DUE, "2026/1/5", "2026-01-05"),
        (DUE, "2026.1.5", "2026-01-05"),
        (DUE, "20260105", "2026-01-05"),
        (DUE, "2026年1月5日", "2026-01-05"),
        (DUE, "２０２６年１月５日", "2026-01-05"),
        (DUE, "2026-01-05 08:30:00", "2026-01-05"),
        (DUE, "2026-01-05T23:59", "2026-01-05"),
        (DUE, "46027", "2026-01-05"),  # what Excel counts from 1900
        (DUE, "9999-12-31", "9999-12-31"),  # for ever, in many an ERP
        (TIME, "2026-01-05 08:30", "2026-01-05 08:30:00"),
        (TIME, "2026/1/5 8:30:15.25", "2026-01-05 08:30:15.250000"),
        (TIME, "2026-01-05", "2026-01-05 00:00:00"),
        (TIME, "46027.5", "2026-01-05 12:00:00"),
        (STATUS, "confirmed", "confirmed"),
        (STATUS, "已确认", "confirmed"),
        (STATUS, " In Production ", "in_production"),
        (CATEGORY, "Semi-Finished", "semi_finished"),
        (CATEGORY, "半 成品", "semi_finished"),
        (ACTIVE, "是", "true"),
        (ACTIVE, "Y", "true"),
        (ACTIVE, "１", "true"),
        (ACTIVE, "FALSE", "false"),
        (ACTIVE, "否", "false"),
        (START, "8:00", "08:00"),
        (START, "08：30：00", "08:30"),
        (START, "0.3333333333", "08:00"),  # a time as Excel keeps it
        (NAME, "00123", "00123"),
        (NAME, " 1e5 ", "1e5"),
        (NAME, "（大）", "（大）"),  # texts keep their width
        (NAME, "NA", "NA"),  # may well be somebody's code
        (NAME, "'=A1", "=A1"),
        (NAME, "'hello", "'hello"),
    ],
)
def test_a_cell_is_read_as_its_column_means_it(column: Column, text: str, value: str):
    assert converter(column)(text) == (value, False)


@pytest.mark.parametrize("text", ["", "  ", "-", "NULL", "null", "N/A", "#N/A", "\u3000", "\ufeff"])
@pytest.mark.parametrize("column", [QTY, LINE, DUE, STATUS, ACTIVE, START, NAME], ids=lambda column: column.name)
def test_nothing_is_written_in_many_ways(column: Column, text: str):
    assert converter(column)(text) == (None, False)


@pytest.mark.parametrize(
    ("column", "text", "rule"),
    [
        (QTY, "12 PCS", "NUM"),
        (QTY, "1,5", "NUM"),  # a decimal comma must not become fifteen
        (QTY, "1,50,000", "NUM"),
        (QTY, "1_000", "NUM"),
        (QTY, "nan", None),
        (QTY, "inf", "NUM"),
        (QTY, "1e13", "LARGE"),  # more than the store holds
        (QTY, "1000000000000", "LARGE"),
        (QTY, "5%", "NUM"),  # half a percent of what
        (QTY, "-1", "NEG"),
        (QTY, "0", "RANGE"),
        (QTY, "0.0000001", "RANGE"),  # nothing once it is rounded
        (SCRAP, "5", "RANGE"),
        (LINE, "1.5", "INT"),
        (LINE, "one", "NUM"),
        (DUE, "2026-02-30", "DATE"),
        (DUE, "5/1/2026", "DATE"),  # May or January?
        (DUE, "26-1-5", "DATE"),
        (DUE, "2026-01", "DATE"),
        (DUE, "2026-01-05 soon", "DATE"),
        (DUE, "2026-01-05 25:00", "DATE"),
        (DUE, "12", "DATE"),
        (DUE, "tomorrow", "DATE"),
        (STATUS, "done", "ENUM"),
        (ACTIVE, "2", "BOOL"),
        (START, "24:00", "TIME"),
        (START, "noon", "TIME"),
    ],
)
def test_what_cannot_be_read_says_why(column: Column, text: str, rule: str | None):
    if rule is None:
        assert converter(column)(text) == (None, False)
        return
    with pytest.raises(BadValueError) as error:
        converter(column)(text)
    assert error.value.rule == rule


@pytest.mark.parametrize(
    ("text", "value"), [("0.3333333333333333", "0.333333"), ("1.0000005", "1"), ("1.0000015", "1.000002")]
)
def test_more_than_six_decimals_are_rounded_half_to_even_and_said(text: str, value: str):
    assert converter(QTY)(text) == (value, True)


def test_a_header_in_percent_makes_its_numbers_percent():
    assert converter(SCRAP, percent=True)("5") == ("0.05", False)
    assert converter(SCRAP, percent=True)("5%") == ("0.05", False)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"]), min_size=1))
def test_a_guarded_text_comes_back_as_it_was(text: str):
    assert unguarded(guarded(text)) == text


@given(st.text(alphabet="=+-@＝'1.eNULLnull/A#", min_size=1))
def test_a_guarded_text_is_no_formula_and_not_taken_for_nothing(text: str):
    assert converter(NAME)(guarded(text)) == (text, False)
    assert guarded(text)[0] not in "=@" or not text
    if guarded(text)[0] in "+-":
        float(guarded(text))
