"""What we owe, what is overdue, what will be late and why."""

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.orders import due_weeks, overdue_ages
from ui.reasons import brief
from ui.text import t

COLUMNS = (
    "line",
    "target_date",
    "planned_date",
    "days_late",
    "why",
    "customer_name",
    "item_name",
    "open_qty",
    "open_value",
    "days_overdue",
    "priority",
    "item_no",
)
MOST_URGENT = 10  # where more lines than these have the first priority, it marks no rush order


def wanted(page: guard.Page) -> dict[str, object]:
    """The filters, from the controls and the URL."""
    choices = page.ask("orders/backlog_choices")
    lines = {(row.choice, row.value): row.lines for row in choices.itertuples()}
    labels = {(row.choice, row.value): row.label for row in choices.itertuples()}

    def words(choice: str, value: str) -> str:
        if not value:
            return t("shell.all")
        label = text.date(value) if choice == "week" else labels[choice, value]
        return t("orders.choice", label=label, lines=text.quantity(lines[choice, value]))

    search, customer, week = st.columns([3, 2, 2], vertical_alignment="bottom")
    with search:
        found = filters.search("q", t("orders.search"), t("orders.search_hint"))
    with customer:
        customers = ["", *choices.loc[choices["choice"] == "customer", "value"]]
        one = filters.select("customer", t("orders.customer"), customers, lambda value: words("customer", value))
    with week:
        weeks = ["", *choices.loc[choices["choice"] == "week", "value"]]
        when = filters.select("week", t("orders.week"), weeks, lambda value: words("week", value))
    late_only = filters.toggle("late", t("orders.late_only"))
    return {"search": found, "customer": one, "week": when, "late_only": late_only}


def answer(page: guard.Page, asked: dict[str, object]) -> None:
    """How much, what it is worth, what is overdue, what will be late."""
    totals = page.ask("orders/backlog_totals", **asked).iloc[0]
    shown = (
        ("lines", totals["lines"], totals["open_value"]),
        ("overdue", totals["overdue_lines"], totals["overdue_value"]),
        ("late", totals["late_lines"], totals["late_value"]),
        ("at_risk", totals["at_risk_lines"], totals["at_risk_value"]),
    )
    for place, (name, lines, value) in zip(st.columns(4), shown, strict=True):
        with place.container(border=True, height="stretch", gap="xsmall"):
            st.metric(t(f"orders.totals.{name}"), text.quantity(lines))
            st.caption(t(f"orders.notes.{name}", value=text.money(value)))


def urgent(rows: pd.DataFrame) -> None:
    """The rush orders: lines of the first priority, where these are few; the first due leads to its order."""
    first = rows[rows["priority"] == 1]
    if first.empty or len(first) > MOST_URGENT:
        return
    line = first.iloc[0]
    late = t("orders.late_days", days=text.quantity(line["days_late"])) if line["state"] == "late" else ""
    words = t(
        "orders.urgent",
        lines=text.counted("line", len(first)),
        line=text.line(line["sales_order_no"], line["line_no"]),
        item=line["item_name"] or line["item_no"],
        date=text.date(line["target_date"]),
        state=t(f"orders.state.{line['state']}") + late,
    )
    links.link("order", words, order=line["sales_order_no"], line=line["line_no"])


def listed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as they are listed: reasons in words, and no figure where a line is neither late nor overdue."""
    return rows.assign(
        line=rows["sales_order_no"] + "/" + rows["line_no"].astype(str),
        why=[brief(detail) for detail in rows["detail"]],
        days_late=rows["days_late"].where(rows["days_late"] > 0),
        days_overdue=rows["days_overdue"].where(rows["days_overdue"] > 0),
    )


page = guard.page("backlog")
with guard.told():
    asked = wanted(page)
    answer(page, asked)
    rows = page.ask("orders/backlog", **asked)
    if rows.empty:
        guard.nothing(t("orders.none"))
        st.stop()
    urgent(rows)
    left, right = st.columns([3, 2], gap="medium")
    weeks = page.kept("due_weeks", lambda: due_weeks(page.ask("orders/backlog_weeks", **asked), t), asked)
    left.plotly_chart(weeks, key="due_weeks", alt=t("orders.weeks"))
    if (rows["days_overdue"] > 0).any():
        ages = page.kept("overdue_ages", lambda: overdue_ages(page.ask("orders/backlog_ages", **asked), t), asked)
        right.plotly_chart(ages, key="overdue_ages", alt=t("orders.ages"))
    else:
        with right.container(border=True):
            st.markdown(t("orders.none_overdue"))
    tables.table(
        page.kept("backlog", lambda: listed(rows), asked),
        "backlog",
        COLUMNS,
        alt=t("shell.pages.backlog.title"),
        labels={name: t(f"orders.columns.{name}") for name in COLUMNS if name not in ("line", "item_no", "priority")},
        targets={"line": ("order", {"order": "sales_order_no", "line": "line_no"})},
        pinned=("line",),
        config={"why": st.column_config.TextColumn(t("orders.columns.why"), width=200)},
    )
