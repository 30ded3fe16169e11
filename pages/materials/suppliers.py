"""Who delivers on time and good, who holds up orders now, and the purchase lines behind it."""

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from data.kpi import Figure
from ui import filters, guard, tables, text
from ui.figures.suppliers import holding_up, trend
from ui.picking import picked
from ui.text import t

SUPPLIERS = (
    "supplier_no",
    "supplier_name",
    "blocked_orders",
    "blocked_value",
    "overdue_lines",
    "put_off_lines",
    "lines",
    "on_time",
    "trend",
    "days_late",
    "quality",
    "concessions",
    "returns",
    "open_lines",
)
LINES = (
    "line",
    "item_no",
    "item_name",
    "qty",
    "uom",
    "due_date",
    "confirmed_date",
    "last_arrival_date",
    "arrived_qty",
    "days_late",
    "days_overdue",
    "blocked_orders",
    "inspection",
    "defect_qty",
    "concession_no",
    "concession_status",
    "conceded_qty",
    "return_no",
    "returned_qty",
    "return_reason",
    "arrival_no",
    "lot_no",
)
QUALITY = (
    "line",
    "item_no",
    "item_name",
    "arrived_qty",
    "uom",
    "last_arrival_date",
    "inspection",
    "defect_qty",
    "concession_no",
    "concession_status",
    "conceded_qty",
    "return_no",
    "returned_qty",
    "return_reason",
    "arrival_no",
    "lot_no",
    "qty",
    "due_date",
    "confirmed_date",
    "days_late",
)
WAITING = (
    "line",
    "customer_name",
    "item_no",
    "value",
    "supply_refs",
    "part_no",
    "available_date",
    "target_date",
    "planned_date",
    "days_late",
    "state",
)
PERIODS = ("30", "90", "365")
PERIOD = "90"
TREND_MONTHS = 12
STATES = ("all", "overdue", "late", "blocks", "quality")
ROWS_HEIGHT = 320
SHORT_TABLE = 8  # rows that are shown in full
CHART = {"displayModeBar": False, "showTips": False}


def labels(columns: Sequence[str]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"suppliers.columns.{name}") for name in columns}


def percents(*columns: str) -> dict[str, object]:
    """Columns of shares in per cent with one decimal: a hundredth of quality is much."""
    return {name: st.column_config.NumberColumn(t(f"suppliers.columns.{name}"), format="percent") for name in columns}


def totals(page: guard.Page, since: dt.date, until: dt.date) -> dict[str, Figure]:
    """On time, quality and concessions of all suppliers together."""
    found = page.figures(("supplier_on_time", "supplier_quality", "supplier_concessions"), since, until)
    return {figure.key: figure for figure in found if not figure.cut}


def change(kind: str, now: Figure, before: Figure) -> str:
    """The change in points against the period before, in words; nothing where nothing was before."""
    if now.value is None or before.value is None:
        return ""
    points = f"{round((now.value - before.value) * 100, 1):+.1f}".replace("-", "−")
    return t(
        f"suppliers.change_{kind}",
        points=points,
        before=text.percent(before.value),
        of=text.quantity(before.denominator, 0),
    )


