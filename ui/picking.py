"""What a reader has picked in a table or chart, kept in the URL so that a link opens the same detail."""

from __future__ import annotations

import streamlit as st


def picked(name: str, chosen: str) -> str:
    """The value of `name` in the URL, which follows `chosen`: what is selected now ("" where nothing is).

    A selection that is taken back clears it; a link that brings a value needs no selection.
    """
    memory = f"picked_{name}"
    before = st.session_state.get(memory, "")
    if chosen and chosen != before:
        st.query_params[name] = chosen
    elif before and not chosen and name in st.query_params:
        del st.query_params[name]
    st.session_state[memory] = chosen
    return str(st.query_params.get(name, ""))
