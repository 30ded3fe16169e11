"""Records put straight into a store's tables, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from data.store import Store

Rows = Iterable[Mapping[str, Any]]


def fill(store: Store, **tables: Rows) -> None:
    """Insert `tables` (table name = records) in one transaction; columns a record leaves out get their default."""
    with store.write("test", "fill") as writer:
        for name, records in tables.items():
            for record in records:
                marks = ", ".join("?" * len(record))
                writer.execute(f"INSERT INTO {name} ({', '.join(record)}) VALUES ({marks})", list(record.values()))
