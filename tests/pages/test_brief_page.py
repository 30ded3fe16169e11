"""The morning brief: one sheet with figures, the worst orders, what to chase, full stations and yesterday's misses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import kpi
from data.store import Store
from locales import text
from tests.browser.running_app import browser_page, running_app
from tests.pages.conftest import AS_OF
from ui.figures.brief import Part, bar, columns, document, sheet
from ui.text import percent, quantity

APP = str(Path(__file__).parents[2] / "app.py")
PARTS = ("figures", "worst", "chase", "stations", "misses")


def brief(language: str = "en") -> AppTest:
    app = AppTest.from_file(APP, default_timeout=90)
    app.query_params["lang"] = language
    app.run()
    app.switch_page("pages/today/brief.py")
    app.query_params["lang"] = language
    return app.run()


def paper(app: AppTest) -> str:
    """The HTML of the sheet."""
    (found,) = [block.proto.body for block in app.get("html") if 'class="sheet"' in block.proto.body]
    return found


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_has_its_five_parts(sample_database, language):
    html = paper(brief(language))
    titles = re.findall(r"<h2>([^<]+)", html)
    assert titles == [text(language, f"brief.{part}.title") for part in PARTS]


def test_its_figures_are_those_of_the_factory(sample_database):
    with Store.open(sample_database) as store:
        figures = {figure.key: figure for figure in kpi.figures(store, AS_OF) if not figure.cut}
        load = [
            figure.value
            for figure in kpi.figures(store, AS_OF, keys=("load",))
            if set(figure.cut or {}) == {"station_no"}
        ]
    said = plain(paper(brief()))
    for key in (
        "on_time_delivery_lines",
        "plan_attainment",
        "kit_rate_at_start",
        "first_pass_yield",
        "supplier_on_time",
    ):
        assert f"{text('en', f'brief.figures.{key}')} {percent(figures[key].value)}" in said, key
    assert f"{text('en', 'brief.figures.overdue_lines')} {quantity(figures['overdue_lines'].value)}" in said
    assert percent(max(load)) in said


def test_the_five_worst_orders_stand_with_reason_and_remedy(sample_database):
    with Store.open(sample_database) as store:
        with store.read() as cursor:
            (run_no,) = cursor.execute("SELECT run_no FROM plan_run").fetchone()
        late = store.query("today/late", run_no=run_no, as_of=AS_OF)
    html = paper(brief())
    table = html[html.index(text("en", "brief.worst.title")) : html.index(text("en", "brief.chase.title"))]
    rows = [plain(row) for row in re.findall(r"<tr>(.*?)</tr>", table)[1:]]
    assert len(rows) == 5
    for row, (_, line) in zip(rows, late.head(5).iterrows(), strict=True):
        assert f"{line['sales_order_no']}/{line['line_no']}" in row
        assert f"{line['days_late']} d late" in row
        assert ";" in row  # the reason; the remedy


def test_misses_are_those_of_the_last_day_with_output(sample_database):
    with Store.open(sample_database) as store:
        with store.read() as cursor:
            (last,) = cursor.execute("SELECT max(work_date) FROM dispatch WHERE work_date <= ?", [AS_OF]).fetchone()
        figures = kpi.figures(store, AS_OF, last, last, keys=("plan_attainment", "shortfall_hours"))
        totals = {figure.key: figure.value for figure in figures if not figure.cut}
    said = plain(paper(brief()))
    assert f"{percent(totals['plan_attainment'])} attained" in said
    assert f"{quantity(totals['shortfall_hours'], 1)} standard hours" in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_opens_without_a_network_and_prints_on_one_page(sample_database, tmp_path, language):
    file = tmp_path / "brief.html"
    with running_app(sample_database) as address, browser_page() as page:
        page.goto(f"{address}/brief?lang={language}")
        with page.expect_download() as download:
            page.locator(".st-key-brief_html button").click()
        download.value.save_as(file)
    html = file.read_text(encoding="utf-8")
    assert text(language, "brief.worst.title") in html
    assert f'<html lang="{language}' in html
    assert not re.search(r"(?:href|src|url\()\s*=?\s*[\"']?\s*(?:https?:)?//", html)
    assert "<script" not in html
    with browser_page() as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        assert page.locator("h2").count() == len(PARTS)
        assert page.locator("svg[aria-label]").count() >= 8
        assert all(box["width"] > 10 for box in (one.bounding_box() for one in page.locator("svg").all()))
        pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert asked == [file.as_uri()]
    assert len(pages) == 1


def part(*cells: object) -> Part:
    return Part("Title", "said", ("a", "b"), [cells], frozenset({1}))


def test_what_a_file_says_cannot_become_markup():
    html = document("en", "<b>", ["<i>"], [part("<script>alert(1)</script>", "2")], "<u>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert 'class="number">2' in html


def test_charts_are_pictures_where_no_svg_is_let_through():
    cells = part("a", columns([1.0, 2.0], 1.5, "it grew"))
    assert "<svg" in sheet("t", [], [cells], "")
    html = sheet("t", [], [cells], "", inline=False)
    assert "<svg" not in html
    assert 'src="data:image/svg+xml,' in html
    assert 'alt="it grew"' in html


def test_the_last_column_is_black_and_a_gap_stays_empty():
    svg = columns([1.0, None, 3.0], 2.0, "").svg
    fills = re.findall(r'fill="(#\w+)"', svg)
    assert fills == ["#999", "#111"]
    assert "stroke-dasharray" in svg
    assert columns([None], None, "nothing").svg == ""


@pytest.mark.parametrize(("share", "parts"), [(0.5, 1), (1.0, 1), (1.1, 2), (9.0, 2)])
def test_a_bar_shows_what_goes_beyond_all_there_is(share, parts):
    svg = bar(share, "").svg
    assert len(re.findall("<rect", svg)) == parts
    ends = [float(x) + float(width) for x, width in re.findall(r'x="([\d.]+)" y="3" width="([\d.]+)"', svg)]
    assert max(ends) <= 100.01


def test_a_part_without_rows_says_so():
    html = sheet("t", [], [Part("Parts to chase", empty="Nothing is short.")], "")
    assert "Nothing is short." in html
    assert "<table" not in html
