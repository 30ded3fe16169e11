"""One order: when, why late, from what, by which steps."""

import streamlit as st

from ui import filters, guard, tables, text
from ui.reasons import mend, why
from ui.text import t

page = guard.page("order")
with guard.told():
    numbers = page.ask("orders/numbers")["sales_order_no"].tolist()
    wanted = st.query_params.get("order", "")
    order = filters.select(
        "order",
        t("orders.choose"),
        sorted({*numbers, *([wanted] if wanted else [])}),
        default=numbers[0] if numbers else "",
    )
    lines = page.ask("orders/line", order=order)
    if lines.empty:
        guard.nothing(t("orders.unknown", order=order))
        st.stop()
    late = page.ask("orders/lateness", order=order)
    if late.empty:
        st.success(t("orders.on_time", order=order), icon=":material/check_circle:")
    for row in late.itertuples():
        st.error(
            why(row.detail),
            title=t(
                "orders.late_by", line=text.line(row.sales_order_no, row.line_no), days=text.quantity(row.days_late)
            ),
            icon=":material/schedule:",
        )
        st.markdown(t("orders.remedy", remedy=mend(row.remedy)))
    tables.table(
        lines,
        "order_lines",
        ("line_no", "item_no", "item_name", "qty", "order_date", "due_date", "promised_date", "planned_date", "status"),
        alt=order,
        source="sales_order",
        labels={"item_name": t("orders.item"), "planned_date": t("orders.columns.planned_date")},
        download=False,
    )
    st.subheader(t("orders.supplies"), anchor=False)
    supplies = page.ask("orders/supplies", order=order)
    tables.table(
        supplies,
        "supplies",
        ("line_no", "item_no", "item_name", "supply_kind", "supply_ref", "qty", "available_date"),
        alt=t("orders.supplies"),
        source="plan_pegging",
        labels={"item_name": t("orders.item")},
    )
    st.subheader(t("orders.steps"), anchor=False)
    steps = page.ask("orders/steps", order=order)
    if steps.empty:
        guard.nothing(t("orders.no_steps"))
    else:
        tables.table(
            steps,
            "steps",
            ("order_ref", "item_no", "step_no", "station_name", "qty", "start_time", "finish_time"),
            alt=t("orders.steps"),
            source="plan_schedule",
            labels={"station_name": t("schedule.columns.station_name")},
            looks={"start_time": "moment", "finish_time": "moment"},
        )
