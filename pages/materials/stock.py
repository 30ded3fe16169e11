"""Is our stock healthy, and what lies there for nothing: shortages, kits, cover, excess, age, and lots no plan uses."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui import filters, guard, links, tables, text
from ui.figures.stock import AGES, COVERS, age_classes, cover_classes, kit_days, missing_weeks
from ui.text import t

ORDERS = (
    "line",
    "customer_name",
    "item_no",
    "value",
    "part_no",
    "part_name",
    "parts",
    "needed_on",
    "available_date",
    "target_date",
    "planned_date",
    "state",
)
PARTS = (
    "item_no",
    "item_name",
    "short_qty",
    "uom",
    "part_value",
    "needed_on",
    "available_date",
    "orders_hit",
    "late_orders",
    "supplier_name",
)
LOTS = (
    "order_ref",
    "kind",
    "item_no",
    "item_name",
    "qty",
    "uom",
    "start_date",
    "readiness",
    "missing_at_start",
    "kit_date",
)
COVER = (
    "item_no",
    "item_name",
    "category",
    "on_hand_qty",
    "uom",
    "on_hand_value",
    "cover_days",
    "requirement_qty",
    "supply_qty",
)
EXCESS = (
    "item_no",
    "item_name",
    "category",
    "excess_value",
    "excess_qty",
    "cut_qty",
    "uom",
    "on_hand_qty",
    "supply_qty",
    "requirement_qty",
    "cover_days",
)
LAYERS = (
    "item_no",
    "item_name",
    "category",
    "received_date",
    "age_days",
    "last_issue_date",
    "qty",
    "uom",
    "value",
)
HELD = ("state", "item_no", "item_name", "lot_no", "location", "qty", "uom", "value", "since_date", "days", "act")
MONEY = ("value", "part_value", "on_hand_value", "excess_value")
TO_ITEM = {"item_no": ("mrp", {"item": "item_no"})}
TO_PART = {"part_no": ("mrp", {"item": "part_no"})}
TO_ORDER = {"line": ("order", {"order": "sales_order_no", "line": "line_no"})}
KIT_DAYS = 28
SHORT_WHILE = 30  # days: what has lain for longer can be looked at before it counts as slow
FILTER_WIDTH = 320
ROWS_HEIGHT = 320
SHORT_TABLE = 8  # rows that are shown in full
CHART = {"displayModeBar": False, "showTips": False}


def labels(columns: Sequence[str]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"stock.columns.{name}") for name in columns}


def days(*columns: str) -> dict[str, object]:
    """Columns of days, whole ones."""
    return {name: st.column_config.NumberColumn(t(f"stock.columns.{name}"), format="%.0f") for name in columns}


def clicked(chart: str) -> list[str]:
    """What the bar carries that was clicked in `chart` since it was last looked at; nothing where none was."""
    points = (st.session_state.get(chart) or {}).get("selection", {}).get("points", [])
    now = [str(value) for value in points[0].get("customdata") or []] if points else []
    memory = f"{chart}_clicked"
    before, st.session_state[memory] = st.session_state.get(memory, []), now
    return now if now != before else []


def lead(page: guard.Page, slow_days: int) -> None:
    """Stock value, cover, excess and slow stock; what no plan can use; what is missing all the same."""
    totals = {
        figure.key: figure
        for figure in page.figures(("stock_cover_days", "excess_value", "slow_stock_value"))
        if not figure.cut
    }
    cover = totals["stock_cover_days"]
    st.subheader(
        t(
            "stock.lead" if cover.value is not None else "stock.lead_no_need",
            value=money(cover.numerator),
            days=text.quantity(cover.value, 1),
            excess=money(totals["excess_value"].value),
            slow=money(totals["slow_stock_value"].value),
            slow_days=slow_days,
        ),
        anchor=False,
    )
    short = page.ask("materials/shortage_totals").iloc[0]
    missing = (
        t(
            "stock.missing.lead",
            parts=text.counted("part", short["items_short"]),
            lines=text.counted("line", short["orders_hit"]),
            value=money(short["value_hit"]),
            late=text.quantity(short["orders_late"]),
        )
        if short["items_short"]
        else t("stock.missing.none")
    )
    unused = [
        t(
            f"stock.lots.lead_{row.state}",
            lots=text.quantity(row.lots),
            value=money(row.value),
            item=row.item_no,
            name=row.item_name,
            lot=row.lot_no or text.NOTHING,
            qty=text.quantity(row.qty),
            uom=row.uom,
            days=text.quantity(row.days),
        )
        for row in page.ask("stock/lot_states").itertuples()
    ]
    gap = "" if text.language() == "zh" else " "
    st.markdown("  \n".join([missing, gap.join(unused)]))
    if short["items_short"]:
        links.link("shortages", t("stock.missing.open"))


@st.fragment
def ahead(page: guard.Page) -> None:
    """What the plan lacks: the value of shortages by week, and which lots can start on their day."""
    with guard.told():
        window = {"kit_since": page.today + dt.timedelta(days=1), "kit_until": page.today + dt.timedelta(days=KIT_DAYS)}
        bar = clicked("stock_missing")
        if bar:
            st.query_params["week"] = bar[0]
        bar = clicked("stock_kits")
        if bar:
            st.query_params["day"] = bar[0]
        by_measure, rate = st.columns(2, gap="medium", vertical_alignment="bottom")
        with by_measure:
            measure = filters.segments(
                "measure",
                t("stock.missing.measure"),
                ("orders", "parts"),
                lambda name: t(f"stock.missing.{name}"),
                "orders",
            )
        weeks = page.ask("stock/waiting_weeks", week="")
        weeks = weeks[weeks["measure"] == measure].reset_index(drop=True)
        starts = page.ask("stock/kit_days", **window)
        with st.container(key="charts_ahead"):
            left, right = st.columns(2, gap="medium")
        with left:
            show_missing(weeks, measure)
        with right:
            show_kits(page, starts, rate)
        missing, kits = st.tabs([t("stock.missing.rows"), t("stock.kits.rows")])
        with missing:
            with st.container(width=FILTER_WIDTH):
                week = filters.select(
                    "week",
                    t("stock.filter.week"),
                    ["", *(f"{day:%Y-%m-%d}" for day in weeks["week"])],
                    lambda day: t("stock.filter.week_of", day=text.date(day)) if day else t("stock.filter.all_weeks"),
                )
            missing_rows(page, measure, week)
        with kits:
            with st.container(width=FILTER_WIDTH):
                day = filters.select(
                    "day",
                    t("stock.filter.day"),
                    ["", *(f"{day:%Y-%m-%d}" for day in starts["start_date"])],
                    lambda value: text.date(value) if value else t("stock.filter.all_days"),
                )
            kit_rows(page, {**window, "day": day})


def show_missing(weeks: pd.DataFrame, measure: str) -> None:
    """The value of what is missing, week by week."""
    if weeks.empty:
        guard.nothing(t("stock.missing.none"))
        return
    total = weeks["late_value"] + weeks["safe_value"]
    worst = total.idxmax()
    st.plotly_chart(
        missing_weeks(weeks, t(f"stock.missing.chart_{measure}"), t, money),
        key="stock_missing",
        on_select="rerun",
        selection_mode="points",
        config=CHART,
        alt=t(
            "stock.missing.alt",
            what=t(f"stock.missing.chart_{measure}"),
            week=text.date(weeks.loc[worst, "week"]),
            value=money(total[worst]),
            late=money(weeks.loc[worst, "late_value"]),
            last=text.date(weeks["week"].iloc[-1]),
        ),
    )


def show_kits(page: guard.Page, starts: pd.DataFrame, words: DeltaGenerator) -> None:
    """Lots by start day, full or not; the share of full ones stands in `words`."""
    if starts.empty:
        guard.nothing(t("stock.kits.none"))
        return
    since, until = page.today + dt.timedelta(days=1), page.today + dt.timedelta(days=KIT_DAYS)
    rate = next(figure for figure in page.figures(("kit_rate_at_start",), since, until) if not figure.cut)
    near = next(figure for figure in page.figures(("kit_rate_at_start",)) if not figure.cut)
    words.markdown(
        t(
            "stock.kits.lead",
            rate=text.percent(rate.value),
            full=text.quantity(rate.numerator),
            all=text.quantity(rate.denominator),
            near=text.percent(near.value),
        )
    )
    st.plotly_chart(
        kit_days(starts, t),
        key="stock_kits",
        on_select="rerun",
        selection_mode="points",
        config=CHART,
        alt=t(
            "stock.kits.alt",
            rate=text.percent(rate.value),
            full=text.quantity(rate.numerator),
            all=text.quantity(rate.denominator),
        ),
    )


def missing_rows(page: guard.Page, measure: str, week: str) -> None:
    """The order lines that wait, or the parts that are missing."""
    rows = page.ask(f"stock/waiting_{measure}", week=week).copy()
    if rows.empty:
        guard.nothing(t("stock.missing.none"))
        return
    columns: tuple[str, ...] = PARTS
    targets: dict[str, tables.Target] = dict(TO_ITEM)
    if measure == "orders":
        rows["state"] = tables.worded(rows["state"], lambda state: t(f"schedule.state.{state}"))
        columns, targets = ORDERS, {**TO_ORDER, **TO_PART}
    tables.table(
        rows,
        f"stock_{measure}",
        columns,
        alt=t("stock.missing.rows"),
        labels=labels(columns),
        looks=looks(columns),
        targets=targets,
        pinned=columns[:1],
        height=ROWS_HEIGHT if len(rows) > SHORT_TABLE else "auto",
    )


def kit_rows(page: guard.Page, asked: Mapping[str, object]) -> None:
    """The lots behind the kit chart, those first whose material is not there."""
    rows = page.ask("stock/kit_lots", **asked).copy()
    if rows.empty:
        guard.nothing(t("stock.kits.none"))
        return
    rows["kind"] = tables.worded(rows["kind"], lambda kind: t(f"materials.kind.{kind}"))
    rows["readiness"] = tables.worded(rows["readiness"], lambda state: t(f"stock.kits.{state}"))
    rows = rows.assign(subject="lots", week="all")
    tables.table(
        rows,
        "stock_kit_lots",
        LOTS,
        alt=t("stock.kits.rows"),
        labels=labels(LOTS),
        targets={"order_ref": ("kits", {"subject": "subject", "week": "week", "kit": "order_ref"}), **TO_ITEM},
        height=ROWS_HEIGHT if len(rows) > SHORT_TABLE else "auto",
        config={"missing_at_start": st.column_config.TextColumn(t("stock.columns.missing_at_start"), width="medium")},
    )


@st.fragment
def lying(page: guard.Page, slow_days: Sequence[int]) -> None:
    """How long stock lasts, how old it is, and what of it is too much."""
    with guard.told():
        bar = clicked("stock_cover")
        if bar:
            st.query_params.update({"list": "cover", "category": bar[0], "cover": bar[1]})
        bar = clicked("stock_ages")
        if bar:
            st.query_params.update({"list": "ageing", "age": bar[0]})
        every = {"category": "", "cover": "", "age": "", "days": 0}
        classes = page.ask("stock/cover_classes", **every)
        ages = page.ask("stock/ages", **every)
        if classes["value"].sum() == 0 and ages.empty:
            guard.nothing(t("stock.cover.none"))
            return
        with st.container(key="charts_lying"):
            left, right = st.columns(2, gap="medium")
        with left:
            show_cover(classes)
        with right:
            show_ages(ages, slow_days[0])
        show_lists(page, classes, slow_days)


def show_cover(classes: pd.DataFrame) -> None:
    """The value of stock by category and days of cover."""
    first = classes.iloc[0]
    long = classes[classes["cover"].isin(["over_90", "none"])]["value"].sum()
    st.plotly_chart(
        cover_classes(classes, category, t, money),
        key="stock_cover",
        on_select="rerun",
        selection_mode="points",
        config=CHART,
        alt=t(
            "stock.cover.alt",
            category=category(first["category"]),
            value=money(first["category_value"]),
            long=money(long),
        ),
    )


def show_ages(ages: pd.DataFrame, slow_days: int) -> None:
    """The value of stock by age."""
    if ages.empty:
        guard.nothing(t("stock.cover.none"))
        return
    most = ages.loc[ages["value"].idxmax()]
    st.plotly_chart(
        age_classes(ages, slow_days, t, money),
        key="stock_ages",
        on_select="rerun",
        selection_mode="points",
        config=CHART,
        alt=t("stock.age.alt", age=t(f"stock.age.{most['age']}"), value=money(most["value"])),
    )


def show_lists(page: guard.Page, classes: pd.DataFrame, slow_days: Sequence[int]) -> None:
    """The rows: what is too much, what is slow, every layer by its age, or every item by its cover."""
    by_list, by_category, by_more = st.columns([4, 2, 3], vertical_alignment="bottom")
    with by_list:
        chosen = filters.segments(
            "list",
            t("stock.filter.list"),
            ("excess", "slow", "ageing", "cover"),
            lambda name: t(f"stock.list.{name}"),
            "excess",
        )
    with by_category:
        one = filters.select(
            "category",
            t("stock.filter.category"),
            ["", *dict.fromkeys(classes["category"])],
            lambda name: category(name) if name else t("shell.all"),
        )
    asked: dict[str, object] = {"category": one, "cover": "", "age": "", "days": 0}
    with by_more:
        if chosen == "slow":
            options = [str(number) for number in sorted({SHORT_WHILE, *slow_days})]
            asked["days"] = int(
                filters.segments(
                    "days",
                    t("stock.filter.days"),
                    options,
                    lambda number: t("stock.filter.days_of", days=number),
                    str(slow_days[0]),
                )
            )
        elif chosen == "ageing":
            asked["age"] = filters.select(
                "age",
                t("stock.filter.age"),
                ["", *AGES],
                lambda name: t(f"stock.age.{name}") if name else t("shell.all"),
            )
        elif chosen == "cover":
            asked["cover"] = filters.select(
                "cover",
                t("stock.filter.cover"),
                ["", *COVERS],
                lambda name: t(f"stock.cover.{name}") if name else t("shell.all"),
            )
    st.caption(t(f"stock.list.about_{chosen}"))
    question = {"excess": "stock/excess", "cover": "stock/cover"}.get(chosen, "stock/layers")
    columns = {"excess": EXCESS, "cover": COVER}.get(chosen, LAYERS)
    rows = page.ask(question, **asked)
    if rows.empty:
        guard.nothing(t(f"stock.list.none_{chosen}", days=asked["days"]))
        return
    tables.table(
        rows.assign(category=tables.worded(rows["category"], category)),
        f"stock_{chosen}",
        columns,
        alt=t(f"stock.list.{chosen}"),
        labels=labels(columns),
        looks=looks(columns),
        targets=TO_ITEM,
        config=days(*(name for name in ("cover_days",) if name in columns)),
    )


def held(page: guard.Page) -> None:
    """Lots that are there and that no plan uses."""
    rows = page.ask("stock/lots").copy()
    if rows.empty:
        guard.nothing(t("stock.lots.none"))
        return
    st.caption(t("stock.lots.about"))
    rows["act"] = [t(f"stock.lots.act_{state}") for state in rows["state"]]
    rows["state"] = [t(f"stock.lots.{state}") for state in rows["state"]]
    tables.table(
        rows,
        "stock_lots",
        HELD,
        alt=t("stock.held"),
        labels=labels(HELD),
        looks=looks(HELD),
        targets=TO_ITEM,
        pinned=("state",),
        config={"act": st.column_config.TextColumn(t("stock.columns.act"), width="medium")},
    )


def looks(columns: Sequence[str]) -> dict[str, tables.Look]:
    """Which of `columns` are money."""
    return {name: "money" for name in columns if name in MONEY}


def money(value: float | None) -> str:
    """An amount without its cents: what is read, not added up."""
    return text.money(value if value is None else round(value))


def category(name: str) -> str:
    """The word for a category of items."""
    return text.choice("item", "category", name)


page = guard.page("stock")
with guard.told():
    cuts = [figure.cut for figure in page.figures(("slow_stock_value",)) if figure.cut]
    limits = [int(cut["days"]) for cut in cuts]
    lead(page, limits[0])
    match filters.view(("ahead", "lying", "held"), lambda name: t(f"stock.{name}")):
        case "lying":
            lying(page, limits)
        case "held":
            held(page)
        case _:
            ahead(page)
    with st.expander(t("stock.how")):
        for key in ("stock_cover_days", "excess_value", "slow_stock_value", "kit_rate_at_start"):
            st.markdown(f"**{t(f'figures.{key}.name')}** {t(f'figures.{key}.formula')}")
        st.markdown(t("stock.definition"))
