"""References that lead nowhere, as SQL made from the declarations."""

from data.tables.declare import Reference, Table


def dangling(table: Table, reference: Reference) -> str:
    """SQL for the keys of the rows of `table` that name what is not there, with what they name as last column."""
    matched = " AND ".join(
        f"found.{target} = mine.{column}"
        for column, target in zip(reference.columns, reference.target_columns, strict=True)
    )
    filled = " AND ".join(f"mine.{column} IS NOT NULL AND mine.{column}::VARCHAR <> ''" for column in reference.columns)
    keys = ", ".join(f"mine.{name}" for name in table.keys)
    value = " || '/' || ".join(f"mine.{column}::VARCHAR" for column in reference.columns)
    return (
        f"SELECT {keys}, {value} FROM {table.name} AS mine WHERE {filled} "
        f"AND NOT EXISTS (SELECT 1 FROM {reference.table} AS found WHERE {matched}) ORDER BY ALL"
    )
