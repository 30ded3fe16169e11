"""The MRP record of one item: what is needed, what comes, what is left, and who stands behind it."""

from typing import Any

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.materials import mrp_record
from ui.text import t

RECORD = ("gross_requirements", "scheduled_receipts", "planned_receipts", "on_hand", "planned_releases")
NEEDS = ("demand_ref", "qty", "need_date", "used_date", "serves", "supply", "supply_ref", "is_short", "kind", "step_no")
SUPPLIES = ("supply", "supply_ref", "supplier_name", "start_date", "available_date", "qty", "taken", "left_over")


def choose(page: guard.Page) -> str:
    """The item in view; a factory has more items than a browser can list, so that a search stands beside the list."""
    by_search, by_item = st.columns([2, 3])
    with by_search:
        search = filters.search("q", t("materials.record.find"), t("materials.filter.item"))
    wanted = st.query_params.get("item", "")
    offered = page.ask("materials/items", search=search, item="" if search else wanted)
    if offered.empty and search:
        guard.nothing(t("materials.record.none_found", search=search))
        offered = page.ask("materials/items", search="", item=wanted)
    if offered.empty:
        guard.empty("mrp", t("materials.record.empty"), "imports", t("shell.empty.load"))
    names = dict(zip(offered["item_no"], offered["item_name"], strict=True))
    with by_item:
        return filters.select(
            "item",
            t("materials.record.choose"),
            list(names),
            lambda number: f"{number}  {names[number]}",
            next(iter(names)),
        )


@st.fragment
def record(page: guard.Page, item: str) -> None:
    """Whether it suffices, and its record by week or day; the switches redraw these alone."""
    with guard.told():
        lead = st.container()
        by_bucket, by_basis = st.columns([1, 3])
        with by_bucket:
            bucket = filters.segments(
                "by", t("materials.record.bucket"), ("week", "day"), lambda unit: t(f"materials.record.{unit}"), "week"
            )
        with by_basis:
            basis = filters.segments(
                "basis",
                t("materials.record.basis"),
                ("wanted", "used"),
                lambda choice: t(f"materials.record.{choice}"),
                "wanted",
            )
        asked = {"item_no": item, "bucket": bucket, "basis": basis, "until": page.plan.horizon_end}
        head = page.ask("materials/item_head", item_no=item).iloc[0]
        with lead:
            answer(page, asked, head)
        rows = page.ask("materials/mrp_record", **asked)
        st.plotly_chart(
            page.kept("mrp_record", lambda: mrp_record(rows, t, head["uom"]), asked),
            key="record",
            alt=t("materials.record.alt", item=item),
        )
        periods = [f"{day:%y-%m-%d}" for day in rows["bucket"]]
        across = pd.DataFrame(
            [rows[name].tolist() if name == "on_hand" else rows[name].replace(0, None).tolist() for name in RECORD],
            index=[t(f"materials.record.{name}") for name in RECORD],
            columns=periods,
        )
        st.dataframe(
            across,
            key="record_table",
            alt=t("materials.record.table"),
            placeholder="",
            column_config={period: st.column_config.NumberColumn(period[3:], format="localized") for period in periods},
        )


def answer(page: guard.Page, asked: dict[str, Any], head: pd.Series) -> None:
    """Until when it suffices, and by which rules it is bought or made."""
    totals = page.ask("materials/record_totals", **{**asked, "bucket": "day"}).iloc[0]
    short = not text.missing(totals["short_from"])
    st.subheader(
        t(
            "materials.record.lead_short" if short else "materials.record.lead_ok",
            item=asked["item_no"],
            day=text.date(totals["short_from"]),
            lowest=text.quantity(abs(totals["lowest"])),
            uom=head["uom"],
        ),
        anchor=False,
    )
    st.caption(
        t(
            "materials.record.facts",
            on_hand=text.quantity(head["on_hand"]),
            uom=head["uom"],
            safety=text.quantity(head["safety_stock"]),
            lead=text.quantity(head["lead_time_days"]),
            moq=text.quantity(head["min_order_qty"]),
            multiple=text.quantity(head["order_multiple"]),
            supplier=head["supplier_name"] or text.NOTHING,
        )
    )


@st.fragment
def behind(page: guard.Page, item: str) -> None:
    """Where it comes from, or who needs it: one table at a time."""
    with guard.told():
        shown = filters.segments(
            "show",
            t("materials.record.show"),
            ("supplies", "needs"),
            lambda name: t(f"materials.record.{name}"),
            "supplies",
        )
        question, columns = {"supplies": ("item_supply", SUPPLIES), "needs": ("item_takers", NEEDS)}[shown]
        rows = page.ask(f"materials/{question}", item_no=item)
        if rows.empty:
            guard.nothing(t(f"materials.record.no_{shown}"))
            return
        words = {"supply": [t(f"materials.kind.{kind}") for kind in rows["supply_kind"]]}
        if shown == "needs":
            words["kind"] = [t(f"materials.kind.{kind}") for kind in rows["demand_kind"]]
        tables.table(
            rows.assign(**words),
            shown,
            columns,
            alt=t(f"materials.record.{shown}"),
            labels={name: t(f"materials.columns.{name}") for name in columns},
            config={"serves": st.column_config.TextColumn(t("materials.columns.serves"), width="medium")}
            if shown == "needs"
            else None,
        )


page = guard.page("mrp")
with guard.told():
    item = choose(page)
    record(page, item)
    behind(page, item)
    links.link("shortages", t("shell.pages.shortages.title"), q=item)
