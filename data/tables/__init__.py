"""Every table of the data contract, declared once."""

from collections.abc import Mapping
from types import MappingProxyType

from data.tables import masters, materials, plan, production, sales
from data.tables.declare import Column, Reference, Table

__all__ = ["TABLES", "Column", "Reference", "Table"]

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            *masters.TABLES,
            *sales.TABLES,
            *materials.TABLES,
            *production.TABLES,
            *plan.TABLES,
        )
    }
)
