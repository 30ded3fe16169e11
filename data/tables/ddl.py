"""CREATE TABLE statements made from the declarations."""

from __future__ import annotations

from data.tables.declare import SQL_TYPE, Column, Table

# Who put a row there and when; every table a person may fill has them.
TRACE_COLUMNS: dict[str, str] = {
    "recorded_by": "VARCHAR NOT NULL DEFAULT ''",
    "recorded_at": "TIMESTAMP NOT NULL DEFAULT current_localtimestamp()",
    "batch_no": "VARCHAR NOT NULL DEFAULT ''",
}


def create_table(table: Table) -> str:
    """The DDL of `table`: typed columns, primary key, NOT NULL and CHECK."""
    lines = [_column(column) for column in table.columns]
    if table.kind != "plan":
        lines += [f"{name} {sql}" for name, sql in TRACE_COLUMNS.items()]
    lines.append(f"PRIMARY KEY ({', '.join(table.keys)})")
    body = ",\n    ".join(lines)
    return f"CREATE TABLE {table.name} (\n    {body}\n)"


def add_column(table: Table, column: Column) -> str:
    """The DDL that adds `column` to a table made before it was declared."""
    default = f" DEFAULT {_literal(column.default)}" if column.default is not None else ""
    return f"ALTER TABLE {table.name} ADD COLUMN {column.name} {SQL_TYPE[column.type]}{default}"


def _column(column: Column) -> str:
    parts = [column.name, SQL_TYPE[column.type]]
    if not column.nullable:
        parts.append("NOT NULL")
    if column.default is not None:
        parts.append(f"DEFAULT {_literal(column.default)}")
    check = _check(column)
    return " ".join(parts) + (f" CHECK ({check})" if check else "")


def _check(column: Column) -> str:
    rules = []
    if column.choices:
        rules.append(f"{column.name} IN ({', '.join(map(_literal, column.choices))})")
    if column.minimum is not None:
        rules.append(f"{column.name} {'>' if column.exclusive else '>='} {column.minimum:g}")
    if column.maximum is not None:
        rules.append(f"{column.name} <= {column.maximum:g}")
    return " AND ".join(rules)


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"
