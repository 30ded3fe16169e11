"""The shell: page configuration, language, navigation. `streamlit run app.py`."""

from __future__ import annotations

import streamlit as st

from locales import LANGUAGES
from ui import guard
from ui.navigation import ROOT, SECTIONS, standing
from ui.text import DEFAULT_LANGUAGE, t

NAMES = {"zh": "中文", "en": "English"}


def adopt_language() -> None:
    """Take the language from the URL where it names one that we did not write; else keep the reader's."""
    wanted = st.query_params.get("lang", "")
    if wanted in LANGUAGES and wanted != st.session_state.get("language_url", ""):
        st.session_state["language"] = wanted
    st.session_state.setdefault("language", DEFAULT_LANGUAGE)
    publish_language()


def publish_language() -> None:
    """Keep the language in the URL, so that what is shared or reloaded reads the same."""
    st.session_state["language_url"] = st.session_state["language"]
    if st.query_params.get("lang", DEFAULT_LANGUAGE) != st.session_state["language"]:
        st.query_params["lang"] = st.session_state["language"]


def choose_language() -> None:
    """The switch at the foot of the menu."""
    st.session_state["language_choice"] = st.session_state["language"]
    st.segmented_control(
        t("shell.language"),
        LANGUAGES,
        format_func=NAMES.__getitem__,
        key="language_choice",
        required=True,
        label_visibility="collapsed",
        on_change=_language_chosen,
    )


def _language_chosen() -> None:
    st.session_state["language"] = st.session_state["language_choice"]
    publish_language()


st.set_page_config(page_title="排产 Paichan", page_icon=str(ROOT / "ui" / "icon.svg"), layout="wide")
adopt_language()
st.html(ROOT / "ui" / "looks.css")
pages = {
    "" if section == "today" else t(f"shell.sections.{section}"): [
        st.Page(
            ROOT / entry.path,
            title=t(f"shell.pages.{entry.name}.title"),
            icon=entry.icon,
            url_path=entry.name,
            default=entry.default,
            help=t(f"shell.pages.{entry.name}.help"),
        )
        for entry in standing()
        if entry.section == section
    ]
    for section in SECTIONS
}
current = st.navigation({section: entries for section, entries in pages.items() if entries}, expanded=True)
with st.sidebar:
    choose_language()
# after a link from a page to itself the browser keeps the address it had until it is told another
st.query_params.from_dict(st.query_params.to_dict())
with guard.told():
    current.run()
