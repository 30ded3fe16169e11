"""The data dictionary in the docs, made from the declarations: `python -m data.tables.dictionary`."""

from __future__ import annotations

from pathlib import Path

from data.tables import TABLES
from data.tables.ddl import TRACE_COLUMNS
from data.tables.declare import Column, Table

TARGET = Path(__file__).parents[2] / "docs" / "data-dictionary.md"
HEAD = """# Data dictionary 数据字典

Made from the declarations in `data/tables/` by `make dictionary`; edit those, not this file.
由 `data/tables/` 的表声明生成；请修改声明，不要修改本文件。

A file may use the names, the Chinese words or the other headers listed with a column. *key*: part of what makes a row
unique; *required*: every row fills it; *optional*: may be empty. Tables of plans are written by the planner and not
imported. Every other table also records who put a row there, when and by which import: {trace}.
"""


def dictionary() -> str:
    """The whole dictionary as Markdown, in both languages."""
    trace = ", ".join(f"`{name}`" for name in TRACE_COLUMNS)
    contents = "\n".join(f"- [`{table.name}` {table.zh}](#{_anchor(table)})" for table in TABLES.values())
    chapters = "\n".join(_chapter(table) for table in TABLES.values())
    return f"{HEAD.format(trace=trace)}\n{contents}\n\n{chapters}"


def _anchor(table: Table) -> str:
    return f"{table.name}-{table.zh}".lower()


def _chapter(table: Table) -> str:
    rows = "\n".join(_row(column) for column in table.columns)
    references = "".join(f"- {_reference(table, number)}\n" for number in range(len(table.all_references)))
    return (
        f"## {table.name} {table.zh}\n\n"
        f"{table.en}. Kind: {table.kind}. Codes of its errors begin with `{table.code}`.\n\n"
        "| column | 列名 | type | need | unit | default | allowed | meaning | other headers |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
        f"{rows}\n" + (f"\n{references}" if references else "")
    )


def _row(column: Column) -> str:
    default = "" if column.default is None else f"`{column.default}`"
    cells = (
        f"`{column.name}`",
        column.zh,
        column.type,
        column.need,
        column.unit,
        default,
        _allowed(column),
        column.meaning,
        ", ".join(column.aliases),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _allowed(column: Column) -> str:
    if column.choices:
        return ", ".join(f"`{value}` {word}" for value, word in column.choices.items())
    least = "" if column.minimum is None else f"{'>' if column.exclusive else '≥'} {column.minimum:g}"
    most = "" if column.maximum is None else f"≤ {column.maximum:g}"
    return " and ".join(limit for limit in (least, most) if limit)


def _reference(table: Table, number: int) -> str:
    reference = table.all_references[number]
    columns = ", ".join(f"`{name}`" for name in reference.columns)
    targets = ", ".join(f"`{name}`" for name in reference.target_columns)
    return f"{columns} must be found in {targets} of `{reference.table}`"


def main() -> None:
    """Write the dictionary to its place in the docs."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(dictionary(), encoding="utf-8")


if __name__ == "__main__":
    main()