def lead(page: guard.Page, days: int, period: Mapping[str, dt.date], rows: pd.DataFrame) -> None:
    """On time and quality of the period, how they changed, and the supplier who hurts most now."""
    now = totals(page, period["since"], period["until"])
    length = dt.timedelta(days=days)
    before = totals(page, period["since"] - length, period["until"] - length)
    on_time, quality = now["supplier_on_time"], now["supplier_quality"]
    st.subheader(
        t(
            "suppliers.lead",
            days=days,
            on_time=text.percent(on_time.value),
            quality=text.percent(quality.value, 2),
        ),
        anchor=False,
    )
    worst = rows.iloc[0]
    facts = {
        "supplier": f"{worst['supplier_no']} {worst['supplier_name']}",
        "overdue": text.quantity(worst["overdue_lines"]),
        "put_off": text.quantity(worst["put_off_lines"]),
        "days": text.quantity(worst["days_overdue"]),
        "blocked": text.counted("line", worst["blocked_orders"]),
        "value": text.money(worst["blocked_value"]),
        "on_time": text.percent(worst["on_time"]),
    }
    hurts = "blocks" if worst["blocked_orders"] else "owes" if worst["overdue_lines"] else "none"
    said = [
        t(f"suppliers.lead_{hurts}", **facts),
        t(
            "suppliers.lead_on_time",
            full=text.quantity(on_time.numerator),
            all=text.quantity(on_time.denominator),
            change=change("on_time", on_time, before["supplier_on_time"]),
        ),
        t(
            "suppliers.lead_quality",
            change=change("quality", quality, before["supplier_quality"]),
            conceded=text.percent(now["supplier_concessions"].value, 2),
            concessions=text.quantity(rows["concessions"].sum()),
        ),
    ]
    st.markdown("  \n".join(said))
    # a link from a page to itself leaves the address as it was, so this is a button
    if hurts != "none" and st.button(
        t("suppliers.open_worst", supplier=worst["supplier_no"]), key="open_worst", icon=":material/arrow_forward:"
    ):
        st.query_params["supplier"] = str(worst["supplier_no"])


@st.fragment
def all_suppliers(page: guard.Page, period: Mapping[str, dt.date], rows: pd.DataFrame) -> None:
    """The trend, who holds up orders, the table of suppliers and, of the chosen one, its lines."""
    with guard.told():
        charts = st.container()
        spark = page.ask("suppliers/sparklines", **trend_period(page)).set_index("supplier_no")["on_time"]
        st.caption(t("suppliers.pick"))
        chosen = tables.table(
            rows.assign(trend=[spark.get(number) for number in rows["supplier_no"]]),
            "suppliers",
            SUPPLIERS,
            alt=t("suppliers.table"),
            labels=labels(SUPPLIERS),
            looks={"blocked_value": "money"},
            pinned=("supplier_no", "supplier_name"),
            config={
                **percents("on_time", "quality"),
                "days_late": st.column_config.NumberColumn(t("suppliers.columns.days_late"), format="%.1f"),
                "trend": st.column_config.LineChartColumn(
                    t("suppliers.columns.trend"), width="small", y_min=0.0, y_max=1.0
                ),
            },
            choose=True,
        )
        supplier = picked("supplier", "" if chosen is None else str(rows["supplier_no"].iloc[chosen]))
        names = dict(zip(rows["supplier_no"], rows["supplier_name"], strict=True))
        if supplier not in names:
            supplier = ""
        with charts:
            with st.container(key="charts_suppliers"):
                left, right = st.columns(2, gap="medium")
            with left:
                show_trend(page, supplier, f"{supplier} {names.get(supplier, '')}".strip())
            with right:
                show_blocking(page)
        if supplier:
            one_supplier(page, period, supplier, rows[rows["supplier_no"] == supplier].iloc[0])


def trend_period(page: guard.Page) -> dict[str, dt.date]:
    """The last twelve months, the running one included."""
    month = pd.Timestamp(page.today).to_period("M") - (TREND_MONTHS - 1)
    return {"since": month.start_time.date(), "until": page.today}


def show_trend(page: guard.Page, supplier: str, name: str) -> None:
    """On time and quality by month, of one supplier or of all."""
    months = page.ask("suppliers/trend", supplier_no=supplier, **trend_period(page))
    who = name or t("suppliers.everyone")
    if months.empty:
        guard.nothing(t("suppliers.trend.none", who=who))
        return
    last = months.iloc[-1]
    title = t("suppliers.trend.chart_of", supplier=supplier) if supplier else t("suppliers.trend.chart")
    st.plotly_chart(
        trend(months, title, t),
        key="suppliers_trend",
        config=CHART,
        alt=t(
            "suppliers.trend.alt",
            who=who,
            month=f"{last['month']:%Y-%m}",
            on_time=text.percent(last["on_time"]),
            quality=text.percent(last["quality"]),
        ),
    )


