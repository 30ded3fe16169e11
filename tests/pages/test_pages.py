"""Every page that stands, empty and with the sample, in both languages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui.navigation import standing

APP = str(Path(__file__).parents[2] / "app.py")
PAGES = [entry.path for entry in standing()]


def shown(language: str, path: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    app.switch_page(path)
    app.query_params["lang"] = language
    return app.run()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_with_the_sample(sample_database, path, language):
    """No exception, no error box of ours, and something is said."""
    app = shown(language, path)
    assert not app.exception
    assert "PAGE-BROKEN" not in "".join(caption.value for caption in app.caption)
    assert app.title


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_an_empty_page_says_what_to_do(tmp_path, monkeypatch, path, language):
    """Without data a page shows what would be here, and never a traceback."""
    monkeypatch.setenv("PAICHAN_DB", str(tmp_path / "empty.duckdb"))
    app = shown(language, path)
    assert not app.exception
    assert "PAGE-BROKEN" not in "".join(caption.value for caption in app.caption)
    assert app.markdown or app.button
