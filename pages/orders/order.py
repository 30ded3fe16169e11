"""One order: how far it is, when it is delivered, why late, from what, by which steps, and its forms."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from ui import filters, guard, links, tables, text
from ui.figures.orders import order_way
from ui.reasons import lost, mend, target_of, why
from ui.text import t

CARD = 148  # pixels
BADGES = {"on_time": "green", "at_risk": "orange", "late": "red", "unplanned": "gray"}


def choose(page: guard.Page) -> tuple[str, pd.DataFrame]:
    """The order in view and its lines; says so where there is none of that number.

    A factory has more orders than a browser can list in good time, so that a search stands beside the list.
    """
    by_search, by_order = st.columns([2, 3])
    with by_search:
        search = filters.search("q", t("orders.find"), t("orders.search_hint"))
    wanted = st.query_params.get("order", "")
    offered = page.ask("orders/numbers", search=search, order="" if search else wanted)
    if offered.empty and search:
        guard.nothing(t("orders.none_found", search=search))
        offered = page.ask("orders/numbers", search="", order=wanted)
    if offered.empty:
        guard.nothing(t("orders.no_orders"))
        st.stop()
    customers = dict(zip(offered["sales_order_no"], offered["customer_name"], strict=True))
    if wanted and wanted not in customers and page.ask("orders/lines", order=wanted).empty:
        st.warning(t("orders.unknown", order=wanted), icon=":material/search_off:")
    with by_order:
        order = filters.select(
            "order",
            t("orders.choose"),
            list(customers),
            lambda number: t("orders.order_of", order=number, customer=customers[number]),
            next(iter(customers)),
        )
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
    with st.container(horizontal=True, gap="xsmall"):  # they wrap where the screen is narrow
        for row in steps.itertuples():
            icon = ":green[:material/check_circle:]" if row.happened else ":blue[:material/schedule:]"
            day, _, weekday = text.date(row.on_date).partition(" ")
            said = t("orders.happened") if row.happened else t("orders.planned")
            st.container(border=True, width=CARD).markdown(
                f"{icon} {t(f'orders.milestone.{row.milestone}')}  \n**{day}**  \n:gray[:small[{said} {weekday}]]"
            )


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
            links.link(target.page, t(f"shell.pages.{target.page}.title"), **target.filters)


def way(page: guard.Page, line: pd.Series, about: dict[str, Any]) -> None:
    """The planned way through the stations, as bars."""
    rows = page.ask("orders/steps", **about)
    if not rows["start_time"].notna().any():
        return
    figure = page.kept(
        "order_way",
        lambda: order_way(rows, page.ask("orders/arrivals", **about), line["target_date"], page.today, t),
        about,
    )
    st.plotly_chart(figure, key="way", alt=t("orders.way.title"))


@st.fragment
def details(page: guard.Page, about: dict[str, Any]) -> None:
    """What its material is, its steps, or its forms: one table at a time."""
    with guard.told():
        shown = filters.segments(
            "show", t("orders.show"), tuple(TABLES), lambda name: t(f"orders.{name}"), next(iter(TABLES))
        )
        TABLES[shown](page, about)


def materials(page: guard.Page, about: dict[str, Any]) -> None:
    """What each part comes from, as a tree."""
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
    columns = ("part", "item_name", "qty", "uom", "standing", "available_date", "needed_on", "kind", "supply_ref")
    tables.table(
        shown,
        "tree",
        columns,
        alt=t("orders.materials"),
        labels={name: t(f"orders.tree.{name}") for name in columns},
        config={"part": st.column_config.TextColumn(t("orders.tree.part"), width=150, pinned=True)},
    )


def steps(page: guard.Page, about: dict[str, Any]) -> None:
    """The planned way through the stations, as a list."""
    rows = page.ask("orders/steps", **about)
    if rows.empty:
        guard.nothing(t("orders.no_steps"))
        return
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


def forms(page: guard.Page, about: dict[str, Any]) -> None:
    """Every form of the order, by date."""
    rows = page.ask("orders/forms", order=about["order"])
    rows["status"] = [
        text.choice(form, "status", status) if status else ""
        for form, status in zip(rows["form"], rows["status"], strict=True)
    ]
    rows["form"] = [text.table_label(form) for form in rows["form"]]
    columns = ("form_date", "form", "form_no", "item_no", "qty", "status")
    tables.table(
        rows, "forms", columns, alt=t("orders.forms"), labels={name: t(f"orders.form.{name}") for name in columns}
    )


TABLES: Mapping[str, Callable[[guard.Page, dict[str, Any]], None]] = {
    "materials": materials,
    "steps": steps,
    "forms": forms,
}

page = guard.page("order")
with guard.told():
    order, lines = choose(page)
    line = choose_line(lines)
    about = {"order": order, "line": int(line["line_no"])}
    answer(line)
    timeline(page, about)
    reason(line)
    way(page, line, about)
    details(page, about)
