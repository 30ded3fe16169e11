"""Texts of cells as values, one column's way each. A value leaves as the text the store casts exactly."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from data.tables import Column

# what stands for nothing; in a text column only what no code or name can be
NOTHING_AS_TEXT = frozenset({"", "-", "null", "n/a", "#n/a"})
NOTHING = NOTHING_AS_TEXT | {"--", "—", "none", "nan", "na", "无", "/"}
YES = {"是", "true", "1", "y", "yes", "t", "√", "启用", "有效"}
NO = {"否", "false", "0", "n", "no", "f", "×", "停用", "无效"}
DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:(?:\s+|T)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?)?"
)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?")
PLAIN = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")  # what most cells hold, and what needs no further look
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
FIRST_YEAR = 1900  # an earlier one is a slip of the finger
EXCEL_DAYS = (20000, 80000)  # serial numbers of 1954 to 2119
EXCEL_EPOCH = dt.datetime(1899, 12, 30)
PLACES = Decimal("0.000001")
LARGEST = 10**12  # what DECIMAL(18, 6) holds
# full-width marks are formulas to some spreadsheets, too
FORMULA = "=+-@\t\r＝＋－＠"
FORMULA_ERRORS = frozenset({"#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!", "#spill!", "#calc!"})
LONGEST_TEXT = 32_767  # what a cell of a workbook holds
LONGEST_KEY = 255
# control characters but tab and line breaks, halves of characters, and no characters at all
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# two numbers that look the same are the same, so nothing without a width may stand in one
WIDTHLESS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
GUARDED = re.compile(rf"'*(?:[{re.escape(FORMULA)}].*|-|null|n/a|#n/a)", re.IGNORECASE | re.DOTALL)


class BadValueError(ValueError):
    """A cell that cannot be its column's value; the rule says why."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


Convert = Callable[[str], tuple[str | None, bool]]


def converter(column: Column, percent: bool = False) -> Convert:
    """The function from a cell's text to the column's value as text (None: nothing) and whether it was rounded.

    `percent`: the header says that the column is in percent. The function raises BadValueError.
    """
    if column.type == "decimal":
        return _numeric(column, lambda text: _decimal(column, text, percent))
    if column.type == "integer":
        return _numeric(column, lambda text: (_integer(text), False))
    convert: Callable[[str], str] = {
        "text": _clock if column.unit == "HH:MM" else _text(column),
        "boolean": _boolean,
        "date": _date,
        "datetime": _datetime,
        "enum": _choice(column),
    }[column.type]
    nothing = NOTHING_AS_TEXT if column.type == "text" and convert is not _clock else NOTHING

    def cell(text: str) -> tuple[str | None, bool]:
        text = _trimmed(text)
        lowered = text.lower()
        if lowered in FORMULA_ERRORS:
            raise BadValueError("ERROR")
        return (None if lowered in nothing else convert(text)), False

    return cell


