"""A figure on a page: its value, change, trend and target, what it is made of, and the rows behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from data import kpi
from data.kpi import ABOUT, Figure, Good
from ui import guard, links, tables, text
from ui.figures.theme import MET, MISSED
from ui.figures.tiles import sparkline, trend_chart
from ui.navigation import PAGES
from ui.text import known, t

SMALL = 'style="font-size:0.82rem;line-height:1.4;opacity:0.85"'


@dataclass(frozen=True, slots=True)
class Definitions:
    """How a tile gets its figure by another definition: a key of the same figure, and whether the wished date counts.

    by_due_date: what the tile itself is judged by.
    """

    figure: Callable[[str, bool], Figure]
    rows: Callable[[str, bool], pd.DataFrame]
    by_due_date: bool = False


def shown(value: float | None, unit: str) -> str:
    """A figure's value in its unit."""
    if text.missing(value):
        return text.NOTHING
    if unit == "ratio":
        return text.percent(value)
    return text.money(value) if unit == "money" else text.quantity(value, 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure of the day in view with what it is read against.

    before: its value in the period before, a week ago or in the plan before, which `against` says in words. trend: rows
    of `data.kpi.trend`.
    """

    figure: Figure
    before: float | None
    against: str
    trend: pd.DataFrame
    target: float | None


def readings(page: guard.Page, keys: tuple[str, ...]) -> Mapping[str, Reading]:
    """The figures `keys` of the last `PERIOD_DAYS` days, of the day, or of the plan in view.

    Load is that of the fullest station. What is computed is kept until data or plan change.
    """
    of_period = tuple(key for key in keys if _basis(key) == "period")
    period = dt.timedelta(days=kpi.PERIOD_DAYS)
    found = page.figures(keys, cuts=(("station_no",),))
    earlier = page.figures(of_period, page.today - 2 * period + dt.timedelta(days=1), page.today - period)
    before = {figure.key: figure.value for figure in earlier if not figure.cut}
    now = {figure.key: figure for figure in found if not figure.cut}
    stations = [figure for figure in found if figure.key == "load" and set(figure.cut or {}) == {"station_no"}]
    if stations:
        now["load"] = max(stations, key=lambda figure: figure.value or 0.0)
    station_no = (now["load"].cut or {}).get("station_no") if "load" in now else None
    of_station = {} if station_no is None else {"station_no": station_no}
    trends = {key: page.trend(key, of_station if key == "load" else {}) for key in keys}
    settings = kpi.stored_settings(page.store)
    return {
        key: Reading(
            now[key],
            before[key] if key in before else _previous(trends[key]),
            t(f"figures.basis.{_basis(key)}", days=kpi.PERIOD_DAYS),
            trends[key],
            settings.target(key),
        )
        for key in keys
    }


def _basis(key: str) -> str:
    """What a figure is of: a period, a plan, or the day."""
    measure = next(measure for measure in kpi.measures(kpi.KpiSettings()) if measure.key == key)
    if measure.plan:
        return "plan"
    return "period" if measure.unit == "ratio" else "day"


def _previous(trend: pd.DataFrame) -> float | None:
    """The value before the last one."""
    return float(trend["value"].iloc[-2]) if len(trend) > 1 else None


def version(page: guard.Page) -> tuple[str, str]:
    """What everything on a page that is kept depends on: the store, its facts and the plan in view."""
    plan = page.plan_or_none
    return str(page.store.path), f"{page.store.facts_version()} {plan.run_no if plan else ''}"


def tile(
    figure: Figure,
    rows: Callable[[], pd.DataFrame],
    columns: Sequence[str],
    *,
    name: str | None = None,
    note: str = "",
    before: float | None = None,
    good: Good | None = None,
    against: str = "",
    trend: pd.DataFrame | None = None,
    target: float | None = None,
    definitions: Definitions | None = None,
) -> None:
    """One tile: the figure, its change since `before`, trend and target, and on demand its formula, parts and rows.

    rows: asked for only when the reader opens them; columns: those of them that are listed. name: in place of the
    figure's own. note: a short remark under the value. good: which way the figure should go, where that is not what
    `data.kpi.ABOUT` says. against: what `before` is, in words. trend: rows of `data.kpi.trend`. target: what the
    figure is to reach. definitions: lets the reader switch to another one.
    """
    good = good or ABOUT[figure.key].good
    name = name or t(f"figures.{figure.key}.name")
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            name,
            shown(figure.value, figure.unit),
            delta=change(figure, before),
            delta_color="normal" if good == "up" else "inverse",
        )
        foot = _foot(figure, name, t("figures.against", note=note, against=against) if against else note, trend, target)
        if foot:
            st.html(foot)
        st.space("stretch")
        with st.popover(t("shell.how"), type="tertiary", key=f"tile_{figure.key}", on_change="rerun") as opened:
            if opened.open:
                _opened(figure, rows, columns, name, trend, target, definitions)


def change(figure: Figure, before: float | None) -> str | int | None:
    """The change since `before`: percentage points of a ratio, else a number; 0 where nothing moved."""
    if text.missing(before) or figure.value is None or before is None:
        return None
    moved = round((figure.value - before) * (100 if figure.unit == "ratio" else 1), 1)
    if moved == 0:
        return 0
    if figure.unit == "ratio":
        return f"{moved:+.1f}" + t("shell.points")
    return f"{moved:+,.0f}" if moved == round(moved) else f"{moved:+,.1f}"


def _foot(figure: Figure, name: str, note: str, trend: pd.DataFrame | None, target: float | None) -> str:
    """Trend, target and note as one piece of HTML: six tiles are to stand at once."""
    parts = []
    reached = kpi.met(figure.key, figure.value, target)
    if trend is not None and trend["value"].notna().sum() > 1:
        parts.append(_line(figure, name, trend, target, reached))
    if target is not None:
        parts.append(f"<div {SMALL}>{goal(figure, target)}</div>")
    if note:
        parts.append(f"<div {SMALL}>{escape(note)}</div>")
    return "".join(parts)


def _line(figure: Figure, name: str, trend: pd.DataFrame, target: float | None, reached: bool | None) -> str:
    words = [
        f"{until:%m-%d}  {shown(value, figure.unit)}"
        for until, value in zip(trend["until"], trend["value"], strict=True)
    ]
    values = [None if pd.isna(value) else float(value) for value in trend["value"]]
    return sparkline(values, target, reached, trend_words(name, figure.unit, trend), "\n".join([span(trend), *words]))


def trend_words(name: str, unit: str, trend: pd.DataFrame) -> str:
    """What a trend shows, in words."""
    points = [(value, until) for value, until in zip(trend["value"], trend["until"], strict=True) if not pd.isna(value)]
    low, high = min(points), max(points)
    return t(
        "figures.trend.alt",
        name=name,
        low=shown(low[0], unit),
        low_day=f"{low[1]:%m-%d}",
        high=shown(high[0], unit),
        high_day=f"{high[1]:%m-%d}",
        last=shown(points[-1][0], unit),
    )


def span(trend: pd.DataFrame) -> str:
    """What the points of a trend are: so many weeks, or the plans of so many days."""
    if trend["run_no"].notna().any():
        return t("figures.trend.plans", count=len(trend))
    days = (trend["until"].iloc[0] - trend["since"].iloc[0]).days + 1
    return t("figures.trend.weeks" if days == 7 else "figures.trend.periods", count=len(trend), days=days)


def goal(figure: Figure, target: float) -> str:
    """The target of a figure and whether it is reached, as HTML: a sign and a word beside the colour."""
    words = escape(t("figures.target.goal", target=shown(target, figure.unit)))
    reached = kpi.met(figure.key, figure.value, target)
    if reached is None:
        return words
    sign, colour = ("✓", MET) if reached else ("✗", MISSED)
    said = escape(t("figures.target.met" if reached else "figures.target.missed"))
    exactly = escape(distance(figure, target))
    return (
        f'<span title="{exactly}" style="white-space:nowrap">{words} '
        f'<span style="color:{colour};font-weight:700">{sign}</span>&thinsp;<b>{said}</b></span>'
    )


def distance(figure: Figure, target: float) -> str:
    """The target of a figure that has a value, and by how much it is missed."""
    return t(f"figures.target.{ABOUT[figure.key].good}", target=shown(target, figure.unit), gap=gap(figure, target))


def gap(figure: Figure, target: float) -> str:
    """By how much a figure that has a value misses its target, or that it does not."""
    if kpi.met(figure.key, figure.value, target):
        return t("figures.target.reached")
    off = abs((figure.value or 0.0) - target)
    words = t("figures.target.points", gap=f"{off * 100:.1f}") if figure.unit == "ratio" else shown(off, figure.unit)
    return t("figures.target.short" if ABOUT[figure.key].good == "up" else "figures.target.over", gap=words)


def _opened(
    figure: Figure,
    rows: Callable[[], pd.DataFrame],
    columns: Sequence[str],
    name: str,
    trend: pd.DataFrame | None,
    target: float | None,
    definitions: Definitions | None,
) -> None:
    """What stands behind a tile: the definitions to choose from, formula and parts, the trend, the rows, the page."""
    about = ABOUT[figure.key]
    key, by_due_date = figure.key, definitions.by_due_date if definitions else False
    if definitions is not None:
        key, by_due_date = _choose(figure.key, definitions)
    usual = definitions is None or (key == figure.key and by_due_date == definitions.by_due_date)
    if definitions is None or usual:
        found, behind = figure, rows()
    else:
        found, behind = definitions.figure(key, by_due_date), definitions.rows(key, by_due_date)
    if definitions is not None:
        for sentence in _differences(found, by_due_date, definitions):
            st.markdown(sentence)
    if usual and trend is not None and trend["value"].notna().sum() > 1:
        over_time(figure.key, figure.unit, name, trend, target)
    listed = [*columns] if usual else [*(column for column in columns if column in behind), "numerator"]
    explain(found, behind, listed)
    if about.page in PAGES:
        links.link(about.page, t(f"shell.pages.{about.page}.title"), view=about.view)


def over_time(key: str, unit: str, name: str, trend: pd.DataFrame, target: float | None) -> None:
    """A figure's trend as a chart."""
    title = t("figures.trend.title", name=name, span=span(trend), unit=t(f"figures.units.{unit}"))
    st.plotly_chart(
        trend_chart(trend, title, target, lambda value: shown(value, unit), t),
        key=f"trend_{key}",
        config={"displayModeBar": False},
        alt=trend_words(name, unit, trend),
    )


def _choose(key: str, definitions: Definitions) -> tuple[str, bool]:
    """The definition that the reader chose: which figure, and whether the wished date counts."""
    about, by_due_date, chosen = ABOUT[key], definitions.by_due_date, key
    with st.container(horizontal=True):
        if len(about.ways) > 1:
            ways = {way: t(f"figures.ways.{way}") for way in (key, *(way for way in about.ways if way != key))}
            chosen = (
                st.segmented_control(
                    t("figures.ways.title"),
                    list(ways),
                    format_func=ways.__getitem__,
                    default=key,
                    required=True,
                    key=f"way_{key}",
                )
                or key
            )
        if about.by_date:
            standard = "wished" if by_due_date else "promised"
            dates = {which: t(f"figures.dates.{which}") for which in ("promised", "wished")}
            date = st.segmented_control(
                t("figures.dates.title"),
                list(dates),
                format_func=dates.__getitem__,
                default=standard,
                required=True,
                key=f"date_{key}",
            )
            by_due_date = (date or standard) == "wished"
    return chosen, by_due_date


def _differences(found: Figure, by_due_date: bool, definitions: Definitions) -> list[str]:
    """What the other definitions give, and why they differ, a sentence each."""
    about = ABOUT[found.key]
    sentences = []
    if len(about.ways) > 1:
        ways = {way: found if way == found.key else definitions.figure(way, by_due_date) for way in about.ways}
        values = {way: shown(figure.value, figure.unit) for way, figure in ways.items()}
        sentences.append(t(f"figures.differ.{about.ways[0]}", **values))
    if about.by_date:
        other = definitions.figure(found.key, not by_due_date)
        wished, promised = (found, other) if by_due_date else (other, found)
        sentences.append(
            t(
                "figures.dates.same" if wished.value == promised.value else "figures.dates.differ",
                promised=shown(promised.value, promised.unit),
                wished=shown(wished.value, wished.unit),
            )
        )
    return sentences


def explain(figure: Figure, rows: pd.DataFrame, columns: Sequence[str]) -> None:
    """A figure's formula, its numerator and denominator, and its rows."""
    st.markdown(t(f"figures.{figure.key}.formula"))
    if figure.denominator is None:
        st.markdown(f"**{shown(figure.value, figure.unit)}**")
    else:
        st.markdown(
            f"{text.quantity(figure.numerator, 1)} ÷ {text.quantity(figure.denominator, 1)} = "
            f"**{shown(figure.value, figure.unit)}**"
        )
    if rows.empty:
        st.caption(t("shell.no_rows"))
        return
    labels = {name: t(f"figures.columns.{name}") for name in columns if known(f"figures.columns.{name}")}
    tables.table(rows, f"rows_{figure.key}", columns, alt=t(f"figures.{figure.key}.name"), labels=labels, height=300)
