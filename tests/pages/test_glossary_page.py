"""The glossary: every form, term and figure in both languages, found by any of its words."""

from __future__ import annotations

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from data.kpi import ABOUT
from data.tables import TABLES
from locales import text, words
from tests.pages.reader import open_page
from ui.navigation import PAGES

glossary = partial(open_page, "glossary")
LANGUAGES = ["zh", "en"]
FORMS = [key.removeprefix("glossary.forms.") for key in words("en") if key.startswith("glossary.forms.")]
GROUPS = [key.removeprefix("glossary.groups.") for key in words("en") if key.startswith("glossary.groups.")]
TERMS = [
    key.removeprefix("glossary.terms.").removesuffix(".term")
    for key in words("en")
    if key.startswith("glossary.terms.") and key.endswith(".term")
]


@pytest.fixture(autouse=True)
def empty_database(tmp_path, monkeypatch):
    """The glossary needs no data."""
    monkeypatch.setenv("PAICHAN_DB", str(tmp_path / "paichan.duckdb"))


def words_on(app: AppTest) -> list[str]:
    return [element.value for element in app.markdown]


def pair(zh: str, en: str) -> str:
    """How a term stands there."""
    return f"**{zh}**  \n{en}"


def terms(app: AppTest) -> list[str]:
    return [value for value in words_on(app) if value.startswith("**") and "**  \n" in value]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fifteen_forms_carry_the_names_of_their_tables(language):
    app = glossary(language, view="forms")
    assert len(FORMS) == 15
    for table in FORMS:
        assert TABLES[table].kind == "form"
        assert pair(TABLES[table].label("zh"), TABLES[table].label("en")) in terms(app)
        assert text(language, f"glossary.forms.{table}") in words_on(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_stands_there_with_the_formula_that_its_tile_shows(language):
    app = glossary(language, view="figures")
    for figure in ABOUT:
        assert pair(text("zh", f"figures.{figure}.name"), text("en", f"figures.{figure}.name")) in terms(app)
        assert text(language, f"figures.{figure}.formula") in words_on(app)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_of_the_catalogue_is_listed_once_with_a_page(language):
    found, meanings, pages = [], [], []
    for group in GROUPS:
        app = glossary(language, view=group)
        found += terms(app)
        meanings += words_on(app)
        pages += [link.proto.page for link in app.get("page_link")]
    for term in TERMS:
        zh, en = (text(which, f"glossary.terms.{term}.term") for which in LANGUAGES)
        assert found.count(pair(zh, en)) == 1, term
        assert text(language, f"glossary.terms.{term}.meaning") in meanings
    assert len(found) == len(FORMS) + len(TERMS) + len(ABOUT)
    assert len(pages) == len(found)
    assert {page or "today" for page in pages} <= set(PAGES)


def test_a_figure_leads_to_the_part_of_the_page_that_tells_it():
    app = glossary("en", view="figures")
    (parted,) = [link.proto for link in app.get("page_link") if "view=yields" in link.proto.query_string]
    assert parted.page == "attainment"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("wanted", "term"),
    [("pegging", "pegging"), ("齐套", "kit_readiness"), ("NETTING", "netting"), ("低阶码", "low_level_code")],
)
def test_a_term_is_found_in_either_language_and_in_any_case(language, wanted, term):
    app = glossary(language, q=wanted)
    zh, en = (text(which, f"glossary.terms.{term}.term") for which in LANGUAGES)
    assert pair(zh, en) in terms(app)
    assert len(terms(app)) < len(TERMS)
    assert app.query_params["q"] == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_nobody_uses_here_says_so_and_leads_back(language):
    app = glossary(language, q="xyzzy")
    assert terms(app) == []
    assert text(language, "glossary.none", wanted="xyzzy") in [element.value for element in app.caption]
    (back,) = app.get("page_link")
    assert back.proto.page == "glossary"
    assert "q=" not in back.proto.query_string


def test_no_two_terms_share_a_name():
    for language in LANGUAGES:
        names = [text(language, f"glossary.terms.{term}.term") for term in TERMS]
        assert sorted(set(names)) == sorted(names)
