"""Every page can be read and used: nothing cut off, no faint word, no control that the keyboard misses, no error."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from locales import LANGUAGES, text, words
from planning.plan import make_plan
from tests.browser.running_app import browser_page, running_app
from ui.navigation import standing

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
]
AS_OF = dt.date(2026, 11, 23)
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 1024, "height": 768}
PATIENCE = 60_000  # milliseconds; two slow cores must do
QUIET = 300  # milliseconds in which nothing changes any more
MOST_TABS = 400
APP = "[data-testid='stApp']"
# the parts of pages that do not open with the page, by the key of their words
VIEWS = {
    "delivery": ("delivery.owed.title", "delivery.tracking.title"),
    "stock": ("stock.lying", "stock.held"),
    "attainment": ("attainment.exceptions.title", "attainment.yields.title"),
}
KEYLIKE = re.compile(r"\b[a-z_]+(?:\.[a-z_]+)+\b")
UNFINISHED = re.compile(r"\{[a-z_]+\}|\b(?:nan|NaN|NaT|undefined|Traceback)\b|<NA>")


class Reader:
    """Somebody who opens one page after the other in one tab and notes what is wrong."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.language = ""
        self.faults: list[str] = []
        page.add_init_script(path=Path(__file__).with_name("looks.js"))
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def open(self, name: str, language: str) -> None:
        """By the menu, as a reader does.

        Not by a page's own address: there the library first looks for its server below the page, which browsers log.
        """
        title = text(language, f"shell.pages.{name}.title")
        if language != self.language:
            self.language = language
            self.page.goto(f"{self.address}/?lang={language}")
            self.page.wait_for_selector(f"{APP}[data-test-script-state='notRunning']", timeout=PATIENCE)
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
        self.page.get_by_role("heading", name=title, exact=True).first.wait_for(timeout=PATIENCE)
        self.page.wait_for_selector(f"{APP}[data-test-script-state='notRunning']", timeout=PATIENCE)
        self.page.wait_for_selector(f"{APP} [data-testid='stSkeleton']", state="detached", timeout=PATIENCE)

    def open_view(self, title: str) -> None:
        """Another part of the page that is open."""
        self.page.get_by_test_id("stMain").get_by_role("radio", name=title, exact=True).click()
        self.page.wait_for_selector(f"{APP}[data-test-script-state='notRunning']", timeout=PATIENCE)

    def rest(self) -> None:
        """Until nothing changes any more."""
        self.page.evaluate(f"looks.still({QUIET}, {20 * QUIET})")

    def notes(self, what: str) -> None:
        """What `looks.js` finds wrong."""
        self.faults.extend(self.page.evaluate(f"looks.{what}()"))

    def reads(self, language: str) -> None:
        """No key in place of its words, no fact that was not put in."""
        seen = self.page.evaluate("looks.words()")
        keys = words(language)
        if "PAGE-BROKEN" in seen:
            self.faults.append("the page ended in an error")
        self.faults.extend(f"a key: {found}" for found in set(KEYLIKE.findall(seen)) if found in keys)
        self.faults.extend(f"unfinished: {found}" for found in set(UNFINISHED.findall(seen)))

    def tabs(self) -> None:
        """From control to control until the keyboard has seen them all."""
        self.page.evaluate("looks.follow()")
        for _ in range(0, MOST_TABS, 10):
            for _ in range(10):
                self.page.keyboard.press("Tab")
            if not self.page.evaluate("looks.unreached().length"):
                break
        self.notes("unreached")

    def _told(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        self.faults.append(f"no answer: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Iterator[Reader]:
    """A browser on the app with a small sample factory and two plans, so that there is something to compare."""
    path = tmp_path_factory.mktemp("planned") / "paichan.duckdb"
    with Store.open(path) as store:
        build_sample(store, AS_OF, "zh", scale=0.3)
        plan_input = read_input(store).with_settings(time_limit_seconds=1.0)
        for _ in range(2):
            save_plan(store, make_plan(plan_input), plan_input, "test")
    with running_app(path) as address, browser_page() as page:
        yield Reader(page, address)


@pytest.mark.parametrize(
    ("name", "view"),
    [*((entry.name, "") for entry in standing()), *((name, key) for name in VIEWS for key in VIEWS[name])],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_and_legible(reader, language, name, view):
    """On a wide and on a narrow screen; in Chinese also by keyboard, and in English in the dark."""
    reader.faults.clear()
    page = reader.page
    page.set_viewport_size(WIDE)
    reader.open(name, language)
    if view:
        reader.open_view(text(language, view))
    reader.rest()
    reader.notes("room")
    reader.notes("contrast")
    reader.reads(language)
    if language == "zh":
        reader.tabs()
    else:
        page.emulate_media(color_scheme="dark")
        reader.rest()
        reader.notes("contrast")
    page.set_viewport_size(NARROW)
    reader.rest()
    reader.notes("room")
    page.emulate_media(color_scheme="light")
    assert reader.faults == []
