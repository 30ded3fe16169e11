"""The MRP record of one item: what is needed, what comes, what is left, and who stands behind it."""

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.materials import mrp_record
from ui.text import t

RECORD = ("gross_requirements", "scheduled_receipts", "planned_receipts", "on_hand", "planned_releases")
NEEDS = ("kind", "demand_ref", "step_no", "serves", "qty", "need_date", "used_date", "supply", "supply_ref", "is_short")
SUPPLIES = ("supply", "supply_ref", "supplier_name", "start_date", "available_date", "qty", "taken", "left_over")


page = guard.page("mrp")
with guard.told():
    items = page.ask("materials/items")
    names = dict(zip(items["item_no"], items["item_name"], strict=True))
    if not names:
        guard.empty("mrp", t("materials.record.empty"), "imports", t("shell.empty.load"))
    by_item, by_bucket, by_basis = st.columns([3, 1, 2], vertical_alignment="top")
    with by_item:
        item = filters.select(
            "item",
            t("materials.record.choose"),
            list(names),
            lambda number: f"{number}  {names[number]}",
            next(iter(names)),
        )
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
    answer = page.ask("materials/record_totals", **{**asked, "bucket": "day"}).iloc[0]
    short = not text.missing(answer["short_from"])
    st.subheader(
        t(
            "materials.record.lead_short" if short else "materials.record.lead_ok",
            item=item,
            day=text.date(answer["short_from"]),
            lowest=text.quantity(abs(answer["lowest"])),
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
    record = page.ask("materials/mrp_record", **asked)
    st.plotly_chart(mrp_record(record, t, head["uom"]), key="record", alt=t("materials.record.alt", item=item))
    periods = [f"{day:%y-%m-%d}" for day in record["bucket"]]
    across = pd.DataFrame(
        [record[name].tolist() if name == "on_hand" else record[name].replace(0, None).tolist() for name in RECORD],
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
    st.markdown(f"**{t('materials.record.supplies')}**")
    supply = page.ask("materials/item_supply", item_no=item).copy()
    if supply.empty:
        guard.nothing(t("materials.record.no_supplies"))
    else:
        supply["supply"] = [t(f"materials.kind.{kind}") for kind in supply["supply_kind"]]
        tables.table(
            supply,
            "supplies",
            SUPPLIES,
            alt=t("materials.record.supplies"),
            labels={name: t(f"materials.columns.{name}") for name in SUPPLIES},
        )
    st.markdown(f"**{t('materials.record.needs')}**")
    takers = page.ask("materials/item_takers", item_no=item).copy()
    if takers.empty:
        guard.nothing(t("materials.record.no_needs"))
    else:
        takers["kind"] = [t(f"materials.kind.{kind}") for kind in takers["demand_kind"]]
        takers["supply"] = [t(f"materials.kind.{kind}") for kind in takers["supply_kind"]]
        tables.table(
            takers,
            "needs",
            NEEDS,
            alt=t("materials.record.needs"),
            labels={name: t(f"materials.columns.{name}") for name in NEEDS},
            config={"serves": st.column_config.TextColumn(t("materials.columns.serves"), width="medium")},
        )
    links.link("shortages", t("shell.pages.shortages.title"), q=item)