def guarded(text: str) -> str:
    """`text` with an apostrophe before what a spreadsheet would run as a formula or an import take for nothing."""
    return f"'{text}" if GUARDED.fullmatch(text) and not is_number(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and GUARDED.fullmatch(text[1:]) else text


def longest(column: Column) -> int:
    """How many characters a text of `column` may have."""
    return LONGEST_KEY if _is_name(column) else LONGEST_TEXT


def _is_name(column: Column) -> bool:
    """True for a text by which rows find each other."""
    return column.need == "key" or bool(column.references)


def is_number(text: str) -> bool:
    """True for a plain number such as -5 or 1.5e3."""
    return NUMBER.fullmatch(text.lower()) is not None


def _trimmed(text: str) -> str:
    return text.strip().strip("\u200b\ufeff").strip()


def _narrow(text: str) -> str:
    """Full-width figures and letters as those of a keyboard."""
    return unicodedata.normalize("NFKC", text).lower()


def _numeric(column: Column, convert: Callable[[str], tuple[Decimal, bool]]) -> Convert:
    def cell(text: str) -> tuple[str | None, bool]:
        text = _trimmed(text)
        lowered = text.lower()
        if lowered in FORMULA_ERRORS:
            raise BadValueError("ERROR")
        if lowered in NOTHING:
            return None, False
        number, rounded = convert(text)
        _check_range(column, number)
        return format(number.normalize() if number else Decimal(0), "f"), rounded

    return cell


def _check_range(column: Column, number: Decimal) -> None:
    if column.minimum is not None:
        low = Decimal(str(column.minimum))
        if number < 0 <= low:
            raise BadValueError("NEG")
        if number < low or (column.exclusive and number == low):
            raise BadValueError("RANGE")
    if column.maximum is not None and number > Decimal(str(column.maximum)):
        raise BadValueError("RANGE")


def _number(text: str) -> Decimal:
    """A number as people write it: 1,234.5, １２, ¥5, (5) and 5- for -5. A comma is never a decimal point."""
    plain = re.sub(r"[\s'¥$￥]", "", _narrow(text))
    negative = bool(re.fullmatch(r"\(.+\)|[^-].*-", plain))
    plain = plain.strip("()").removesuffix("-") if negative else plain
    if GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not NUMBER.fullmatch(plain):
        raise BadValueError("NUM")
    number = Decimal(plain)
    if abs(number) >= LARGEST:
        raise BadValueError("LARGE")
    return -number if negative else number


def _decimal(column: Column, text: str, percent: bool) -> tuple[Decimal, bool]:
    """A number with at most six decimals, half to even, and whether any were lost. Percent only where rates stand."""
    if not percent and PLAIN.fullmatch(text):
        return Decimal(text), False
    signed = _narrow(text).rstrip().endswith("%")
    if signed and (column.maximum is None or column.maximum > 1.5):
        raise BadValueError("NUM")
    number = _number(_narrow(text).rstrip().rstrip("%")) / (100 if signed or percent else 1)
    kept = number.quantize(PLACES)
    return kept, kept != number


def _integer(text: str) -> Decimal:
    number = _number(text)
    if number != number.to_integral_value():
        raise BadValueError("INT")
    return number


def _boolean(text: str) -> str:
    word = _narrow(text)
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
            year, month, day, *clock = [part or "0" for part in found.groups()]
            hour, minute, second, part = [*clock, "0", "0", "0", "0"][:4]
            numbers = [int(number) for number in (year, month, day, hour, minute, second, part.ljust(6, "0"))]
            if numbers[0] < FIRST_YEAR:
                raise BadValueError("DATE")
            return dt.datetime(*numbers)  # type: ignore[arg-type]
        serial = float(plain) if is_number(plain) else 0.0
    except ValueError as error:
        raise BadValueError("DATE") from error
    if not EXCEL_DAYS[0] <= serial <= EXCEL_DAYS[1]:
        raise BadValueError("DATE")
    return EXCEL_EPOCH + dt.timedelta(seconds=round(serial * 86400))


def _text(column: Column) -> Callable[[str], str]:
    """A text as it stands. One by which rows find each other is short and hides nothing."""
    named, most = _is_name(column), longest(column)

    def text_of(text: str) -> str:
        text = unguarded(text)
        if len(text) > most:
            raise BadValueError("LONG")
        if UNPRINTABLE.search(text) or (named and WIDTHLESS.search(text)):
            raise BadValueError("HIDDEN")
        return text

    return text_of


def _date(text: str) -> str:
    return _moment(text).date().isoformat()


def _datetime(text: str) -> str:
    return _moment(text).isoformat(" ")


def _clock(text: str) -> str:
    """HH:MM; a number is a part of a day, which is what Excel keeps for a time."""
    plain = _narrow(text)
    found = CLOCK.fullmatch(plain)
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return f"{int(found[1]):02d}:{found[2]}"
    if NUMBER.fullmatch(plain) and 0 <= float(plain) < 1:
        minutes = round(float(plain) * 1440) % 1440
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    raise BadValueError("TIME")


def _choice(column: Column) -> Callable[[str], str]:
    words = {}
    for value, word in column.choices.items():
        for known in (value, word):
            words[_plain(known)] = value

    def choose(text: str) -> str:
        value = words.get(_plain(text))
        if value is None:
            raise BadValueError("ENUM")
        return value

    return choose


def _plain(text: str) -> str:
    return re.sub(r"[\s_\-]+", "", _narrow(text))