def show_blocking(page: guard.Page) -> None:
    """Which suppliers hold up orders now."""
    blocking = page.ask("suppliers/blocking", supplier_no="")
    if blocking.empty:
        guard.nothing(t("suppliers.blocking.none"))
        return
    first = blocking.iloc[0]
    st.plotly_chart(
        holding_up(blocking, t, text.money),
        key="suppliers_blocking",
        config=CHART,
        alt=t(
            "suppliers.blocking.alt",
            supplier=f"{first['supplier_no']} {first['supplier_name']}",
            lines=text.quantity(first["blocked_orders"]),
            value=text.money(first["blocked_value"]),
        ),
    )


@st.fragment
def one_supplier(page: guard.Page, period: Mapping[str, dt.date], supplier: str, row: pd.Series) -> None:
    """The lines of one supplier, and the order lines that wait for them."""
    with guard.told(), st.container(border=True):
        st.subheader(f"{supplier} {row['supplier_name']}", anchor=False)
        st.markdown(
            t(
                "suppliers.detail.lead",
                lines=text.quantity(row["lines"]),
                on_time=text.percent(row["on_time"]),
                quality=text.percent(row["quality"], 2),
                open=text.quantity(row["open_lines"]),
                overdue=text.quantity(row["overdue_lines"]),
                blocked=text.quantity(row["blocked_orders"]),
                conceded=text.percent(row["conceded"]),
            )
        )
        if row["put_off_lines"]:
            st.markdown(t("suppliers.detail.put_off", lines=text.quantity(row["put_off_lines"])))
        state = filters.segments(
            "lines", t("suppliers.filter.lines"), STATES, lambda name: t(f"suppliers.lines.{name}"), "all"
        )
        asked = {"supplier_no": supplier, "state": "" if state == "all" else state, **period}
        show_lines(page.ask("suppliers/lines", **asked).copy(), QUALITY if state == "quality" else LINES)
        waiting = page.ask("suppliers/waiting_orders", supplier_no=supplier).copy()
        st.markdown(f"**{t('suppliers.waiting.title')}**")
        if waiting.empty:
            guard.nothing(t("suppliers.waiting.none"))
            return
        waiting["state"] = [t(f"schedule.state.{name}") for name in waiting["state"]]
        tables.table(
            waiting,
            "supplier_waiting",
            WAITING,
            alt=t("suppliers.waiting.title"),
            labels=labels(WAITING),
            looks={"value": "money"},
            height=ROWS_HEIGHT if len(waiting) > SHORT_TABLE else "auto",
            targets={
                "line": ("order", {"order": "sales_order_no", "line": "line_no"}),
                "part_no": ("mrp", {"item": "part_no"}),
            },
        )


def show_lines(lines: pd.DataFrame, wanted: Sequence[str]) -> None:
    """Purchase lines with what came of them; of the columns `wanted` those without a single value are left out."""
    if lines.empty:
        guard.nothing(t("suppliers.lines.none"))
        return
    for name, table, column in (
        ("inspection", "material_arrival", "inspection"),
        ("concession_status", "concession", "status"),
    ):
        lines[name] = [text.choice(table, column, value) if value else "" for value in lines[name]]
    columns = [name for name in wanted if not lines[name].isin(["", 0]).all() and not lines[name].isna().all()]
    tables.table(
        lines,
        "supplier_lines",
        columns,
        alt=t("suppliers.lines.title"),
        labels=labels(columns),
        targets={"item_no": ("mrp", {"item": "item_no"})},
        pinned=("line",),
    )


page = guard.page("suppliers")
with guard.told():
    chosen_days = filters.segments(
        "period",
        t("suppliers.filter.period"),
        PERIODS,
        lambda number: t("suppliers.filter.days", days=number),
        PERIOD,
    )
    last_days = int(chosen_days)
    last_period = {"since": page.today - dt.timedelta(days=last_days - 1), "until": page.today}
    suppliers = page.ask("suppliers/list", supplier_no="", **last_period)
    if suppliers.empty:
        guard.nothing(t("suppliers.none"))
        st.stop()
    lead(page, last_days, last_period, suppliers)
all_suppliers(page, last_period, suppliers)
with guard.told(), st.expander(t("suppliers.how")):
    for figure_key in ("supplier_on_time", "supplier_quality", "supplier_concessions"):
        st.markdown(f"**{t(f'figures.{figure_key}.name')}** {t(f'figures.{figure_key}.formula')}")
    st.markdown(t("suppliers.definition"))
