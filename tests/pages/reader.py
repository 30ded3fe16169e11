"""A page as a reader sees it, without a browser: opened with its filters in the URL, its words and its tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

from ui.navigation import PAGES

APP = str(Path(__file__).parents[2] / "app.py")
PATIENCE_SECONDS = 90


def open_page(name: str, language: str = "zh", **filters: str) -> AppTest:
    """Page `name` with its filters in the URL. Raises AssertionError where it tells of an error."""
    app = AppTest.from_file(APP, default_timeout=PATIENCE_SECONDS)
    app.query_params["lang"] = language
    app.run()
    app.switch_page(PAGES[name].path)
    for parameter, value in {"lang": language, **filters}.items():
        app.query_params[parameter] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


def said(app: AppTest) -> str:
    """All words of the page, but for its tables and charts."""
    return "\n".join(
        str(element.value)
        for found in (app.subheader, app.markdown, app.caption, app.info, app.warning)
        for element in found
    )


def table(app: AppTest, column: str, place: int = 0) -> pd.DataFrame | None:
    """The `place`-th table of the page that has `column`; None where it is not there."""
    found = [shown.value for shown in app.dataframe if column in shown.value]
    return found[place] if place < len(found) else None
