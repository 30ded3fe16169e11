"""What we owe, what is overdue, what will be late and why."""

import streamlit as st

from ui import filters, guard, tables, text
from ui.figures.orders import due_weeks
from ui.text import t

page = guard.page("backlog")
with guard.told():
    wanted, only = st.columns([3, 1], vertical_alignment="bottom")
    with wanted:
        search = filters.search("q", t("orders.search"), t("orders.search_hint"))
    with only:
        late_only = filters.toggle("late", t("orders.late_only"))
    asked = {"search": search, "late_only": late_only}
    totals = page.ask("orders/backlog_totals", **asked).iloc[0]
    for place, (name, value) in zip(
        st.columns(4),
        (
            ("lines", text.quantity(totals["lines"])),
            ("open_value", text.money(totals["open_value"])),
            ("overdue_lines", text.quantity(totals["overdue_lines"])),
            ("late_lines", text.quantity(totals["late_lines"])),
        ),
        strict=True,
    ):
        place.metric(t(f"orders.totals.{name}"), value, border=True)
    rows = page.ask("orders/backlog", **asked)
    if rows.empty:
        guard.nothing(t("orders.none"))
        st.stop()
    st.plotly_chart(due_weeks(page.ask("orders/backlog_weeks", **asked), t), key="due_weeks", alt=t("orders.weeks"))
    rows["cause"] = [t(f"orders.cause.{cause}") if cause else "" for cause in rows["cause"]]
    tables.table(
        rows,
        "backlog",
        (
            "sales_order_no", "line_no", "customer_name", "item_no", "item_name", "open_qty", "open_value",
            "target_date", "planned_date", "days_late", "cause", "days_overdue",
        ),
        alt=t("shell.pages.backlog.title"),
        labels={name: t(f"orders.columns.{name}") for name in ("customer_name", "item_name", "open_qty", "open_value", "target_date", "planned_date", "days_late", "cause", "days_overdue")},
        looks={"open_value": "money"},
        targets={"sales_order_no": ("order", {"order": "sales_order_no"})},
    )  # fmt: skip
