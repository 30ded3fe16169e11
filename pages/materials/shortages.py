"""What is short, for which orders, by when, and who must act."""

import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.materials import day_balance
from ui.picking import picked
from ui.text import t

COLUMNS = (
    "item_no",
    "item_name",
    "short_qty",
    "uom",
    "act",
    "needed_on",
    "available_date",
    "orders_hit",
    "late_orders",
    "value_hit",
    "balance",
    "on_hand",
    "inspecting",
    "on_order",
    "next_arrival",
    "supplier_name",
)
LINES = (
    "sales_order_no",
    "line_no",
    "customer_name",
    "item_no",
    "priority",
    "qty",
    "value",
    "target_date",
    "planned_date",
    "state",
)
TAKERS = (
    "kind",
    "demand_ref",
    "step_no",
    "serves",
    "qty",
    "need_date",
    "used_date",
    "supply",
    "supply_ref",
    "available_date",
    "is_short",
)


def labels(columns: tuple[str, ...]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"materials.columns.{name}") for name in columns}


page = guard.page("shortages")
with guard.told():
    answer = page.ask("materials/shortage_totals").iloc[0]
    if not answer["items_short"]:
        guard.nothing(t("materials.shortages.none"))
        links.link("kits", t("shell.pages.kits.title"))
        st.stop()
    st.subheader(
        t(
            "materials.shortages.lead",
            items=text.quantity(answer["items_short"]),
            orders=text.quantity(answer["orders_hit"]),
            value=text.money(answer["value_hit"]),
        ),
        anchor=False,
    )
    st.markdown(
        t(
            "materials.shortages.lead_late" if answer["orders_late"] else "materials.shortages.lead_safe",
            blocking=text.quantity(answer["items_blocking"]),
            late=text.quantity(answer["orders_late"]),
            first=text.date(answer["first_needed"]),
        )
    )

    choices = page.ask("materials/shortage_choices")
    suppliers = dict(zip(choices["supplier_no"], choices["supplier_name"], strict=True))
    suppliers.pop("", None)
    by_item, by_week, by_supplier = st.columns([3, 2, 2], vertical_alignment="bottom")
    with by_item:
        item = filters.search("q", t("materials.filter.item"))
    with by_week:
        week = filters.select(
            "week",
            t("materials.filter.week"),
            ["", *dict.fromkeys(choices["week"])],
            lambda day: t("materials.filter.week_of", day=text.date(day)) if day else t("materials.filter.all_weeks"),
        )
    with by_supplier:
        supplier = filters.select(
            "supplier",
            t("materials.filter.supplier"),
            ["", *sorted(suppliers)],
            lambda number: f"{number} {suppliers[number]}" if number else t("materials.filter.all_suppliers"),
        )
    blocks_only = filters.toggle("blocks", t("materials.filter.blocks_only"))

    rows = page.ask("materials/shortages", supplier_no=supplier, item=item, week=week, blocks_only=blocks_only).copy()
    if rows.empty:
        guard.nothing(t("materials.shortages.none_filter"))
        links.link("shortages", t("materials.shortages.clear"))
        st.stop()
    rows["act"] = [
        t(f"materials.act.{kind}", ref=ref) for kind, ref in zip(rows["acts_on"], rows["acts_on_ref"], strict=True)
    ]
    st.caption(t("materials.shortages.pick"))
    chosen = tables.table(
        rows,
        "shortages",
        COLUMNS,
        alt=t("materials.shortages.table"),
        labels=labels(COLUMNS),
        looks={"value_hit": "money"},
        pinned=("item_no",),
        config={
            "balance": st.column_config.LineChartColumn(t("materials.columns.balance"), width=90),
            "act": st.column_config.TextColumn(t("materials.columns.act"), width=245),
        },
        choose=True,
    )
    part = picked("part", "" if chosen is None else str(rows["item_no"].iloc[chosen]))

    if part in set(rows["item_no"]):
        row = rows[rows["item_no"] == part].iloc[0]
        with st.container(border=True):
            st.subheader(t("materials.detail.title", item=part, name=row["item_name"]), anchor=False)
            st.markdown(
                t(
                    "materials.detail.lead",
                    qty=text.quantity(row["short_qty"]),
                    uom=row["uom"],
                    needed=text.date(row["needed_on"]),
                    available=text.date(row["available_date"]),
                    act=row["act"],
                )
            )
            links.link("mrp", t("materials.detail.record"), item=part)
            st.plotly_chart(
                day_balance(page.ask("materials/item_days", item_no=part), t, row["uom"]),
                key="balance",
                alt=t("materials.balance.alt", item=part),
            )
            st.markdown(f"**{t('materials.detail.orders')}**")
            lines = page.ask("materials/item_lines", item_no=part).copy()
            lines["state"] = [t(f"schedule.state.{state}") for state in lines["state"]]
            tables.table(
                lines,
                "short_lines",
                LINES,
                alt=t("materials.detail.orders_alt"),
                labels=labels(LINES),
                looks={"value": "money"},
                targets={"sales_order_no": ("order", {"order": "sales_order_no"})},
            )
            st.markdown(f"**{t('materials.detail.takers')}**")
            takers = page.ask("materials/item_takers", item_no=part).copy()
            takers["kind"] = [t(f"materials.kind.{kind}") for kind in takers["demand_kind"]]
            takers["supply"] = [t(f"materials.kind.{kind}") for kind in takers["supply_kind"]]
            tables.table(
                takers,
                "takers",
                TAKERS,
                alt=t("materials.detail.takers_alt"),
                labels=labels(TAKERS),
                config={"serves": st.column_config.TextColumn(t("materials.columns.serves"), width="medium")},
            )

    with st.expander(t("materials.shortages.how")):
        st.markdown(t("materials.shortages.definition"))
