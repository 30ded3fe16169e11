"""What is short, for which orders, by when."""

import streamlit as st

from ui import filters, guard, tables, text
from ui.figures.materials import day_balance
from ui.text import t

page = guard.page("shortages")
with guard.told():
    totals = page.ask("materials/shortage_totals").iloc[0]
    for place, (name, value) in zip(
        st.columns(3),
        (
            ("items_short", text.quantity(totals["items_short"])),
            ("orders_late", text.quantity(totals["orders_late"])),
            ("value_hit", text.money(totals["value_hit"])),
        ),
        strict=True,
    ):
        place.metric(t(f"materials.{name}"), value, border=True)
    st.caption(t("materials.definition"))
    item = filters.search("item", t("materials.search"))
    rows = page.ask("materials/shortages", supplier_no="", item=item, week="", blocks_only=False)
    if rows.empty:
        guard.nothing(t("materials.none"))
        st.stop()
    shown = (
        "item_no",
        "item_name",
        "short_qty",
        "needed_on",
        "available_date",
        "on_hand",
        "inspecting",
        "on_order",
        "orders_hit",
        "value_hit",
        "acts_on_ref",
        "supplier_name",
    )
    tables.table(
        rows,
        "shortages",
        shown,
        alt=t("shell.pages.shortages.title"),
        labels={name: t(f"materials.{name}") for name in shown if name != "item_no"},
        looks={"value_hit": "money"},
    )
    choice = filters.select("part", t("materials.look"), rows["item_no"].tolist(), default=rows["item_no"].iloc[0])
    days = page.ask("materials/item_days", item_no=choice)
    uom = rows.loc[rows["item_no"] == choice, "uom"].iloc[0]
    st.plotly_chart(day_balance(days, t, uom), key="balance", alt=t("materials.balance.title", uom=uom))
