"""Do we deliver on time and is it getting better, what is at risk, and how far each order is."""

import datetime as dt
from collections.abc import Mapping

import streamlit as st

from data import kpi
from data.kpi import KpiSettings
from ui import filters, guard, links, text, tiles
from ui.sections.delivery import KEYS, WEEKS, counts, total
from ui.sections.delivery_on_time import on_time
from ui.sections.delivery_owed import owed
from ui.sections.delivery_tracking import tracking
from ui.text import t

# charts stand side by side only where there is room
LOOK = """<style>
:is(.st-key-on_time_charts, .st-key-owed_charts, .st-key-stage_chart) [data-testid="stHorizontalBlock"] {
  flex-wrap: wrap;
}
:is(.st-key-on_time_charts, .st-key-owed_charts) [data-testid="stColumn"] { min-width: 24rem; }
.st-key-stage_chart [data-testid="stColumn"] { min-width: 13rem; }
</style>"""


def lead(page: guard.Page, settings: KpiSettings) -> None:
    """On-time delivery of the last days and its change, who and what costs most, and what comes."""
    days = kpi.PERIOD_DAYS
    since, until = page.today - dt.timedelta(days=days - 1), page.today
    key = KEYS["lines"]
    now = total(page, key, since, until, settings)
    before = total(page, key, since - dt.timedelta(days=days), until - dt.timedelta(days=days), settings)
    if now.value is None:
        st.subheader(t("delivery.lead_none", days=days), anchor=False)
    else:
        change = (
            ""
            if before.value is None
            else t("delivery.change", days=days, points=f"{round((now.value - before.value) * 100, 1):+.1f}")
        )
        st.subheader(t("delivery.lead", days=days, rate=text.percent(now.value), change=change), anchor=False)
        target = settings.target(key)
        due, on_time = now.denominator or 0.0, now.numerator or 0.0
        said = [
            t(
                "delivery.lead_parts",
                due=text.quantity(due),
                on_time=text.quantity(on_time),
                missed=text.quantity(due - on_time),
                goal=t("delivery.no_goal") if target is None else tiles.distance(now, target),
            ),
            worst(page, {"since": since, "until": until, "by_due_date": settings.by_due_date})
            if due > on_time
            else t("delivery.lead_all_met"),
        ]
        st.markdown("  \n".join(said))
    if page.plan_or_none is None:
        st.markdown(t("delivery.no_plan"))
        links.link("today", t("shell.empty.plan"))
        return
    coming = page.ask("delivery/soon_totals", weeks=WEEKS, by_due_date=settings.by_due_date).iloc[0]
    st.markdown(
        t(
            "delivery.lead_soon" if coming["late"] else "delivery.lead_soon_good",
            **counts(coming, "lines", "late", "at_risk", "overdue"),
            late_value=text.money(coming["late_value"]),
        )
    )
    links.link("delivery", t("delivery.see_risk"), view="owed")


def worst(page: guard.Page, period: Mapping[str, object]) -> str:
    """The customer and the product that cost most in the period."""
    groups = page.ask("delivery/groups", **period, measure="value", customer="", item="")
    facts = {}
    for row in groups[groups["place"] == 1].to_dict("records"):
        by = row["cut"]
        facts |= {
            by: f"{row['subject']} {row['subject_name']}",
            f"{by}_lines": text.quantity(row["missed_lines"]),
            f"{by}_value": text.money(row["missed_value"]),
            f"{by}_share": text.percent(row["share_so_far"], 0),
        }
    return t("delivery.lead_worst", **facts)


page = guard.page("delivery", needs="data")
with guard.told():
    if not page.store.count("sales_order"):
        guard.empty("delivery", t("orders.no_orders"), "imports", t("shell.empty.load"))
    st.html(LOOK)
    settings = kpi.stored_settings(page.store)
    lead(page, settings)
    views = ("on_time", "tracking") if page.plan_or_none is None else ("on_time", "owed", "tracking")
    match filters.view(views, lambda name: t(f"delivery.{name}.title")):
        case "owed":
            owed(page, settings)
        case "tracking":
            tracking(page)
        case _:
            on_time(page, settings)
    with st.expander(t("delivery.how")):
        st.markdown(t("delivery.definition"))
