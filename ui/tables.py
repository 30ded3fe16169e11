"""Tables: headers from the declarations, numbers to the right, dates as people read them, names that lead on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, Literal

import pandas as pd
import streamlit as st

from data.tables import TABLES
from ui import links, text
from ui.text import t

Look = Literal["quantity", "money", "percent", "moment", "integer"]
# page to open and its filters: name in the URL -> column of the frame
Target = tuple[str, Mapping[str, str]]
NUMBER_FORMATS: Mapping[str, str] = {
    "quantity": "localized",
    "money": "localized",
    "percent": "percent",
    "integer": "localized",
}
ROWS_IN_FULL = 18
MOST_ROWS = 1000  # in the browser; nobody reads further, and the page stays quick
TALL = 560
PRINTED = """<style>
.printed-frame { overflow-x: auto; }
@media print { .printed-frame { overflow: visible; } }
.printed { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.printed th, .printed td { padding: 0.35rem 0.5rem; text-align: left; }
.printed tr { border-bottom: 1px solid rgba(127, 127, 127, 0.35); break-inside: avoid; }
.printed th { font-weight: 600; opacity: 0.75; word-break: keep-all; }
.printed .number { text-align: right; }
@media screen and (max-width: 1200px) { .printed th, .printed td { padding: 0.35rem 0.3rem; font-size: 0.8rem; } }
.printed td { min-width: 2.2em; }
.printed thead { display: table-header-group; }
</style>"""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def table(
    frame: pd.DataFrame,
    key: str,
    columns: Sequence[str],
    *,
    alt: str,
    source: str | None = None,
    labels: Mapping[str, str] | None = None,
    looks: Mapping[str, Look] | None = None,
    targets: Mapping[str, Target] | None = None,
    pinned: Sequence[str] = (),
    config: Mapping[str, Any] | None = None,
    height: int | Literal["auto"] = "auto",
    download: bool = True,
    choose: bool = False,
) -> int | None:
    """A table of `columns` of `frame`; `source` is the declared table that its headers and enum values come from.

    labels: headers that differ. looks: how numbers are written. targets: columns whose value opens a page in one
    click. config: column configurations that differ. `key` and the columns' names make the keys of its widgets.
    choose: whether one row can be selected; returns its number in `frame` (None: no row is). Of a long frame the first
    `MOST_ROWS` are shown, which is said; the download holds all.
    """
    shown = frame[[*columns]].head(MOST_ROWS).copy()
    settings: dict[str, Any] = {}
    for name in columns:
        label = (labels or {}).get(name) or text.column_label(name, source)
        shown[name], settings[name] = _column(
            shown[name], name, label, source, (looks or {}).get(name), name in (targets or {}), f"{key}_{name}", pinned
        )
    settings |= config or {}
    event = st.dataframe(
        shown,
        key=key,
        on_select="rerun" if choose else "ignore",
        selection_mode="single-row",
        column_config=settings,
        hide_index=True,
        alt=alt,
        height=height if height != "auto" else "content" if len(shown) <= ROWS_IN_FULL else TALL,
        placeholder=text.NOTHING,
    )
    if len(frame) > MOST_ROWS:
        st.caption(t("shell.first_rows", shown=text.quantity(MOST_ROWS), rows=text.quantity(len(frame))))
    if download:
        _download(frame, key, columns, source, labels)
    for name, (page, parameters) in (targets or {}).items():
        click = st.session_state.get(f"{key}_{name}")
        if click:
            row = frame.iloc[click["row"]]
            links.go(page, **{parameter: _plain(row[column]) for parameter, column in parameters.items()})
    chosen = event.selection.rows if choose else []
    return int(chosen[0]) if chosen else None


def printed(frame: pd.DataFrame, alt: str) -> None:
    """All of `frame` as a plain table to be printed, its cells as they are: a grid prints no further than it shows, and

    Streamlit's own table takes every cell for Markdown, which is slow.
    """
    numbers = [" class=number" if pd.api.types.is_numeric_dtype(frame[name]) else "" for name in frame.columns]
    head = "".join(f"<th{side}>{escape(name)}</th>" for name, side in zip(frame.columns, numbers, strict=True))
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td{side}>{'' if text.missing(value) else escape(str(value))}</td>"
            for value, side in zip(row, numbers, strict=True)
        )
        + "</tr>"
        for row in frame.itertuples(index=False)
    )
    st.html(
        f'{PRINTED}<div class=printed-frame><table class=printed aria-label="{escape(alt)}">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def worded(values: pd.Series, word: Callable[[Any], str]) -> pd.Series:
    """The words of `values`, each of which is looked up once: a long column has few different ones."""
    return values.map({value: word(value) for value in values.unique()})


def share(label: str) -> Any:
    """The configuration of a column of shares as bars, full at 100 %; more is written in figures."""
    return st.column_config.ProgressColumn(label, format="percent", min_value=0.0, max_value=1.0)


def as_csv(frame: pd.DataFrame) -> bytes:
    """`frame` as a CSV that opens in a spreadsheet in any language, with texts that would be formulas made harmless."""
    safe = frame.copy()
    for name in safe.columns:
        if pd.api.types.is_datetime64_any_dtype(safe[name]):
            safe[name] = safe[name].dt.strftime("%Y-%m-%d")
        elif not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = [_harmless(value) for value in safe[name]]
    return safe.to_csv(index=False).encode("utf-8-sig")


def _download(
    frame: pd.DataFrame, key: str, columns: Sequence[str], source: str | None, labels: Mapping[str, str] | None
) -> None:
    named = frame[[*columns]].rename(
        columns={name: (labels or {}).get(name) or text.column_label(name, source) for name in columns}
    )
    st.download_button(
        t("shell.download", rows=text.quantity(len(frame))),
        data=lambda: as_csv(named),
        file_name=f"{key}.csv",
        mime="text/csv",
        key=f"{key}_csv",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
    )


def _column(
    values: pd.Series,
    name: str,
    label: str,
    source: str | None,
    look: Look | None,
    linked: bool,
    key: str,
    pinned: Sequence[str],
) -> tuple[pd.Series, Any]:
    """The values as they are shown, and the configuration of their column."""
    pin = True if name in pinned else None
    if linked:
        shown = values.map(lambda value: "" if text.missing(value) else f"{value} ›")
        return shown, st.column_config.ButtonColumn(label, key=key, type="tertiary", alignment="left", pinned=pin)
    if look == "moment":
        return values.map(text.moment), st.column_config.TextColumn(label, pinned=pin)
    if pd.api.types.is_datetime64_any_dtype(values):
        return dates(values), st.column_config.TextColumn(label, pinned=pin)
    if pd.api.types.is_bool_dtype(values):
        answers = {True: t("shell.yes"), False: t("shell.no")}
        return values.map(answers), st.column_config.TextColumn(label)
    if pd.api.types.is_numeric_dtype(values):
        return values, st.column_config.NumberColumn(label, format=NUMBER_FORMATS[look or "quantity"], pinned=pin)
    if source and name in TABLES[source].names and TABLES[source].column(name).choices:
        return values.map(lambda value: text.choice(source, name, value)), st.column_config.TextColumn(label)
    return values, st.column_config.TextColumn(label, pinned=pin)


def dates(values: pd.Series) -> pd.Series:
    """Dates as texts that sort as dates do: days of the year in view come before the later years, which are written;

    where a day lies before that year, every row has its year.
    """
    year = int(st.session_state.get("year_in_view", 0))
    shown = year if bool((values.dropna().dt.year >= year).all()) else 0
    words = {day: text.date(day, shown) for day in values.dropna().unique()}
    return pd.Series([words.get(day, "") for day in values], values.index, dtype="str")


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _plain(value: Any) -> Any:
    if text.missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return int(value) if isinstance(value, float) and value.is_integer() else value
