"""The ways from page to page: by name, with the filters that the other page is to open with."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st

from ui.navigation import PAGES
from ui.text import DEFAULT_LANGUAGE, language


def filters(**wanted: Any) -> dict[str, str]:
    """Filters as a URL carries them: empty ones left out, the language kept."""
    shown = {name: str(value) for name, value in wanted.items() if value not in (None, "")}
    return shown if language() == DEFAULT_LANGUAGE else {**shown, "lang": language()}


def url(page: str, **wanted: Any) -> str:
    """The address of `page` with its filters, for a column of links."""
    entry = PAGES[page]
    query = urlencode(filters(**wanted))
    return f"/{'' if entry.default else entry.name}" + (f"?{query}" if query else "")


def go(page: str, **wanted: Any) -> NoReturn:
    """Open `page` with its filters, in this tab."""
    st.switch_page(PAGES[page].path, query_params=filters(**wanted))


def link(page: str, label: str, help: str | None = None, **wanted: Any) -> None:
    """A link to `page` with its filters."""
    entry = PAGES[page]
    st.page_link(entry.path, label=label, icon=entry.icon, help=help, query_params=filters(**wanted))
