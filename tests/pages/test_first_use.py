"""From an empty store to the first plan: what a newcomer is told on each page, step by step."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.exports import export_table
from data.runs import job_state, latest_job
from data.sample import build_sample
from data.store import Store
from data.tables import TABLES
from locales import text
from tests.pages.planned_factory import fill, insert
from ui.first_use import STEPS
from ui.guard import open_store
from ui.navigation import PAGES, standing

APP = str(Path(__file__).parents[2] / "app.py")
DONE, NEXT, LATER = "check_circle", "arrow_forward", "radio_button_unchecked"
FREE = {"today", "imports", "glossary"}  # pages that say something without data


@pytest.fixture
def database(tmp_path, monkeypatch) -> Path:
    """The path of a database that nobody has filled."""
    path = tmp_path / "paichan.duckdb"
    monkeypatch.setenv("PAICHAN_DB", str(path))
    return path


def opened(language: str = "en", page: str = "today") -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    app.query_params["lang"] = language
    app.run()
    if page != "today":
        app.switch_page(PAGES[page].path)
        app.query_params["lang"] = language
        app.run()
    assert not app.exception
    return app


def states(app: AppTest, language: str = "en") -> list[str]:
    """The sign before each of the four steps."""
    found = []
    for number, step in enumerate(STEPS, 1):
        heading = f"**{number} {text(language, f'first_use.{step}.title')}**"
        (line,) = [element.value for element in app.markdown if heading in element.value]
        found.append(next(sign for sign in (DONE, NEXT, LATER) if sign in line))
    return found


def primary(app: AppTest) -> list[str]:
    return [button.key for button in app.button if button.proto.type == "primary"]


def links(app: AppTest) -> dict[str, str]:
    """Words and page of every link."""
    return {link.proto.label: link.proto.page for link in app.get("page_link")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_store_offers_one_step_with_one_button(database, language):
    app = opened(language)
    assert states(app, language) == [NEXT, LATER, LATER, LATER]
    assert primary(app) == ["sample"]
    assert links(app)[text(language, "first_use.load.files")] == "imports"


def test_from_the_empty_store_to_the_first_plan_by_the_one_button_of_each_step(database):
    app = opened()
    app.button("sample").click().run(timeout=120)
    assert states(app) == [DONE, DONE, NEXT, LATER]
    assert primary(app) == ["plan_now"]

    app.button("plan_now").click().run()
    store = open_store(str(database.resolve()))
    job = latest_job(store)
    deadline = time.monotonic() + 240
    while job_state(store, job.job_no).status == "running" and time.monotonic() < deadline:
        time.sleep(0.3)
    app.run(timeout=120)
    assert not app.error
    assert text("en", "today.act") in [heading.value for heading in app.subheader]
    assert not [element for element in app.markdown if text("en", "first_use.lead") == element.value]


def test_a_part_of_the_data_says_what_is_still_missing(database):
    with Store.open(database) as store, store.write("test", "t") as writer:
        insert(writer, "item", {"item_no": "A", "name": "A", "category": "finished", "source": "make", "uom": "pcs"})
    app = opened()
    assert states(app) == [NEXT, LATER, LATER, LATER]
    said = text("en", "first_use.load.missing", tables=TABLES["sales_order"].label("en"))
    assert said in [element.value for element in app.markdown]
    assert "sample" not in primary(app)


def test_what_leads_nowhere_is_named_and_can_be_mended_or_planned_around(database):
    with Store.open(database) as store:
        fill(store)
        with store.write("test", "t") as writer:
            insert(
                writer,
                "bom_line",
                {"parent_item_no": "FG1", "line_no": 9, "component_item_no": "GHOST", "qty_per": 1.0},
            )
    app = opened()
    assert states(app) == [DONE, NEXT, LATER, LATER]
    assert any("GHOST" in element.value for element in app.markdown)
    assert links(app)[text("en", "first_use.check.mend")] == "imports"
    assert primary(app) == ["plan_now"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [entry.name for entry in standing() if entry.name not in FREE])
def test_every_other_page_says_what_it_needs_and_where_to_get_it(database, name, language):
    app = opened(language, name)
    said = "\n".join(element.value for element in app.markdown)
    assert text(language, f"shell.pages.{name}.shows") in said
    assert text(language, "shell.empty.data") in said
    assert links(app)[text(language, "shell.empty.start")] == ""


def test_a_page_that_needs_a_plan_says_that_the_data_is_there(database):
    with Store.open(database) as store:
        fill(store)
    app = opened("en", "shortages")
    lines = "\n".join(element.value for element in app.markdown).split("\n")
    assert any(DONE in line and text("en", "shell.empty.data") in line for line in lines)
    assert any(DONE not in line and text("en", "shell.empty.a_plan") in line for line in lines)
    assert text("en", "shell.empty.plan") in links(app)


def test_after_an_import_the_plan_is_one_click_away(database, tmp_path):
    with Store.open(tmp_path / "other.duckdb") as other:
        build_sample(other, dt.date(2026, 11, 23), "zh", scale=0.1)
        names = [name for name, table in TABLES.items() if table.kind != "plan" and other.count(name)]
        for name in names:
            export_table(other, name, tmp_path / f"{name}.csv", "zh")
    app = opened("zh", "imports")
    for name in names:
        app.file_uploader[0].upload(f"{name}.csv", (tmp_path / f"{name}.csv").read_bytes(), "text/csv")
    app.run(timeout=120)
    app.button("import").click().run(timeout=240)
    assert app.success
    assert app.button("plan_now")


def test_after_an_import_of_too_little_the_rest_is_named(database):
    app = opened("en", "imports")
    app.file_uploader[0].upload("customer.csv", b"customer_no,name\nC1,Alpine\n", "text/csv").run()
    app.button("import").click().run()
    missing = " ".join(element.value for element in app.info)
    assert TABLES["item"].label("en") in missing
    assert "plan_now" not in [button.key for button in app.button]
