"""Texts of cells as values, one column's way each. A value leaves as the text the store casts exactly."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from data.tables import Column

NOTHING = {"", "-", "--", "—", "null", "none", "nan", "n/a", "#n/a", "na", "无"}
YES = {"是", "true", "1", "y", "yes", "t", "√", "启用", "有效"}
NO = {"否", "false", "0", "n", "no", "f", "×", "停用", "无效"}
DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?.*)?"
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
EXCEL_DAYS = (20000, 80000)  # serial numbers of 1954 to 2119
EXCEL_EPOCH = dt.datetime(1899, 12, 30)
PLACES = Decimal("0.000001")


class BadValueError(ValueError):
    """A cell that cannot be its column's value; the rule says why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def converter(column: Column) -> Callable[[str], str | None]:
    """The function from a cell's text to the column's value as text; None for nothing. Raises BadValueError."""
    convert: Callable[[str], str] = {
        "text": _text,
        "integer": _integer,
        "decimal": _decimal,
        "boolean": _boolean,
        "date": _date,
        "datetime": _datetime,
        "enum": _choice(column),
    }[column.type]
    if column.name == "start_time":
        convert = _clock

    def cell(text: str) -> str | None:
        text = text.strip()
        if text.lower() in NOTHING:
            return None
        value = convert(text)
        _check_range(column, value)
        return value

    return cell


def _check_range(column: Column, value: str) -> None:
    if column.type not in ("integer", "decimal"):
        return
    number = Decimal(value)
    if column.minimum is not None:
        low = Decimal(str(column.minimum))
        if number < 0 <= low:
            raise BadValueError("NEG")
        if number < low or (column.exclusive and number == low):
            raise BadValueError("RANGE")
    if column.maximum is not None and number > Decimal(str(column.maximum)):
        raise BadValueError("RANGE")


def _text(text: str) -> str:
    # exports put an apostrophe before what a spreadsheet would take for a formula
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@\t\r" else text


def _number(text: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").replace("¥", "").replace("￥", "")
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()") if negative else plain
    percent = plain.endswith("%")
    plain = plain.rstrip("%")
    if "," in plain:
        if not re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
            raise BadValueError("NUM")
        plain = plain.replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise BadValueError("NUM") from error
    if not number.is_finite() or abs(number) >= 10**12:
        raise BadValueError("NUM")
    number = -number if negative else number
    return number / 100 if percent else number


def _decimal(text: str) -> str:
    number = _number(text).quantize(PLACES)
    return format(number.normalize() if number else Decimal(0), "f")


def _integer(text: str) -> str:
    number = _number(text)
    if number != number.to_integral_value():
        raise BadValueError("INT")
    return str(int(number))


def _boolean(text: str) -> str:
    word = unicodedata.normalize("NFKC", text).lower()
    if word in YES:
        return "true"
    if word in NO:
        return "false"
    raise BadValueError("BOOL")


def _moment(text: str) -> dt.datetime:
    plain = unicodedata.normalize("NFKC", text).strip()
    found = DATE.fullmatch(plain) or COMPACT.fullmatch(plain)
    try:
        if found:
            parts = [int(part) for part in found.groups() if part]
            return dt.datetime(*parts)  # type: ignore[arg-type]
        serial = float(plain)
    except (ValueError, TypeError) as error:
        raise BadValueError("DATE") from error
    if not EXCEL_DAYS[0] <= serial <= EXCEL_DAYS[1]:
        raise BadValueError("DATE")
    return EXCEL_EPOCH + dt.timedelta(days=serial)


def _date(text: str) -> str:
    return _moment(text).date().isoformat()


def _datetime(text: str) -> str:
    return _moment(text).isoformat(" ", "seconds")


def _clock(text: str) -> str:
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})(?:[:：]\d{2})?", unicodedata.normalize("NFKC", text))
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise BadValueError("TIME")
    return f"{int(found[1]):02d}:{found[2]}"


def _choice(column: Column) -> Callable[[str], str]:
    words = {}
    for value, word in column.choices.items():
        for known in (value, word, value.replace("_", " ")):
            words[_plain(known)] = value

    def choose(text: str) -> str:
        value = words.get(_plain(text))
        if value is None:
            raise BadValueError("ENUM")
        return value

    return choose


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", unicodedata.normalize("NFKC", text).lower())
