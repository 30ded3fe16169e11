"""How far each order line is, since when, and who does the next step."""

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from ui import filters, guard, tables, text
from ui.figures.delivery import stages
from ui.sections.delivery import CHART, TO_ORDER, counts, labels, plan_in_view, toggle
from ui.text import t

TRACKING = (
    "line",
    "customer_name",
    "item_name",
    "stage",
    "since",
    "days_here",
    "owner",
    "next",
    "state",
    "target_date",
    "planned_date",
    "qty",
    "shipped_qty",
    "item_no",
    "customer_order_no",
)
# what the next step of a line depends on
NEXT = (
    "stage",
    "owner",
    "blocked_kind",
    "part_no",
    "supply_ref",
    "available_date",
    "station_name",
    "work_order_no",
)
NARROWS = {"customer": "follow", "owner": "owner"}  # what narrows the chart of stages, and its name in the URL
FOLLOWED_DAYS = 60  # after it left


@st.fragment
def tracking(page: guard.Page) -> None:
    """How far each order line is, since when, and who does the next step."""
    with guard.told():
        about = {"days": FOLLOWED_DAYS, **plan_in_view(page)}
        # the controls stand beside the chart, and what they are set to narrows what they are drawn from
        wanted = {name: st.query_params.get(key, "") for name, key in NARROWS.items()}
        counted = page.ask("delivery/tracking_counts", **about, **wanted)
        if counted.empty:
            guard.nothing(t("delivery.tracking.none"))
            return
        owners = counted[counted["choice"] == "owner"]
        st.markdown(
            t(
                "delivery.tracking.lead",
                lines=text.quantity(owners["all_lines"].sum()),
                owner=t(f"delivery.roles.{owners['value'].iloc[0]}"),
                owner_lines=text.quantity(owners["all_lines"].iloc[0]),
            )
        )
        with st.container(key="stage_chart"):
            chart, controls = st.columns([3, 1], gap="medium")
        with controls:
            asked = {
                "customer": choose(counted, "customer", "follow"),
                "stage": choose(counted, "stage", "stage"),
                "owner": choose(counted, "owner", "owner"),
            }
        counted = page.ask("delivery/tracking_counts", **about, **{name: asked[name] for name in NARROWS})
        with chart:
            show_stages(counted[(counted["choice"] == "stage") & (counted["lines"] > 0)], asked["stage"])
        st.caption(t("delivery.tracking.caption", days=FOLLOWED_DAYS))
        show_tracking(page, {**about, **asked})


def choose(choices: pd.DataFrame, choice: str, name: str) -> str:
    """The customer, stage or owner that was chosen, under `name` in the URL."""
    rows = choices[choices["choice"] == choice]
    spoken = {"stage": "delivery.stage", "owner": "delivery.roles"}
    shown = {
        row.value: t(
            "delivery.filter.choice",
            label=t(f"{spoken[choice]}.{row.value}") if choice in spoken else row.label,
            lines=text.quantity(row.all_lines),
        )
        for row in rows.itertuples()
    }
    return filters.select(
        name, t(f"delivery.filter.{choice}"), ["", *shown], lambda value: shown.get(value, t("shell.all"))
    )


def show_stages(rows: pd.DataFrame, stage: str) -> None:
    """How many lines stand at each stage."""
    if rows.empty:
        return
    most = rows.loc[rows["lines"].idxmax()]
    st.plotly_chart(
        stages(rows, stage, t("delivery.tracking.chart"), t),
        key="delivery_stages",
        on_select=partial(toggle, "delivery_stages", "stage"),
        selection_mode="points",
        config=CHART,
        alt=t(
            "delivery.tracking.chart_alt", stage=t(f"delivery.stage.{most['value']}"), **counts(most, "lines", "late")
        ),
    )


def show_tracking(page: guard.Page, asked: Mapping[str, object]) -> None:
    """The order tracking table."""
    rows = page.frame("delivery_tracking", lambda: tracked(page.ask("delivery/tracking_rows", **asked)), asked)
    if rows.empty:
        guard.nothing(t("delivery.tracking.none"))
        return
    tables.table(
        rows,
        "delivery_tracking",
        TRACKING,
        alt=t("delivery.tracking.alt"),
        labels=labels(TRACKING),
        targets=TO_ORDER,
        pinned=("line",),
    )


def tracked(rows: pd.DataFrame) -> pd.DataFrame:
    """Followed lines with what is written of them."""
    places = pd.Series(zip(rows["stage"], rows["station_name"], strict=True), rows.index, dtype=object)
    return rows.assign(
        next=next_steps(rows),
        stage=tables.worded(places, stage_at),
        owner=tables.worded(rows["owner"], lambda owner: t(f"delivery.roles.{owner}")),
        state=tables.worded(rows["state"], lambda state: t(f"delivery.state.{state}") if state else ""),
    ).drop(columns=[name for name in NEXT if name not in TRACKING])


def stage_at(place: tuple[str, str]) -> str:
    """A stage, with the station where there is one."""
    stage, station = place
    name = t(f"delivery.stage.{stage}")
    return t("delivery.tracking.at", stage=name, station=station) if station else name


def next_steps(rows: pd.DataFrame) -> pd.Series:
    """What is to be done next with each of the lines; those that wait for the same have the same words."""
    alike = rows.groupby([*NEXT], dropna=False, sort=False).ngroup()
    different = rows.loc[~alike.duplicated(), [*NEXT]].to_dict("records")
    return pd.Series([next_step(row) for row in different], dtype="str").take(alike).set_axis(rows.index)


def next_step(row: Mapping[str, object]) -> str:
    """What is to be done next with a line, in a few words."""
    stage, owner = str(row["stage"]), str(row["owner"])
    if row["blocked_kind"]:
        kind = "approved" if row["blocked_kind"] == "planned_buy" and owner == "purchasing" else row["blocked_kind"]
        return t(
            f"delivery.next.{kind}",
            part_no=row["part_no"],
            supply_ref=row["supply_ref"],
            date=text.date(row["available_date"]),
        )
    if stage == "confirmed":
        return t("delivery.next.own_parts")
    if stage == "released":
        step = {"warehouse": "issue", "production": "start"}.get(owner, "own_parts")
        return t(f"delivery.next.{step}", work_order_no=row["work_order_no"])
    if stage == "producing" and not row["station_name"]:
        return t("delivery.next.unknown_station")
    return t(f"delivery.next.{stage}", station=row["station_name"], work_order_no=row["work_order_no"])
