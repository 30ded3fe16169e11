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
    if kind == "material":
        kind = "material_overdue" if facts["overdue"] else "material"
    facts["orders"] = ", ".join(facts.get("orders", [])) or text.NOTHING
    return t(f"orders.why.{kind}", **facts)


def mend(remedy: str | None) -> str:
    """The cheapest single change in words; nothing where none is known."""
    facts = _read(remedy or "")
    return t(f"orders.mend.{facts['action']}", **facts) if facts else text.NOTHING


def _read(words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(words) if words else {}
    for name in ("available", "from", "to"):
        if found.get(name):
            found[name] = text.date(found[name])
    if "from" in found:
        found["since"] = found.pop("from")
    return found
