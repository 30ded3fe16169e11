"""Why a line is late and what would mend it, in the reader's language."""

from __future__ import annotations

import json
from typing import Any

from ui import text
from ui.text import t


def why(detail: str) -> str:
    """The reason in words; schemas as in `planning.explain`."""
    facts = _read(detail)
    if not facts:
        return ""
    kind = facts["kind"]
    if kind == "material" and facts["overdue"]:
        kind = "material_overdue"
    return t(f"orders.why.{kind}", **facts)


def mend(remedy: str | None) -> str:
    """The cheapest single change in words; nothing where none is known."""
    facts = _read(remedy or "")
    return t(f"orders.mend.{facts['kind']}", **facts) if facts else text.NOTHING


def _read(words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(words) if words else {}
    for name in ("available", "earliest", "first_plan_day", "from", "to", "by", "date"):
        if name in found:
            found[name] = text.date(found[name]) if found[name] else text.NOTHING
    if "from" in found:
        found["since"] = found.pop("from")
    if "orders" in found:
        found["orders"] = ", ".join(found["orders"]) or text.NOTHING
    if "cost" in found:
        found["cost"] = text.money(found["cost"]) if found["cost"] is not None else text.NOTHING
    return found
