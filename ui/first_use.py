"""The first way through: load, check, plan, look. What is done and what comes next is read off the store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import streamlit as st

from data.sample import build_sample
from data.soundness import DataFault, check
from data.store import Store
from locales import error_text
from ui import guard, links, text
from ui.planning import last_failure, plan_now
from ui.text import language, t

STEPS = ("load", "check", "plan", "look")
NEEDED = ("item", "sales_order")  # without them there is nothing to plan
WISHED = ("stock_balance", "bom_line", "station", "calendar", "routing_step")  # without them a plan says less
MOST_FAULTS = 5
DONE, NEXT, LATER = (
    ":green[:material/check_circle:]",
    ":blue[:material/arrow_forward:]",
    ":material/radio_button_unchecked:",
)


@dataclass(frozen=True, slots=True)
class State:
    """How far a factory is. missing: tables that a plan needs, wished: that it should have, without a row; faults: what

    `check` found, once there is something to plan.
    """

    missing: tuple[str, ...]
    wished: tuple[str, ...]
    faults: tuple[DataFault, ...]
    planned: bool

    @property
    def step(self) -> str:
        """The step that comes next."""
        if self.planned:
            return "look"
        if self.missing:
            return "load"
        return "check" if self.faults else "plan"


def empty_ones(store: Store, tables: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `tables` that have no row."""
    return tuple(name for name in tables if not store.count(name))


def state(page: guard.Page) -> State:
    """How far the factory is, kept until data or plan change."""

    def read() -> State:
        missing = empty_ones(page.store, NEEDED)
        faults = () if missing else tuple(check(page.store))
        return State(missing, empty_ones(page.store, WISHED), faults, page.plan_or_none is not None)

    return page.kept("first_use", read, {})


def steps(page: guard.Page) -> None:
    """The four steps, each with its state; the next one with what is to be done."""
    now = state(page)
    st.markdown(t("first_use.lead"))
    last_failure(page.store)
    for number, name in enumerate(STEPS, 1):
        at, coming = STEPS.index(name), STEPS.index(now.step)
        with st.container(border=True, width=760, gap="xsmall", key=f"step_{name}"):
            sign = DONE if at < coming else NEXT if at == coming else LATER
            st.markdown(f"{sign} **{number} {t(f'first_use.{name}.title')}**")
            if name == "plan" and now.step in ("check", "plan"):
                _plan(page, now)
            elif at > coming:
                st.caption(t(f"first_use.{name}.later"))
            elif at < coming:
                st.caption(_done(page, name))
            elif name == "load":
                _load(page, now)
            elif name == "check":
                _check(now)


def load_sample(page: guard.Page) -> None:
    """The button that builds the sample factory, as of yesterday."""
    if st.button(t("first_use.load.sample"), key="sample", type="primary", icon=":material/factory:"):
        with st.spinner(t("first_use.load.running")), guard.told():
            build_sample(page.store, dt.date.today() - dt.timedelta(days=1), language())
        links.go("today")


def named(tables: tuple[str, ...]) -> str:
    """Tables by their names in the reader's language."""
    return t("first_use.and").join(text.table_label(name) for name in tables)


def _load(page: guard.Page, now: State) -> None:
    """Without anything: the sample or files. With something: what is still to be imported."""
    if len(now.missing) + len(now.wished) < len(NEEDED) + len(WISHED):
        st.markdown(t("first_use.load.missing", tables=named(now.missing)))
        links.link("imports", t("first_use.load.rest"))
        return
    st.markdown(t("first_use.load.next"))
    with st.container(horizontal=True, vertical_alignment="center"):
        load_sample(page)
        links.link("imports", t("first_use.load.files"))


def _check(now: State) -> None:
    """What refers to something that is not there, and the way to mend it."""
    st.markdown(t("first_use.check.next", count=text.quantity(len(now.faults))))
    for fault in now.faults[:MOST_FAULTS]:
        st.markdown(f"- {_fault(fault)}")
    links.link("imports", t("first_use.check.mend"))


def _plan(page: guard.Page, now: State) -> None:
    """The button, and what the plan cannot say for want of data."""
    st.markdown(t("first_use.plan.next", as_of=text.date(page.today)))
    if now.wished:
        st.markdown(t("first_use.plan.wished", tables=named(now.wished)))
        links.link("imports", t("first_use.load.rest"))
    plan_now(page)


def _fault(fault: DataFault) -> str:
    if fault.rule == "REF":
        table = text.table_label(str(fault.facts["table"]))
        return t("first_use.check.fault", table=table, key=fault.facts["key"], value=fault.facts["value"])
    return " ".join(error_text(language(), fault.rule, fault.facts))


def _done(page: guard.Page, name: str) -> str:
    """What a step brought."""
    if name == "load":
        lines, items = page.store.count("sales_order"), page.store.count("item")
        return t("first_use.load.done", lines=text.quantity(lines), items=text.quantity(items))
    odd = sum(notice.rows for notice in page.notices())
    return t("first_use.check.done") if not odd else t("first_use.check.odd", count=text.quantity(odd))
