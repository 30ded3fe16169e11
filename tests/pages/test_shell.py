"""The shell: its menu, its language, and what a reader sees when something breaks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from locales import LANGUAGES, text, words
from ui import guard
from ui.navigation import PAGES, standing
from ui.tables import as_csv

ROOT = Path(__file__).parents[2]


def shell() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def test_every_page_of_the_menu_is_there():
    assert [entry.name for entry in standing()] == list(PAGES)


def test_every_page_has_its_words_in_both_languages():
    wanted = {f"shell.pages.{name}.{part}" for name in PAGES for part in ("title", "help", "shows")}
    for language in LANGUAGES:
        assert wanted <= set(words(language))


@pytest.fixture
def empty_database(tmp_path, monkeypatch):
    path = tmp_path / "paichan.duckdb"
    monkeypatch.setenv("PAICHAN_DB", str(path))
    return path


def test_chinese_is_spoken_unless_the_address_says_otherwise(empty_database):
    app = shell().run()
    assert app.title[0].value == text("zh", "shell.pages.today.title")
    assert "lang" not in app.query_params


def test_the_language_of_the_address_is_spoken(empty_database):
    app = shell()
    app.query_params["lang"] = "en"
    assert app.run().title[0].value == text("en", "shell.pages.today.title")


def test_the_switch_changes_the_language_and_the_address_and_keeps_both_on_other_pages(empty_database):
    app = shell().run()
    app.segmented_control("language_choice").set_value("en").run()
    assert app.title[0].value == text("en", "shell.pages.today.title")
    assert app.query_params["lang"] == "en"
    app.switch_page("pages/data/imports.py").run()
    assert app.title[0].value == text("en", "shell.pages.imports.title")


def test_an_unknown_language_in_the_address_is_ignored(empty_database):
    app = shell()
    app.query_params["lang"] = "xx"
    assert app.run().title[0].value == text("zh", "shell.pages.today.title")


def test_a_file_that_is_no_database_is_told_and_no_traceback(empty_database):
    empty_database.write_text("this is no database", encoding="utf-8")
    app = shell().run()
    assert not app.exception
    assert app.error[0].value == text("zh", "errors.STORE-UNREADABLE.remedy")


def test_what_nobody_foresaw_is_told_in_words(empty_database, monkeypatch):
    def broken(store: Store) -> None:
        raise RuntimeError("an inner secret")

    monkeypatch.setattr(guard, "_as_of", broken)
    app = shell().run()
    assert not app.exception
    assert app.error[0].value == text("zh", "errors.PAGE-BROKEN.remedy")
    assert "an inner secret" not in app.error[0].value


def test_a_download_holds_no_formula_of_someone_elses():
    content = as_csv(pd.DataFrame({"name": ["=cmd()", "plain"], "qty": [-1.5, 2.0]})).decode("utf-8-sig")
    assert content.splitlines() == ["name,qty", "'=cmd(),-1.5", "plain,2.0"]
