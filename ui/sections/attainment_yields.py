"""First-pass yield: the steps and items that lose more than their standard, and their work orders."""

import datetime as dt
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ui import filters, guard, tables, text
from ui.figures.attainment import (
    yields,
)
from ui.picking import picked
from ui.sections.attainment import (
    CHART,
    TO_ITEM,
    TO_ORDER,
    labels,
    whole,
    wide,
)
from ui.text import t

STEPS = (
    "item_no",
    "item_name",
    "step_name",
    "extra_qty",
    "yield_rate",
    "standard_yield",
    "scrap_qty",
    "made_qty",
    "station_name",
    "step_no",
)
ITEMS = ("item_no", "item_name", "extra_qty", "yield_rate", "standard_yield", "scrap_qty", "first_step_qty", "steps")
ORDERS = (
    "work_order_no",
    "item_no",
    "item_name",
    "step_name",
    "extra_qty",
    "supplement_no",
    "supplement_qty",
    "yield_rate",
    "standard_yield",
    "scrap_qty",
    "good_qty",
    "made_qty",
    "last_date",
    "sales_order_no",
)
RATES = {"yield_rate": "percent", "standard_yield": "percent"}
WORST_YIELDS = 12


@st.fragment
def first_pass_yield(page: guard.Page, days: int, period: Mapping[str, dt.date]) -> None:
    """The steps and items that lose more than their standard, and their work orders."""
    with guard.told():
        found = page.figures(("first_pass_yield",), period["since"], period["until"])
        total = next(figure for figure in found if not figure.cut)
        rolled = next(figure for figure in found if figure.cut == {"rolled": True})
        steps = page.ask("attainment/yield_steps", **period)
        if steps.empty:
            guard.nothing(t("attainment.yields.none"))
            return
        worst = steps.iloc[0]
        st.subheader(
            t(
                "attainment.yields.lead",
                days=days,
                rate=text.percent(total.value),
                rolled=text.percent(rolled.value),
            ),
            anchor=False,
        )
        st.markdown(
            t(
                "attainment.yields.worst",
                worst=f"{worst['item_no']} {worst['item_name']} {worst['step_name']}",
                rate=text.percent(worst["yield_rate"]),
                standard=text.percent(worst["standard_yield"]),
                extra=text.quantity(worst["extra_qty"], 0),
            )
            if worst["extra_qty"] >= 0.5
            else t("attainment.yields.within")
        )
        per = filters.segments(
            "yield",
            t("attainment.yields.switch"),
            ("steps", "items"),
            lambda name: t(f"attainment.yields.{name}"),
            "steps",
        )
        rows = (steps if per == "steps" else page.ask("attainment/yield_items", **period)).copy()
        rows["label"] = rows["item_no"] + " " + (rows["step_name"] if per == "steps" else rows["item_name"])
        left, right = st.columns(2, gap="medium")
        with left:
            first = rows.iloc[0]
            st.plotly_chart(
                yields(rows.head(WORST_YIELDS), per, t),
                key="attainment_yields",
                config=CHART,
                alt=t(
                    "attainment.yields.alt",
                    worst=first["label"],
                    rate=text.percent(first["yield_rate"]),
                    standard=text.percent(first["standard_yield"]),
                ),
            )
        with right:
            st.markdown(f"**{t('attainment.yields.all')}**")
            st.caption(t("attainment.yields.pick"))
            columns = STEPS if per == "steps" else ITEMS
            chosen = tables.table(
                rows,
                f"attainment_yield_{per}",
                columns,
                alt=t("attainment.yields.all"),
                labels=labels(columns),
                looks=RATES,
                config=whole("extra_qty"),
                height=360,
                choose=True,
            )
        part = picked("part", "" if chosen is None else str(rows["subject"].iloc[chosen]))
        of_part = rows[rows["subject"] == part]
        show_orders(page, period, of_part.iloc[0] if len(of_part) else None)


def show_orders(page: guard.Page, period: Mapping[str, dt.date], part: pd.Series | None) -> None:
    """The work orders of one step or item, or of all, with what each lost beyond the standard."""
    about = t("attainment.yields.orders_all") if part is None else part["label"]
    st.subheader(t("attainment.yields.orders", where=about), anchor=False)
    st.caption(t("attainment.yields.orders_caption"))
    of_part = {
        "item": "" if part is None else part["item_no"],
        "step": 0 if part is None or "step_no" not in part else int(part["step_no"]),
    }
    orders = page.ask("attainment/yield_orders", **period, **of_part)
    columns = [name for name in ORDERS if not orders[name].isna().all()]
    tables.table(
        orders,
        "attainment_orders",
        columns,
        alt=t("attainment.yields.orders_alt"),
        labels=labels(columns),
        looks=RATES,
        targets={**TO_ITEM, **TO_ORDER},
        pinned=("work_order_no",),
        config={**whole("extra_qty"), **wide("supplement_no")},
        height=360,
    )
