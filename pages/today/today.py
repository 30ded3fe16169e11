"""What needs me now: six figures, late orders, shortages, stations over capacity."""

import datetime as dt

import streamlit as st

from ui import guard, links, tables, text, tiles
from ui.planning import plan_now
from ui.reasons import why
from ui.text import t

page = guard.page("today", needs="data")
with guard.told():
    head, action = st.columns([4, 1], vertical_alignment="center")
    plan = page.plan_or_none
    head.caption(
        t("today.head_no_plan", as_of=text.date(page.today))
        if plan is None
        else t(
            "today.head",
            as_of=text.date(page.today),
            run_no=plan.run_no,
            made=text.moment(plan.created_at),
            seconds=text.quantity(plan.seconds, 1),
        )
    )
    with action:
        plan_now(page)
    if plan is not None and plan.stale:
        st.warning(t("today.stale"), icon=":material/update:")

    wanted = ("on_time_delivery_lines", "backlog_lines", "overdue_lines", "plan_attainment", "kit_rate", "load")
    found = {figure.key: figure for figure in page.figures() if not figure.cut}
    for place, key in zip(st.columns(6), wanted, strict=True):
        figure = found[key]
        with place.container(border=True, height="stretch"):
            st.metric(t(f"today.figures.{key}"), tiles.shown(figure.value, figure.unit))
            with st.popover(t("shell.how"), type="tertiary"):
                st.markdown(t(f"today.formulas.{key}"))
                if figure.denominator is not None:
                    st.markdown(f"{text.quantity(figure.numerator, 1)} ÷ {text.quantity(figure.denominator, 1)}")
    if plan is None:
        st.info(t("today.first_plan"), icon=":material/play_arrow:")
        st.stop()

    late = page.ask("orders/lateness", order="")
    left, right = st.columns([3, 2])
    with left:
        st.subheader(t("today.late", count=len(late), orders=plan.orders), anchor=False)
        if late.empty:
            guard.nothing(t("today.none_late"))
        else:
            worst = late.head(10).assign(why=[why(detail) for detail in late.head(10)["detail"]])
            tables.table(
                worst,
                "late_lines",
                ("sales_order_no", "customer_name", "item_name", "days_late", "why"),
                alt=t("today.late", count=len(late), orders=plan.orders),
                labels={
                    "why": t("orders.reason"),
                    "customer_name": t("orders.customer"),
                    "item_name": t("orders.item"),
                },
                targets={"sales_order_no": ("order", {"order": "sales_order_no"})},
                download=False,
            )
            links.link("backlog", t("today.all_late"), late="1")
    with right:
        short = page.ask("materials/shortages", supplier_no="", item="", week="", blocks_only=False)
        st.subheader(t("today.short", count=len(short)), anchor=False)
        if short.empty:
            guard.nothing(t("today.none_short"))
        else:
            tables.table(
                short.head(10),
                "short_items",
                ("item_no", "item_name", "short_qty", "needed_on", "orders_hit"),
                alt=t("today.short", count=len(short)),
                labels={
                    "short_qty": t("materials.columns.short_qty"),
                    "needed_on": t("materials.columns.needed_on"),
                    "orders_hit": t("materials.columns.orders_hit"),
                    "item_name": t("orders.item"),
                },
                download=False,
            )
            links.link("shortages", t("today.all_short"))
    ahead = {"from_date": plan.first_day, "to_date": plan.first_day + dt.timedelta(days=13)}
    stations = page.ask("schedule/bottleneck", **ahead)
    st.subheader(t("today.stations"), anchor=False)
    tables.table(
        stations,
        "stations",
        ("station_name", "load_hours", "available_hours", "load_rate", "days_over"),
        alt=t("today.stations"),
        labels={
            name: t(f"schedule.columns.{name}")
            for name in ("station_name", "load_hours", "available_hours", "load_rate", "days_over")
        },
        looks={"load_rate": "percent"},
        download=False,
    )
    links.link("load", t("today.to_load"))
