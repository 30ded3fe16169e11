"""The first day with Paichan, in a real browser: import a factory's files, plan, and see why an order is late."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from data.exports import export_table
from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from data.tables import TABLES
from locales import text
from planning.plan import make_plan
from tests.browser.running_app import browser_page, running_app, settle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(600),
]
AS_OF = dt.date(2026, 11, 23)
PATIENCE = 180_000  # milliseconds; two slow cores must do


@pytest.fixture(scope="session")
def factory_files(tmp_path_factory) -> list[Path]:
    """The sample factory as CSV files, as another system would hand them over."""
    folder = tmp_path_factory.mktemp("files")
    with Store.open(folder / "sample.duckdb") as store:
        build_sample(store, AS_OF, "zh", scale=0.3)
        filled = [name for name, table in TABLES.items() if table.kind != "plan" and store.count(name)]
        for name in filled:
            export_table(store, name, folder / f"{name}.csv", "zh")
    return [folder / f"{name}.csv" for name in filled]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_import_plan_and_read_why_an_order_is_late(tmp_path, factory_files, language):
    """From nothing to the reason of a late order, by what is on the screen alone."""
    with running_app(tmp_path / "paichan.duckdb") as address, browser_page() as page:
        page.goto(f"{address}/?lang={language}")
        settle(page)
        page.get_by_role("link", name=text(language, "first_use.load.files"), exact=False).click()
        page.get_by_role("heading", name=text(language, "shell.pages.imports.title"), exact=True).wait_for()
        settle(page)

        page.locator("input[type=file]").set_input_files([str(path) for path in factory_files])
        page.get_by_text(factory_files[0].name).first.wait_for()
        settle(page)
        page.get_by_role("button", name=text(language, "data_pages.go"), exact=True).click()
        page.get_by_text(text(language, "data_pages.saved", batch="B-000001")).wait_for(timeout=PATIENCE)
        settle(page)

        page.get_by_role("button", name=text(language, "today.plan_now")).click(timeout=PATIENCE)
        planned = page.get_by_role("link", name=text(language, "data_pages.planned", run_no="P-000001"), exact=False)
        planned.wait_for(timeout=PATIENCE)
        settle(page)
        planned.click()
        page.get_by_role("heading", name=text(language, "today.act"), exact=True).wait_for(timeout=PATIENCE)
        settle(page)

        page.get_by_test_id("stMain").locator('a[href*="late=1"]').first.click()
        page.get_by_role("heading", name=text(language, "shell.pages.backlog.title"), exact=True).wait_for()
        settle(page)
        assert "late=1" in page.url
        assert ("lang=en" in page.url) == (language == "en")

        order, line = late_line(page)
        page.goto(f"{address}/order?lang={language}&order={order}&line={line}")
        settle(page)
        page.get_by_text(text(language, "orders.why_late")).wait_for()
        page.get_by_text(text(language, "orders.state.late"), exact=False).first.wait_for()
        assert not page.get_by_text("Traceback").count()


def late_line(page: Page) -> tuple[str, str]:
    """Number and line of the first late line, as the table tells it to assistive technologies."""
    number = re.compile(r"SO[\w-]+/\d+")
    page.locator('[role="gridcell"]').filter(has_text=number).first.wait_for(state="attached", timeout=PATIENCE)
    cells = page.locator('[role="gridcell"]').all_inner_texts()
    found = [match for cell in cells if (match := re.match(r"(SO[\w-]+)/(\d+)", cell))]
    assert found, "no order in the list of late orders"
    return found[0][1], found[0][2]


def test_the_first_link_of_all_opens_its_page(tmp_path):
    """Nobody has opened the app yet, and the address is that of a page."""
    with running_app(tmp_path / "paichan.duckdb") as address, browser_page() as page:
        page.goto(f"{address}/imports?lang=en")
        settle(page)
        assert page.get_by_role("heading", name=text("en", "shell.pages.imports.title"), exact=True).count()
        assert not page.get_by_role("dialog").count()


@pytest.fixture(scope="session")
def planned_sample(tmp_path_factory) -> Path:
    """A database with a small sample factory and a plan."""
    path = tmp_path_factory.mktemp("planned") / "paichan.duckdb"
    with Store.open(path) as store:
        build_sample(store, AS_OF, "zh", scale=0.3)
        plan_input = read_input(store).with_settings(time_limit_seconds=3.0)
        save_plan(store, make_plan(plan_input), plan_input, "test")
    return path


def test_one_click_on_a_late_line_opens_its_order(planned_sample, tmp_path):
    """In the same tab, with the order and its line in the address."""
    database = tmp_path / "paichan.duckdb"
    shutil.copyfile(planned_sample, database)
    with running_app(database) as address, browser_page() as page:
        page.goto(f"{address}/backlog?lang=en&late=1")
        settle(page)
        order, line = late_line(page)
        page.locator('[data-testid="stDataFrame"]').first.click(position={"x": 50, "y": 46})
        page.wait_for_url(re.compile(r"/order\?"))
        settle(page)
        assert f"order={order}" in page.url
        assert f"line={line}" in page.url
        assert "lang=en" in page.url


def test_no_request_leaves_the_machine(planned_sample, tmp_path):
    """The app needs no internet: whatever a page asks for, it asks of the app itself."""
    database = tmp_path / "paichan.duckdb"
    shutil.copyfile(planned_sample, database)
    asked: list[str] = []
    with running_app(database) as address, browser_page() as page:
        page.on("request", lambda request: asked.append(request.url))
        for name in ("", "backlog", "gantt", "shortages"):
            page.goto(f"{address}/{name}?lang=en")
            settle(page)
        own = (address, address.replace("http", "ws", 1), "data:", "blob:")
        assert [url for url in asked if not url.startswith(own)] == []
        assert asked
