"""The page on suppliers as a reader sees it."""

from __future__ import annotations

import json
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from locales import text
from tests.pages.reader import open_page

opened = partial(open_page, "suppliers")


def lines(app: AppTest) -> list[str]:
    """The purchase lines listed of the chosen supplier."""
    return next(frame.value["line"].tolist() for frame in app.dataframe if "due_date" in frame.value)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_is_on_time_and_quality_of_ninety_days(sample_database, language):
    app = opened(language)
    assert app.subheader[0].value == text(language, "suppliers.lead", days=90, on_time="90.8 %", quality="99.5 %")
    said = app.markdown[0].value
    assert "871" in said
    assert "959" in said
    assert "87.5 %" in said, "the period before is told, with what it is counted from"
    assert "48" in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_supplier_that_slips_is_named_at_first_sight(sample_database, language):
    app = opened(language)
    assert "SUP-004" in app.markdown[0].value.splitlines()[0]
    assert app.dataframe[0].value["supplier_no"].tolist()[0] == "SUP-004"
    assert app.dataframe[0].value["put_off_lines"].tolist()[0] == 2


def test_one_click_opens_its_lines_and_the_orders_that_wait(sample_database):
    app = opened()
    app.button(key="open_worst").click().run()
    assert app.query_params["supplier"] == "SUP-004"
    assert lines(app)[:2] == ["PO2610-0088/1", "PO2610-0137/1"]
    waiting = next(frame.value for frame in app.dataframe if "supply_refs" in frame.value)
    assert "SO2610-0105/3 ›" in waiting["line"].tolist()
    assert "SO2610-0105/1 ›" not in waiting["line"].tolist(), "stock still covers this one"


@pytest.mark.parametrize(("language", "approved"), [("zh", "已批准"), ("en", "approved")])
def test_a_concession_is_a_click_away(sample_database, language, approved):
    app = opened(language, supplier="SUP-001", lines="quality")
    found = next(frame.value for frame in app.dataframe if "due_date" in frame.value).set_index("line")
    line = found.loc["PO2610-0120/1"]
    assert found.index[0] == "PO2610-0120/1", "what was worst comes first"
    assert line["concession_no"] == "CN2611-0001"
    assert line["concession_status"] == approved
    assert (line["arrival_no"], line["conceded_qty"], line["returned_qty"]) == ("AR2611-0129", 6120, 680)


def test_the_period_is_kept_in_the_url(sample_database):
    month = opened(period="30")
    assert "30" in month.subheader[0].value
    assert sum(month.dataframe[0].value["lines"]) < sum(opened().dataframe[0].value["lines"])
    app = opened()
    app.segmented_control(key="filter_period").set_value("365").run()
    assert app.query_params["period"] == "365"
    assert "365" in app.subheader[0].value


@pytest.mark.parametrize("state", ["overdue", "late", "blocks", "quality"])
def test_the_lines_of_a_supplier_can_be_filtered(sample_database, state):
    every = lines(opened(supplier="SUP-004"))
    some = lines(opened(supplier="SUP-004", lines=state))
    assert 0 < len(some) < len(every)
    assert set(some) < set(every)


def test_the_trend_is_that_of_the_chosen_supplier(sample_database):
    def title(app: AppTest) -> str:
        return json.loads(app.get("plotly_chart")[0].proto.spec)["layout"]["title"]["text"]

    assert title(opened()) == text("zh", "suppliers.trend.chart")
    assert title(opened(supplier="SUP-001")) == text("zh", "suppliers.trend.chart_of", supplier="SUP-001")


def test_a_link_to_a_supplier_that_is_not_there_shows_all(sample_database):
    app = opened(supplier="SUP-999")
    assert len(app.subheader) == 1
    assert len(app.get("plotly_chart")) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_before_anything_was_due_the_page_says_what_is_open(small_database, language):
    """PO-1 is due on 11-30 only: nothing to be on time for, nothing inspected; it holds up SO-1."""
    app = opened(language, supplier="S1")
    assert app.subheader[0].value == text(language, "suppliers.lead", days=90, on_time="–", quality="–")
    assert "S1 明达铜材" in app.markdown[0].value
    assert lines(app) == ["PO-1/1"]
    assert text(language, "suppliers.trend.none", who="S1 明达铜材") in [caption.value for caption in app.caption]


def test_without_purchases_the_page_says_so(small_database):
    with Store.open(small_database) as store, store.write("test", "none") as writer:
        writer.execute("DELETE FROM purchase_order")
    app = opened()
    assert text("zh", "suppliers.none") in [caption.value for caption in app.caption]
