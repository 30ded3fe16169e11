"""The terms of the field in Chinese and English, what they mean here, and the page where each is met."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import streamlit as st

from data.kpi import ABOUT
from data.tables import TABLES
from locales import text as words_of
from ui import filters, guard, links
from ui.text import t

# term -> the page where it is met; its words stand in `glossary.terms.<term>`
TERMS: Mapping[str, Mapping[str, str]] = {
    "orders": {
        "backlog": "backlog",
        "due_date": "delivery",
        "promised_date": "delivery",
        "planned_date": "backlog",
        "overdue": "backlog",
        "late": "backlog",
        "at_risk": "backlog",
        "priority": "order",
        "weighted_tardiness": "runs",
        "rush_order": "backlog",
    },
    "planning": {
        "mrp": "mrp",
        "as_of": "today",
        "horizon": "mrp",
        "demand": "mrp",
        "gross_requirement": "mrp",
        "on_hand": "mrp",
        "scheduled_receipt": "mrp",
        "netting": "mrp",
        "planned_order": "mrp",
        "lot_sizing": "mrp",
        "moq": "mrp",
        "lead_time": "mrp",
        "safety_stock": "mrp",
        "scrap_rate": "mrp",
        "low_level_code": "mrp",
        "allocation": "shortages",
        "pegging": "order",
        "action_message": "shortages",
    },
    "materials": {
        "shortage": "shortages",
        "kit_readiness": "kits",
        "iqc": "suppliers",
        "expired": "stock",
        "on_hold": "stock",
        "fifo": "stock",
    },
    "scheduling": {
        "finite_scheduling": "gantt",
        "station": "load",
        "lot": "gantt",
        "standard_capacity": "capacity",
        "standard_hours": "load",
        "efficiency": "capacity",
        "changeover": "gantt",
        "overtime": "load",
        "bottleneck": "capacity",
        "transfer_lot": "gantt",
        "frozen_days": "runs",
        "bound": "runs",
        "proven_within": "runs",
        "verified": "runs",
        "hour_worth": "capacity",
        "daily_dispatch": "dispatch",
    },
    "floor": {
        "actual": "attainment",
        "exception": "attainment",
        "abnormal_loss": "attainment",
        "rolled_yield": "attainment",
    },
}
FORMS: Mapping[str, str] = {
    "customer_order": "order",
    "sales_order": "backlog",
    "bom_line": "order",
    "purchase_requisition": "shortages",
    "purchase_order": "suppliers",
    "material_arrival": "suppliers",
    "goods_receipt": "stock",
    "material_return": "suppliers",
    "concession": "suppliers",
    "goods_issue": "order",
    "work_order": "gantt",
    "picking_list": "order",
    "supplement_request": "attainment",
    "exception_report": "attainment",
    "handover": "attainment",
}
GROUPS = ("forms", *TERMS, "figures")
# one entry a row: the terms, what they mean, the way to the page; on a narrow screen one below the other
LOOK = """<style>
.st-key-terms [data-testid="stHorizontalBlock"] {
  border-top: 1px solid rgba(127, 127, 127, 0.25); padding-top: 0.35rem; gap: 1rem;
}
.st-key-terms [data-testid="stPageLink-NavLink"] p { white-space: normal; }
</style>"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A term in both languages, what it means in the reader's, and the page where it is met."""

    group: str
    zh: str
    en: str
    meaning: str
    page: str
    view: str = ""

    def holds(self, wanted: str) -> bool:
        """Whether any of its words do."""
        return wanted.casefold() in f"{self.zh} {self.en} {self.meaning}".casefold()


def entries() -> Iterator[Entry]:
    """All of them: the forms, the terms by subject, and every figure with its formula."""
    for table, page in FORMS.items():
        declared = TABLES[table]
        yield Entry("forms", declared.label("zh"), declared.label("en"), t(f"glossary.forms.{table}"), page)
    for group, terms in TERMS.items():
        for term, page in terms.items():
            key = f"glossary.terms.{term}"
            yield Entry(group, words_of("zh", f"{key}.term"), words_of("en", f"{key}.term"), t(f"{key}.meaning"), page)
    for figure, about in ABOUT.items():
        key = f"figures.{figure}"
        yield Entry(
            "figures",
            words_of("zh", f"{key}.name"),
            words_of("en", f"{key}.name"),
            t(f"{key}.formula"),
            about.page,
            about.view,
        )


def listed(found: list[Entry]) -> None:
    """Entries with what they mean, one below the other."""
    st.html(LOOK)
    with st.container(key="terms", gap="xsmall"):
        for entry in found:
            term, meaning, where = st.columns([3, 6, 2])
            term.markdown(f"**{entry.zh}**  \n{entry.en}")
            meaning.markdown(entry.meaning)
            with where:
                links.link(entry.page, t(f"shell.pages.{entry.page}.title"), view=entry.view)


page = guard.page("glossary", needs="nothing")
with guard.told():
    known = list(entries())
    wanted = filters.search("q", t("glossary.search"), t("glossary.search_example"))
    found = [entry for entry in known if entry.holds(wanted)]
    if not wanted:
        subject = filters.view(GROUPS, lambda group: t(f"glossary.groups.{group}"))
        listed([entry for entry in known if entry.group == subject])
    elif found:
        st.caption(t("glossary.count", found=len(found), all=len(known)))
        listed(found)
    else:
        guard.nothing(t("glossary.none", wanted=wanted))
        links.link("glossary", t("glossary.clear"))
