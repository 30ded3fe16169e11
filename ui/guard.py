"""What every page begins with: the store, the language, the plan in view, and words in place of tracebacks.

A page is reached by its own address too, so each one starts with `page = guard.page("<name>")`.
"""

from __future__ import annotations

import datetime as dt
import gc
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

import pandas as pd
import streamlit as st

from data.kept import Kept
from data.kpi import Figure, figures, trend
from data.plans import Notice, default_as_of, notices
from data.runs import recover
from data.store import Store
from locales import error_text
from planning.errors import InputError, PaichanError
from ui import links
from ui.navigation import ROOT
from ui.text import language, t

AUTHOR = "app"
FIGURE_BYTES = 500  # about what one takes with its cut
LIMIT_FIGURES = 16_000_000
Needs = Literal["nothing", "data", "plan"]
log = logging.getLogger("paichan")


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan in view: the newest of today's data. `stale`: facts have changed since it was made."""

    run_no: str
    created_at: dt.datetime
    as_of: dt.date
    horizon_end: dt.date
    first_day: dt.date
    frozen_until: dt.date | None
    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float | None
    verified: bool
    orders: int
    late: int
    overtime_hours: float
    stale: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What a page works with."""

    name: str
    store: Store
    language: str
    as_of: dt.date | None
    plan_or_none: Plan | None

    @property
    def plan(self) -> Plan:
        """The plan in view, for pages that need one."""
        if self.plan_or_none is None:
            raise InputError("PLAN-NONE")
        return self.plan_or_none

    @property
    def today(self) -> dt.date:
        """The last day that is known: the plan's, else that of the data."""
        if self.plan_or_none is not None:
            return self.plan_or_none.as_of
        if self.as_of is None:
            raise InputError("PLAN-NO-DATA")
        return self.as_of

    def ask(self, question: str, **parameters: Any) -> pd.DataFrame:
        """The frame that answers `data/queries/<question>.sql`, kept until data or plan change.

        Every question may use $run_no, $as_of and $first_day of the plan in view.
        """
        about: dict[str, Any] = {"as_of": self.as_of}
        if self.plan_or_none is not None:
            plan = self.plan_or_none
            about = {"run_no": plan.run_no, "as_of": plan.as_of, "first_day": plan.first_day}
        values = {**about, **parameters}
        wanted = self._run_no(), question, repr(sorted(values.items()))
        kept = _frames().get(
            str(self.store.path), self.store.facts_version(), wanted, lambda: self.store.query(question, **values)
        )
        return kept.copy(deep=False)  # its columns are copied where the page writes on them

    def figures(
        self,
        keys: tuple[str, ...],
        since: dt.date | None = None,
        until: dt.date | None = None,
        cuts: tuple[tuple[str, ...], ...] = (),
    ) -> tuple[Figure, ...]:
        """The figures `keys` as of the day in view, and those of `cuts`, kept until data or plan change."""
        return tuple(figure for key in keys for figure in self._figure(key, since, until, cuts))

    def trend(self, key: str, cut: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """The figure `key` over time (`data.kpi.trend`) up to the day in view, kept until data or plan change."""
        cut = cut or {}
        about = self._run_no(), self.today, "trend", key, repr(sorted(cut.items()))
        return _frames().get(
            str(self.store.path),
            self.store.facts_version(),
            about,
            lambda: trend(self.store, key, self.today, cut=cut),
        )

    def kept[T](self, name: str, make: Callable[[], T], about: Mapping[str, Any]) -> T:
        """What `make` returns, kept under `name` until data, plan, language or `about` change: a chart that takes long

        to build. `about`: all that it is made from. Nobody may change what is kept.
        """
        return cast(T, _kept(str(self.store.path), self._version(), self.language, name, dict(about), make))

    def frame(self, name: str, make: Callable[[], pd.DataFrame], about: Mapping[str, Any]) -> pd.DataFrame:
        """As `kept`, for a frame that may be long: all frames together take no more memory than the answers may."""
        wanted = self._run_no(), self.language, name, repr(sorted(about.items()))
        return _frames().get(str(self.store.path), self.store.facts_version(), wanted, make).copy(deep=False)

    def notices(self) -> list[Notice]:
        """What is odd in the data as of the day in view."""
        return _notices(str(self.store.path), self._version(), self.today)

    def _figure(
        self, key: str, since: dt.date | None, until: dt.date | None, cuts: tuple[tuple[str, ...], ...]
    ) -> tuple[Figure, ...]:
        return _figures().get(
            str(self.store.path),
            self.store.facts_version(),
            (self._run_no(), self.today, key, since, until, cuts),
            lambda: tuple(figures(self.store, self.today, since, until, keys=(key,), cuts=cuts)),
        )

    def _version(self) -> str:
        """What the answers depend on. A plan that is only running changes nothing, so that watching it stays quick."""
        return f"{self.store.facts_version()} {self._run_no()}"

    def _run_no(self) -> str:
        return self.plan_or_none.run_no if self.plan_or_none else ""


def database_path() -> Path:
    """The app's database: PAICHAN_DB where it is set."""
    return Path(os.environ.get("PAICHAN_DB") or ROOT / "var" / "paichan.duckdb").resolve()


@st.cache_resource(show_spinner=False, max_entries=4)
def open_store(path: str) -> Store:
    """The one open store of this program; jobs that a crash cut off are closed."""
    store = Store.open(path)
    recover(store)
    _set_libraries_apart()
    return store


def page(name: str, needs: Needs = "plan") -> Page:
    """The page called `name`, its title written. Where it needs data or a plan that is not there, the reader is told

    what the page shows, why it is empty and the one step that fills it, and the page ends.
    """
    with told():
        store = open_store(str(database_path()))
        plan = _plan(store)
        as_of = _as_of(store)
    st.session_state["year_in_view"] = (plan.as_of if plan else as_of or dt.date.today()).year
    st.title(t(f"shell.pages.{name}.title"), anchor=False)
    if needs != "nothing" and as_of is None:
        empty(name, _lacking(needs, has_data=False), "today", t("shell.empty.start"))
    if needs == "plan" and plan is None:
        empty(name, _lacking(needs, has_data=True), "today", t("shell.empty.plan"))
    return Page(name, store, language(), as_of, plan)


def empty(name: str, why: str, step_page: str, step: str, **filters: Any) -> NoReturn:
    """What page `name` shows, why it is empty, and the one step that fills it; ends the page."""
    with st.container(border=True, width=720):
        st.markdown(t(f"shell.pages.{name}.shows"))
        st.markdown(why)
        links.link(step_page, step, **filters)
    st.stop()


def _lacking(needs: Needs, has_data: bool) -> str:
    """What a page needs, each with whether it is there."""
    signs = {True: ":green[:material/check_circle:]", False: ":material/radio_button_unchecked:"}
    wanted = [f"{signs[has_data]} {t('shell.empty.data')}"]
    if needs == "plan":
        wanted.append(f"{signs[False]} {t('shell.empty.a_plan')}")
    return "\n\n".join((t("shell.empty.needs"), *wanted))


def nothing(words: str) -> None:
    """Says that there is nothing to list here, which is an answer and not a fault."""
    st.caption(words)


@contextmanager
def told() -> Iterator[None]:
    """Turns an error into what happened and what to do; the page ends there. Never a traceback."""
    try:
        yield
    except PaichanError as error:
        tell(error.code, error.rule, error.facts)
        st.stop()
    except Exception as error:
        log.exception("a page failed")
        tell("PAGE-BROKEN", "PAGE-BROKEN", {"cause": type(error).__name__})
        st.stop()


def tell(code: str, rule: str, facts: Mapping[str, Any]) -> None:
    """What happened and what to do about it."""
    message, remedy = error_text(language(), rule, facts)
    st.error(remedy, title=message, icon=":material/error:")
    st.caption(t("shell.error_code", code=code))


def _as_of(store: Store) -> dt.date | None:
    try:
        return default_as_of(store)
    except InputError:
        return None


def _plan(store: Store) -> Plan | None:
    found = _newest_plan(str(store.path), store.data_version())
    if found.empty:
        return None
    row = found.iloc[0]
    return Plan(
        run_no=str(row["run_no"]),
        created_at=row["created_at"].to_pydatetime(),
        as_of=row["as_of_date"].date(),
        horizon_end=row["horizon_end"].date(),
        first_day=row["first_day"].date(),
        frozen_until=None if pd.isna(row["frozen_until"]) else row["frozen_until"].date(),
        status=str(row["status"]),
        objective=_number(row["objective"]),
        bound=_number(row["bound"]),
        gap=_number(row["gap"]),
        seconds=_number(row["seconds"]),
        verified=bool(row["verified"]),
        orders=int(row["orders"] or 0),
        late=int(row["late"] or 0),
        overtime_hours=_number(row["overtime_hours"]) or 0.0,
        stale=str(row["data_version"]) != str(store.facts_version()),
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


@cache
def _set_libraries_apart() -> None:
    """Spare the collector of garbage, which Streamlit starts after every run, all that has been imported by now: to

    look through it took a tenth of a second for each click.
    """
    gc.collect()
    gc.freeze()


# answers are kept as they are: to pickle and unpickle ten thousand rows takes longer than to ask for them
@st.cache_resource(show_spinner=False)
def _frames() -> Kept[pd.DataFrame]:
    return Kept(lambda frame: int(frame.memory_usage(deep=True).sum()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _newest_plan(path: str, version: int) -> pd.DataFrame:
    return open_store(path).query("today/plan")


@st.cache_resource(show_spinner=False)
def _figures() -> Kept[tuple[Figure, ...]]:
    return Kept(lambda found: len(found) * FIGURE_BYTES, LIMIT_FIGURES)


@st.cache_resource(max_entries=60, show_spinner=False)
def _kept(
    path: str, version: str, language: str, name: str, about: dict[str, Any], _make: Callable[[], object]
) -> object:
    return _make()


@st.cache_data(max_entries=20, show_spinner=False)
def _notices(path: str, version: str, as_of: dt.date) -> list[Notice]:
    return notices(open_store(path), as_of)
