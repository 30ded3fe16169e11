"""Every trouble that is planted in the sample factory can be found from Today within three clicks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.sample.troubles import TROUBLES, Numbers, find_troubles
from data.store import Store
from locales import text
from planning.plan import make_plan
from tests.browser.running_app import browser_page, running_app, settle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
]
AS_OF = dt.date(2026, 11, 23)
LANGUAGE = "zh"
MOST_CLICKS = 3
PATIENCE = 60_000  # milliseconds; two slow cores must do
CHECKBOX, NUMBER = 15, 60  # pixels from the left of a table
HEAD, ROW = 32, 31  # pixels of a table's head and of each of its rows
TABLES = (
    "stock_balance",
    "purchase_order",
    "sales_order",
    "bom_line",
    "concession",
    "goods_receipt",
    "goods_issue",
    "supplement_request",
    "exception_report",
    "material_arrival",
    "work_order",
)


class Reader:
    """Somebody who opens Today and then only clicks on what is on the screen, counting."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.clicks = 0
        page.goto(f"{address}/?lang={LANGUAGE}")
        page.get_by_role("heading", name=text(LANGUAGE, "today.act"), exact=True).wait_for(timeout=PATIENCE)
        settle(page)

    def click(self, target: Locator, **how: object) -> None:
        """One click."""
        target.first.wait_for(timeout=PATIENCE)
        target.first.click(**how)
        self.clicks += 1
        settle(self.page)

    def menu(self, name: str) -> None:
        """A page by the menu."""
        title = text(LANGUAGE, f"shell.pages.{name}.title")
        self.click(self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True))
        self.page.get_by_role("heading", name=title, exact=True).first.wait_for(timeout=PATIENCE)
        settle(self.page)

    def row(self, words: str, across: int) -> None:
        """The row of a table that holds `words`, `across` pixels from its left; to scroll there is no click."""
        cell = self.page.locator('[role="gridcell"]').filter(has_text=words).first
        grids = self.page.get_by_test_id("stDataFrame")
        grids.first.wait_for(timeout=PATIENCE)
        grid = grids.first
        scroller = grid.locator(".dvn-scroller")
        for top in range(0, 2000, 10 * ROW):
            scroller.evaluate("(element, top) => { element.scrollTop = top; }", top)
            self.page.wait_for_timeout(300)
            if cell.count():
                break
        number = int(cell.evaluate("cell => cell.closest('tr').getAttribute('aria-rowindex')")) - 2
        scroller.evaluate("(element, top) => { element.scrollTop = top; }", max(0, (number - 5) * ROW))
        self.page.wait_for_timeout(300)
        gone = int(scroller.evaluate("element => element.scrollTop"))
        grid.scroll_into_view_if_needed()
        self.click(grid, position={"x": across, "y": HEAD + number * ROW + ROW // 2 - gone})

    def scroll_right(self) -> None:
        """To the last columns of every table."""
        for scroller in self.page.locator(".dvn-scroller").all():
            scroller.evaluate("element => { element.scrollLeft = element.scrollWidth; }")

    def arrives(self, *parts: str) -> None:
        """The address comes to hold `parts`."""
        for part in parts:
            self.page.wait_for_url(re.compile(re.escape(part)), timeout=PATIENCE)
        settle(self.page)

    def sees(self, words: str) -> None:
        """`words` stand on the page, as text or in a cell of a table."""
        anywhere = self.page.get_by_text(words, exact=False).or_(
            self.page.locator('[role="gridcell"]').filter(has_text=words)
        )
        anywhere.first.wait_for(state="attached", timeout=PATIENCE)

    def link(self, words: str) -> Locator:
        """A link of the page that holds `words`."""
        return self.page.get_by_test_id("stMain").get_by_role("link").filter(has_text=words)


@pytest.fixture(scope="module")
def factory(tmp_path_factory) -> tuple[Path, dict[str, Numbers]]:
    """A database with the sample factory and a plan, and the numbers of its troubles."""
    path = tmp_path_factory.mktemp("planned") / "paichan.duckdb"
    with Store.open(path) as store:
        build_sample(store, AS_OF, LANGUAGE)
        with store.read() as cursor:
            tables = {name: cursor.execute(f"SELECT * FROM {name}").df() for name in TABLES}
            troubles = find_troubles(tables)
        arrivals, bought = tables["material_arrival"], tables["purchase_order"]
        conceded = arrivals[arrivals["arrival_no"].isin(troubles["conceded_lot"]["arrival"])]
        sellers = bought[bought["purchase_order_no"].isin(conceded["purchase_order_no"])]["supplier_no"]
        troubles["conceded_lot"]["supplier"] = sorted(set(sellers))
        plan_input = read_input(store).with_settings(time_limit_seconds=2.0)
        save_plan(store, make_plan(plan_input), plan_input, "test")
    return path, troubles


def slipping_supplier(reader: Reader, numbers: Numbers) -> None:
    reader.menu("suppliers")
    reader.sees(numbers["supplier"][0])
    words = text(LANGUAGE, "suppliers.open_worst", supplier=numbers["supplier"][0])
    reader.click(reader.page.get_by_role("button", name=words))
    for purchase in numbers["purchase_order"]:
        reader.sees(purchase)


def bottleneck(reader: Reader, numbers: Numbers) -> None:
    reader.menu("capacity")
    heading = reader.page.get_by_role("heading").filter(has_text="电镀")
    heading.first.wait_for(timeout=PATIENCE)
    reader.click(reader.link(text(LANGUAGE, "capacity.see_load", station="电镀")))
    reader.arrives(f"station={numbers['station'][0]}")


def rush_order(reader: Reader, numbers: Numbers) -> None:
    order, line = numbers["sales_order"][0].split("/")
    reader.menu("backlog")
    reader.click(reader.link(f"{order}/{line}"))
    reader.arrives(f"order={order}")
    reader.sees(numbers["item"][0])


def conceded_lot(reader: Reader, numbers: Numbers) -> None:
    reader.menu("suppliers")
    reader.row(numbers["supplier"][0], CHECKBOX)
    reader.click(reader.page.get_by_role("radio", name=text(LANGUAGE, "suppliers.lines.quality"), exact=True))
    reader.sees(numbers["concession"][0])
    reader.scroll_right()
    reader.sees(numbers["lot"][0])


def over_consumption(reader: Reader, numbers: Numbers) -> None:
    reader.menu("attainment")
    reader.click(reader.page.get_by_role("radio", name=text(LANGUAGE, "attainment.yields.title"), exact=True))
    reader.sees(numbers["supplement"][0])
    reader.sees(numbers["work_order"][0])


def missed_plan(reader: Reader, numbers: Numbers) -> None:
    reader.menu("attainment")
    reader.sees("喷涂 11-18")
    reader.click(reader.link("喷涂 11-18"))
    reader.arrives(f"station={numbers['station'][0]}", f"day={numbers['day'][0]}")
    reader.sees(numbers["exception"][0])


def expired_lot(reader: Reader, numbers: Numbers) -> None:
    reader.menu("stock")
    reader.sees(numbers["lot"][0])
    reader.sees(numbers["item"][0])


def pending_inspection(reader: Reader, numbers: Numbers) -> None:
    order, line = numbers["sales_order"][0].split("/")
    reader.menu("backlog")
    reader.row(f"{order}/{line}", NUMBER)
    reader.arrives(f"order={order}")
    reader.sees(numbers["arrival"][0])
    reader.sees(numbers["item"][0])


WAYS: dict[str, Callable[[Reader, Numbers], None]] = {
    way.__name__: way
    for way in (
        slipping_supplier,
        bottleneck,
        rush_order,
        conceded_lot,
        over_consumption,
        missed_plan,
        expired_lot,
        pending_inspection,
    )
}


def test_there_is_a_way_to_every_planted_trouble():
    assert sorted(WAYS) == sorted(trouble.key for trouble in TROUBLES)


@pytest.fixture(scope="module")
def opened(factory):
    """The running app and a browser to look at it with."""
    with running_app(factory[0]) as address, browser_page() as page:
        yield address, page


@pytest.mark.parametrize("key", WAYS)
def test_a_trouble_is_found_from_today_within_three_clicks(opened, factory, key):
    address, page = opened
    reader = Reader(page, address)
    WAYS[key](reader, factory[1][key])
    assert 1 <= reader.clicks <= MOST_CLICKS


def test_a_link_from_a_page_to_itself_takes_its_filters_out_of_the_address(opened):
    address, page = opened
    page.goto(f"{address}/glossary?q=xyzzy")
    page.get_by_test_id("stMain").get_by_test_id("stPageLink-NavLink").first.click()
    page.wait_for_url(f"{address}/glossary")
