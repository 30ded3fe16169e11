"""Eight readers at once on one server: each gets every page in his own language, and nobody meets an error."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from locales import text
from planning.model import Settings
from planning.plan import make_plan
from tests.browser.reader import reader
from tests.browser.running_app import running_app
from ui.navigation import standing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
AS_OF = dt.date(2026, 11, 23)
SESSIONS = 8


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on the sample factory, planned."""
    path = tmp_path_factory.mktemp("sessions") / "paichan.duckdb"
    with Store.open(path) as store:
        build_sample(store, AS_OF)
        plan_input = read_input(store, AS_OF, Settings(time_limit_seconds=1))
        save_plan(store, make_plan(plan_input), plan_input, "test")
    with running_app(path) as address:
        yield address


def language(session: int) -> str:
    """Every other session reads English."""
    return ("zh", "en")[session % 2]


def read_all(address: str, session: int) -> dict[str, str]:
    """The titles of all pages, opened in an order of the session's own."""
    names = [entry.name for entry in standing()]
    random.Random(session).shuffle(names)
    with reader(address, language(session)) as one:
        return {name: one.open(name) for name in names}


def test_eight_readers_at_once_open_every_page(address):
    with ThreadPoolExecutor(SESSIONS) as pool:
        found = list(pool.map(lambda session: read_all(address, session), range(SESSIONS)))
    for session, titles in enumerate(found):
        assert titles == {
            entry.name: text(language(session), f"shell.pages.{entry.name}.title") for entry in standing()
        }
