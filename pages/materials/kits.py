"""Which orders have their material here, which wait, for what and until when."""

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.picking import picked
from ui.text import t

COLUMNS = (
    "order_ref",
    "status",
    "blocking",
    "kit_date",
    "can_make_qty",
    "qty",
    "uom",
    "start_date",
    "target_date",
    "item_no",
    "item_name",
    "kind",
)
MISSING = ("item_no", "item_name", "qty", "uom", "need_date", "supply", "supply_ref", "available_date", "supplier_name")

NAMED = 3  # of the missing parts of a lot; more would not fit their column


def counted(blocking: str) -> str:
    """3: PK-2102, LB-1011, AX-0103. How many parts are missing, and which; of many the first, for a click tells all."""
    if not blocking:
        return ""
    parts = blocking.split(",")
    named = ", ".join(parts[:NAMED])
    return t("materials.kits.missing", count=len(parts), parts=f"{named} …" if len(parts) > NAMED else named)


def worded(rows: pd.DataFrame) -> pd.DataFrame:
    """Kits with what is written of them."""
    return rows.assign(
        kind=tables.worded(rows["kind"], lambda kind: t(f"materials.kind.{kind}")),
        status=tables.worded(rows["status"], lambda kit: t(f"materials.kits.{kit}")),
        blocking=tables.worded(rows["blocking"], counted),
    )


page = guard.page("kits")
with guard.told():
    controls = st.container(horizontal=True, gap="medium")  # they wrap where the screen is narrow
    with controls:
        subject = filters.segments(
            "subject",
            t("materials.filter.subject"),
            ("lots", "sales_order"),
            lambda value: t("materials.kits.lines" if value == "sales_order" else "materials.kits.lots"),
            "lots",
        )
    every_week = {"week": "", "status": "", "subject": subject}
    weeks = page.ask("materials/kit_weeks", **every_week)["start_week"].tolist()
    with controls.container(width=240):
        week = filters.select(
            "week",
            t("materials.filter.start_week"),
            [*weeks, "all"],
            lambda day: (
                t("materials.filter.all_weeks") if day == "all" else t("materials.filter.week_of", day=text.date(day))
            ),
            weeks[0] if weeks else "all",
        )
    asked = {"week": "" if week == "all" else week, "subject": subject}
    with controls:
        status = filters.segments(
            "status",
            t("materials.filter.status"),
            ("all", "full", "partial", "none"),
            lambda value: t(f"materials.kits.{value}"),
            "all",
        )
    counts = page.ask("materials/kit_counts", status="", **asked).iloc[0]
    if not counts["kits"]:
        guard.nothing(t("materials.kits.empty_filter" if asked["week"] else "materials.kits.empty"))
        links.link("kits", t("materials.shortages.clear"))
        st.stop()
    st.subheader(
        t(
            "materials.kits.lead",
            full=text.quantity(counts["full_kits"]),
            all=text.quantity(counts["kits"]),
            rate=text.percent(counts["kit_rate"]),
        ),
        anchor=False,
    )
    st.markdown(
        t(
            "materials.kits.lead_detail",
            partial=text.quantity(counts["partial_kits"]),
            none=text.quantity(counts["empty_kits"]),
        )
        + (
            ""
            if subject == "sales_order"
            else t("materials.kits.at_start", full=text.quantity(counts["full_at_start"]))
        )
    )
    about = {**asked, "status": "" if status == "all" else status}
    rows = page.frame("kits", lambda: worded(page.ask("materials/kits", **about)), about)
    if rows.empty:
        guard.nothing(t("materials.kits.empty_filter"))
        links.link("kits", t("materials.shortages.clear"))
        st.stop()
    st.caption(t("materials.kits.pick"))
    shown = [name for name in COLUMNS if not rows[name].isna().all()]  # a lot has no target date, a line no start
    chosen = tables.table(
        rows,
        "kits",
        shown,
        alt=t("materials.kits.table"),
        labels={name: t(f"materials.columns.{name}") for name in shown},
        pinned=("order_ref",),
        config={"blocking": st.column_config.TextColumn(t("materials.columns.blocking"), width=280)},
        choose=True,
    )
    kit = picked("kit", "" if chosen is None else str(rows["order_ref"].iloc[chosen]))

    if kit in set(rows["order_ref"]):
        row = rows[rows["order_ref"] == kit].iloc[0]
        with st.container(border=True):
            st.subheader(t("materials.kits.blocking", ref=kit), anchor=False)
            with st.container(horizontal=True):
                if text.missing(row["sales_order_no"]):
                    links.link("gantt", t("materials.kits.open_lot", lot=kit), q=kit)
                else:
                    links.link("order", t("materials.kits.open_order", order=kit), order=row["sales_order_no"])
                links.link("mrp", t("materials.kits.open_item", item=row["item_no"]), item=row["item_no"])
            missing = page.ask("materials/kit_missing", order_ref=kit).copy()
            if missing.empty:
                guard.nothing(t("materials.kits.not_missing", ref=kit))
            else:
                missing["supply"] = [t(f"materials.kind.{kind}") for kind in missing["supply_kind"]]
                tables.table(
                    missing,
                    "kit_missing",
                    MISSING,
                    alt=t("materials.kits.blocking", ref=kit),
                    labels={name: t(f"materials.columns.{name}") for name in MISSING},
                    targets={"item_no": ("mrp", {"item": "item_no"})},
                )

    with st.expander(t("materials.kits.how")):
        st.markdown(t("materials.kits.definition"))
