"""Words and numbers as the reader's language writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from data.tables import TABLES
from locales import text, words

DEFAULT_LANGUAGE = "zh"
NOTHING = "–"
WEEKDAYS: Mapping[str, str] = {"zh": "一二三四五六日", "en": "Mon Tue Wed Thu Fri Sat Sun"}


def language() -> str:
    """The reader's language, "zh" or "en"."""
    return str(st.session_state.get("language", DEFAULT_LANGUAGE))


def t(key: str, /, **facts: Any) -> str:
    """The words of `key` in the reader's language with `facts` put in. Raises KeyError where a catalogue lacks it."""
    return text(language(), key, **facts)


def known(key: str) -> bool:
    """Whether the reader's catalogue has `key`."""
    return key in words(language())


def missing(value: Any) -> bool:
    """Whether there is nothing to show."""
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or value == ""
        or bool(pd.api.types.is_scalar(value) and pd.isna(value))
    )


def weekday(value: dt.date) -> str:
    """周二, Tue."""
    if language() == "zh":
        return f"周{WEEKDAYS['zh'][value.weekday()]}"
    return WEEKDAYS["en"].split()[value.weekday()]


def date(value: Any, year: int | None = None) -> str:
    """11-24 (周二); with its year where that is not `year` (the year in view)."""
    if missing(value):
        return NOTHING
    day = pd.Timestamp(value)
    shown = year if year is not None else int(st.session_state.get("year_in_view", dt.date.today().year))
    digits = f"{day:%m-%d}" if day.year == shown else f"{day:%Y-%m-%d}"
    return f"{digits} ({weekday(day.date())})"


def moment(value: Any) -> str:
    """11-24 08:02."""
    return NOTHING if missing(value) else f"{pd.Timestamp(value):%m-%d %H:%M}"


def quantity(value: Any, decimals: int = 3) -> str:
    """1,024 or 0.125: no decimals that say nothing."""
    if missing(value):
        return NOTHING
    number = round(float(value), decimals)
    digits = f"{number:,.{decimals}f}"
    shown = digits.rstrip("0").rstrip(".") if decimals else digits
    return "0" if shown in ("-0", "") else shown


def percent(value: Any, decimals: int = 1) -> str:
    """92.4 %."""
    return NOTHING if missing(value) else f"{quantity(float(value) * 100, decimals)} %"


def money(value: Any) -> str:
    """¥1,024.50; from a hundred thousand on in 万 or k, M: figures that are read, not added up."""
    if missing(value):
        return NOTHING
    number = float(value)
    scales = ((1e8, "亿"), (1e4, "万")) if language() == "zh" else ((1e9, "B"), (1e6, "M"), (1e3, "k"))
    if abs(number) >= 1e5:
        for scale, unit in scales:
            if abs(number) >= scale:
                scaled = number / scale
                return f"¥{quantity(scaled, 0 if abs(scaled) >= 100 else 1)}{unit}"
    return f"¥{quantity(number, 2)}"


def counted(thing: str, count: Any) -> str:
    """25 行订单; 1 order line, 25 order lines: a number of things (`shell.counted.<thing>`)."""
    form = "one" if float(count) == 1 else "many"
    return t(f"shell.counted.{thing}.{form}", count=quantity(count))


def line(sales_order_no: Any, line_no: Any) -> str:
    """SO-1203/1."""
    return f"{sales_order_no}/{int(line_no)}"


def choice(table: str, column: str, value: Any) -> str:
    """The word for an enum value, from the table's declaration."""
    return NOTHING if missing(value) else TABLES[table].column(column).choice_label(str(value), language())


def table_label(name: str) -> str:
    """The word for a declared table."""
    return TABLES[name].label(language())


def column_label(name: str, table: str | None = None) -> str:
    """The header of column `name`: a word of the glossary, else that of the declaration of `table` or any table."""
    if known(f"glossary.columns.{name}"):
        return t(f"glossary.columns.{name}")
    tables = [TABLES[table]] if table else []
    for declared in (*tables, *TABLES.values()):
        if name in declared.names:
            return declared.column(name).label(language())
    raise KeyError(f"no word for the column {name}")
