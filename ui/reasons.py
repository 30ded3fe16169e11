"""Why a line is late and what would mend it, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ui import text
from ui.text import t


@dataclass(frozen=True, slots=True)
class Target:
    """Where something is dealt with: a page, and the filters it opens with."""

    page: str
    filters: Mapping[str, str] = field(default_factory=dict)


def to_do(cause: Mapping[str, Any]) -> tuple[str, Target]:
    """What to do about a cause of lateness (a row of today/act), in words, and where."""
    kind = "material_overdue" if cause["kind"] == "material" and cause["overdue"] else cause["kind"]
    words = t(
        f"today.act_on.{kind}",
        lines=text.counted("line", cause["lines"]),
        value=text.money(cause["open_value"]),
        item=_named(cause["item_no"], cause["item_name"]),
        supply_ref=cause["supply_ref"],
        station=_named(cause["station_no"], cause["station_name"]),
        available=text.date(cause["available_date"]),
        lead_days=text.quantity(cause["lead_days"]),
    )
    if kind == "capacity":
        return words, Target("load", {"station": str(cause["station_no"])})
    if not text.missing(cause["item_no"]):
        return words, Target("shortages", {"item": str(cause["item_no"])})
    return words, Target("backlog", {"late": "1"})


def target_of(detail: str) -> Target | None:
    """Where the reason of a late line is dealt with; None where only the customer can help."""
    facts = _read(detail)
    if facts.get("station_no"):
        return Target("load", {"station": facts["station_no"]})
    if facts.get("kind") in ("material", "lead_time", "unsupplied"):
        return Target("shortages", {"item": facts["item_no"]})
    return None


def lost(detail: str) -> str:
    """Where the late days went, those that were lost to nothing left out."""
    days = _read(detail).get("lost", {})
    parts = [t(f"orders.lost.{name}", days=text.quantity(count)) for name, count in days.items() if count]
    return t("orders.lost_to", parts=t("orders.and").join(parts)) if parts else ""


def _named(number: Any, name: Any) -> str:
    """ST30 电镀: a number with its name where there is one."""
    return str(number) if text.missing(name) or name == number else f"{number} {name}"


def why(detail: str) -> str:
    """The reason in words; schemas as in `planning.explain`."""
    return _said("why", detail)


def brief(detail: str) -> str:
    """The reason in as few words as a table has room for."""
    return _said("brief", detail)


def _said(how: str, detail: str) -> str:
    if not detail:  # most lines of a list are on time
        return ""
    facts = _read(detail)
    kind = facts["kind"]
    if kind == "material" and facts["overdue"]:
        kind = "material_overdue"
    return t(f"orders.{how}.{kind}", **facts)


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
    if "hours" in found:
        found["hours"] = text.quantity(found["hours"], 1)
    if "orders" in found:
        found["orders"] = ", ".join(found["orders"]) or text.NOTHING
    if "cost" in found:
        found["cost"] = text.money(found["cost"]) if found["cost"] is not None else text.NOTHING
    return found
