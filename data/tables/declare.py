"""What a table declaration says, and the few ways to write one.

One declaration per table is the only place that knows a table's columns, types, keys, words
and rules. DDL, import checks, header recognition, templates and the data dictionary are made
from it, so a new column is one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Type = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "enum"]
Need = Literal["key", "required", "optional"]
Kind = Literal["master", "form", "lifecycle", "snapshot", "plan"]

SQL_TYPE: Mapping[str, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18, 6)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "enum": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in files, store and code, its Chinese word, its type and its rules.

    `choices` maps each allowed value to its Chinese word. `minimum` and `maximum` are inclusive
    unless `exclusive` (then the value must be greater than `minimum`). `references` names the
    table whose first key must hold the value. `aliases` are headers seen in the field, besides
    the name and the Chinese word.
    """

    name: str
    zh: str
    type: Type
    need: Need
    unit: str = ""
    meaning: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive: bool = False
    references: str = ""
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.type == "enum") != bool(self.choices):
            raise ValueError(f"{self.name}: an enum has choices, and nothing else has")

    @property
    def en(self) -> str:
        """English label: the name in words."""
        words = self.name.replace("_", " ").capitalize()
        return f"{words}." if words.endswith(" no") else words

    @property
    def nullable(self) -> bool:
        """True where the store may hold nothing."""
        return self.need == "optional" and self.default is None

    def label(self, language: str) -> str:
        """The column's word in `language` ("zh" or "en")."""
        return self.zh if language == "zh" else self.en

    def choice_label(self, value: str, language: str) -> str:
        """The word for an enum value in `language`; the value itself where it is unknown."""
        if language == "zh":
            return self.choices.get(value, value)
        return value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Reference:
    """`columns` of this table, where all are filled, must be found in `target_columns` of `table`."""

    columns: tuple[str, ...]
    table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `code` begins the code of every error about it (`SO-QTY-NEG`)."""

    name: str
    zh: str
    code: str
    kind: Kind
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is declared twice")

    @property
    def en(self) -> str:
        """English label: the name in words."""
        return self.name.replace("_", " ").capitalize().replace("Bom", "BOM")

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the columns that make a row unique, in order."""
        return tuple(column.name for column in self.columns if column.need == "key")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, in the contract's order."""
        return tuple(column.name for column in self.columns)

    @property
    def all_references(self) -> tuple[Reference, ...]:
        """References of single columns and of several columns together."""
        single = tuple(
            Reference((column.name,), column.references, (f"{column.references}_no",))
            for column in self.columns
            if column.references
        )
        return single + self.references

    def column(self, name: str) -> Column:
        """The column called `name`. Raises KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def label(self, language: str) -> str:
        """The table's word in `language` ("zh" or "en")."""
        return self.zh if language == "zh" else self.en


def key(name: str, zh: str, type: Type = "text", **more: Any) -> Column:
    """A column of the primary key."""
    return _column(name, zh, type, "key", more)


def required(name: str, zh: str, type: Type = "text", **more: Any) -> Column:
    """A column that every row fills."""
    return _column(name, zh, type, "required", more)


def optional(name: str, zh: str, type: Type = "text", **more: Any) -> Column:
    """A column that may be empty; `default` stands in where one is given."""
    return _column(name, zh, type, "optional", more)


def _column(name: str, zh: str, type: Type, need: Need, more: dict[str, Any]) -> Column:
    return Column(name, zh, "enum" if "choices" in more else type, need, **more)
