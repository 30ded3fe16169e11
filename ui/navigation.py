"""Every page, declared once: the menu, the links between pages and the tests are made from this list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECTIONS = ("today", "orders", "materials", "schedule", "floor", "data")


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. `name` is its address and the key of its words (`shell.pages.<name>`)."""

    name: str
    section: str
    icon: str
    default: bool = False

    @property
    def path(self) -> str:
        """Its file, from the project's root."""
        return f"pages/{self.section}/{self.name}.py"


PAGES: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("today", "today", ":material/today:", default=True),
        Entry("brief", "today", ":material/newsmode:"),
        Entry("delivery", "orders", ":material/local_shipping:"),
        Entry("backlog", "orders", ":material/list_alt:"),
        Entry("order", "orders", ":material/receipt_long:"),
        Entry("shortages", "materials", ":material/production_quantity_limits:"),
        Entry("kits", "materials", ":material/checklist:"),
        Entry("mrp", "materials", ":material/inventory_2:"),
        Entry("stock", "materials", ":material/warehouse:"),
        Entry("suppliers", "materials", ":material/handshake:"),
        Entry("runs", "schedule", ":material/compare_arrows:"),
        Entry("gantt", "schedule", ":material/view_timeline:"),
        Entry("load", "schedule", ":material/bar_chart:"),
        Entry("capacity", "schedule", ":material/speed:"),
        Entry("dispatch", "schedule", ":material/assignment:"),
        Entry("attainment", "floor", ":material/track_changes:"),
        Entry("glossary", "data", ":material/menu_book:"),
        Entry("imports", "data", ":material/upload_file:"),
    )
}


def standing() -> list[Entry]:
    """The pages whose file is there."""
    return [entry for entry in PAGES.values() if (ROOT / entry.path).exists()]
