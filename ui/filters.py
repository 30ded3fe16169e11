"""Controls whose value lives in the URL under a name that no language changes.

Streamlit can bind a widget to the URL itself, but writes there what the reader sees, so that a link would break when
the reader changes the language; here the URL carries the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from ui.text import t

Words = Callable[[str], str]


def select(name: str, label: str, options: Sequence[str], words: Words = str, default: str = "") -> str:
    """The option chosen from a list; a URL that names an unknown one gets the default."""
    key = _seed(name, lambda value: value in options, default)
    if st.session_state[key] not in options:
        st.session_state[key] = default
    shown = {option: words(option) for option in options}
    value = st.selectbox(label, options, format_func=lambda option: shown.get(option, option), key=key)
    return _publish(name, key, value or "", default)


def segments(name: str, label: str, options: Sequence[str], words: Words = str, default: str = "") -> str:
    """The option chosen from a few that stand side by side."""
    key = _seed(name, lambda value: value in options, default)
    shown = {option: words(option) for option in options}
    value = st.segmented_control(
        label, options, format_func=lambda option: shown.get(option, option), key=key, required=True
    )
    return _publish(name, key, value or default, default)


def view(options: Sequence[str], words: Words) -> str:
    """The part of a page that is open, the first where the reader has opened none. Only that one is to be made: what

    nobody looks at takes the time of those who change pages.
    """
    shown = {option: words(option) for option in options}
    key = _seed("view", lambda value: value in options, options[0])
    if st.session_state[key] not in options:  # that of the page before
        st.session_state[key] = options[0]
    value = st.segmented_control(
        t("shell.view"),
        options,
        format_func=lambda option: shown.get(option, option),
        key=key,
        required=True,
        label_visibility="collapsed",
    )
    return _publish("view", key, value or options[0], options[0])


def search(name: str, label: str, placeholder: str = "") -> str:
    """The text searched for."""
    key = _seed(name, lambda _: True, "")
    value = st.text_input(label, key=key, placeholder=placeholder, type="search")
    return _publish(name, key, (value or "").strip(), "")


def toggle(name: str, label: str) -> bool:
    """Whether it is on; the URL says 1."""
    key = _seed(name, lambda value: value == "1", "")
    st.session_state[key] = bool(st.session_state[key])
    on = st.toggle(label, key=key)
    return _publish(name, key, "1" if on else "", "") == "1"


def _seed(name: str, valid: Callable[[str], bool], default: str) -> str:
    """The widget's key, its state taken from the URL where the URL says something that was not written by us."""
    key, last = f"filter_{name}", f"filter_{name}_url"
    wanted = st.query_params.get(name, "")
    if key not in st.session_state or wanted != st.session_state.get(last, ""):
        st.session_state[key] = wanted if wanted and valid(wanted) else default
        st.session_state[last] = wanted
    return key


def _publish(name: str, key: str, value: str, default: str) -> str:
    shown = "" if value == default else value
    if shown:
        st.query_params[name] = shown
    elif name in st.query_params:
        del st.query_params[name]
    st.session_state[f"{key}_url"] = shown
    return value
