"""One order: how far it is, when it is delivered, why late, from what, by which steps, and its forms."""

from typing import Any

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.orders import order_way
from ui.reasons import lost, mend, target_of, why
from ui.text import t

BADGES = {"on_time": "green", "at_risk": "orange", "late": "red", "unplanned": "gray"}


def choose(page: guard.Page) -> tuple[str, pd.DataFrame]:
    """The order in view and its lines; says so where there is none of that number."""
    numbers = page.ask("orders/numbers")["sales_order_no"].tolist()
    if not numbers:
        guard.nothing(t("orders.no_orders"))
        st.stop()
    unknown = st.query_params.get("order", "")
    if unknown and unknown not in numbers:
        st.warning(t("orders.unknown", order=unknown), icon=":material/search_off:")
    order = filters.select("order", t("orders.choose"), numbers, default=numbers[0])
    return order, page.ask("orders/lines", order=order)


def choose_line(lines: pd.DataFrame) -> pd.Series:
    """The line in view, where an order has several."""
    numbers = [str(number) for number in lines["line_no"]]
    number = numbers[0]
    if len(numbers) > 1:
        names = dict(zip(numbers, lines["item_name"].fillna(lines["item_no"]), strict=True))
        number = filters.segments(
            "line", t("orders.line"), numbers, lambda line: t("orders.line_of", line=line, item=names[line]), number
        )
    return lines[lines["line_no"] == int(number)].iloc[0]


def answer(line: pd.Series) -> None:
    """Who wants what by when, when it is planned, and in which state it is."""
    badge = ""
    if line["state"]:
        days = "" if text.missing(line["days_late"]) else t("orders.late_days", days=text.quantity(line["days_late"]))
        words = t(f"orders.state.{line['state']}") + (days if line["state"] == "late" else "")
        badge = f" :{BADGES[line['state']]}-badge[{words}]"
    planned = text.date(line["planned_date"]) if line["state"] else text.NOTHING
    if line["state"] in ("late", "unplanned") and text.missing(line["planned_date"]):
        planned = t("orders.beyond")
    st.markdown(
        t(
            "orders.head",
            line=text.line(line["sales_order_no"], line["line_no"]),
            customer=line["customer_name"],
            item=f"{line['item_no']} {line['item_name'] or ''}".strip(),
            qty=text.quantity(line["qty"]),
            uom=line["uom"] or "",
            shipped=text.quantity(line["shipped_qty"]),
            due=text.date(line["due_date"]),
            promised=text.date(line["promised_date"]),
            planned=planned,
            status=text.choice("sales_order", "status", line["status"]),
            priority=text.quantity(line["priority"]),
        )
        + badge
    )


def timeline(page: guard.Page, about: dict[str, Any]) -> None:
    """Its milestones in a row: what has happened, and what is planned."""
    steps = page.ask("orders/milestones", **about)
    if steps.empty:
        return
    for place, row in zip(st.columns(len(steps), border=True), steps.itertuples(), strict=True):
        icon = ":green[:material/check_circle:]" if row.happened else ":blue[:material/schedule:]"
        place.markdown(f"{icon} {t(f'orders.milestone.{row.milestone}')}")
        place.markdown(f"**{text.date(row.on_date)}**")
        place.caption(t("orders.happened") if row.happened else t("orders.planned"))


def reason(line: pd.Series) -> None:
    """Why the line is late, where its days went, and the cheapest mend."""
    if line["state"] != "late":
        return
    with st.container(border=True):
        st.markdown(f":red[:material/schedule:] **{t('orders.why_late')}** {why(line['detail'])}")
        if days := lost(line["detail"]):
            st.caption(days)
        st.markdown(f":material/build: {t('orders.remedy', remedy=mend(line['remedy']))}")
        target = target_of(line["detail"])
        if target:
            links.link(target.page, t(f"today.open.{target.page}"), **target.filters)


def materials(page: guard.Page, about: dict[str, Any]) -> None:
    """What each part comes from, as a tree."""
    st.subheader(t("orders.materials"), anchor=False)
    tree = page.ask("orders/tree", **about)
    if tree.empty:
        guard.nothing(t("orders.no_materials"))
        return
    coming = tree[tree["standing"].isin(("coming", "to_order", "inspecting"))]
    st.caption(t("orders.materials_sum", parts=text.counted("part", len(tree)), coming=text.quantity(len(coming))))
    shown = tree.assign(
        standing=[t(f"orders.standing.{standing}") for standing in tree["standing"]],
        kind=[t(f"orders.kind.{kind}") for kind in tree["supply_kind"]],
    )
    columns = ("part", "item_name", "qty", "uom", "kind", "supply_ref", "available_date", "needed_on", "standing")
    tables.table(
        shown,
        "tree",
        columns,
        alt=t("orders.materials"),
        labels={name: t(f"orders.tree.{name}") for name in columns},
    )


def steps(page: guard.Page, line: pd.Series, about: dict[str, Any]) -> None:
    """The planned way through the stations, as bars and as a list."""
    st.subheader(t("orders.steps"), anchor=False)
    rows = page.ask("orders/steps", **about)
    if rows.empty:
        guard.nothing(t("orders.no_steps"))
        return
    if rows["start_time"].notna().any():
        waited = page.ask("orders/arrivals", **about)
        figure = order_way(rows, waited, line["target_date"], page.today, t)
        st.plotly_chart(figure, key="way", alt=t("orders.way.title"))
    columns = (
        "order_ref", "item_no", "item_name", "step_no", "station_name", "qty", "hours", "start_time", "finish_time",
        "done_qty", "done_on",
    )  # fmt: skip
    tables.table(
        rows,
        "steps",
        columns,
        alt=t("orders.steps"),
        labels={name: t(f"orders.step.{name}") for name in columns},
        looks={"start_time": "moment", "finish_time": "moment"},
        targets={"order_ref": ("gantt", {"q": "order_ref"})},
    )


def forms(page: guard.Page, order: str) -> None:
    """Every form of the order, by date."""
    st.subheader(t("orders.forms"), anchor=False)
    rows = page.ask("orders/forms", order=order)
    rows["status"] = [
        text.choice(form, "status", status) if status else ""
        for form, status in zip(rows["form"], rows["status"], strict=True)
    ]
    rows["form"] = [text.table_label(form) for form in rows["form"]]
    columns = ("form_date", "form", "form_no", "item_no", "qty", "status")
    tables.table(
        rows, "forms", columns, alt=t("orders.forms"), labels={name: t(f"orders.form.{name}") for name in columns}
    )


page = guard.page("order")
with guard.told():
    order, lines = choose(page)
    line = choose_line(lines)
    about = {"order": order, "line": int(line["line_no"])}
    answer(line)
    timeline(page, about)
    reason(line)
    materials(page, about)
    steps(page, line, about)
    forms(page, order)
