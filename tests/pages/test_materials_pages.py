"""Shortages, kits and the MRP record as a reader sees them, on a factory small enough to check by hand."""

from __future__ import annotations

import pytest

from data.store import Store
from locales import text
from tests.pages.reader import open_page, said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_shortages_answer_first(small_database, language):
    """Two parts are short, two order lines are hit; one of the parts makes one line late."""
    app = open_page("shortages", language)
    assert app.subheader[0].value == text(language, "materials.shortages.lead", items="2", orders="2", value="¥2,000")
    assert text(language, "materials.shortages.definition")[:40] in said(app)
    assert app.dataframe[0].value["item_no"].tolist() == ["RAW", "LABEL"]


def test_shortages_keep_their_filters_in_the_url(small_database):
    assert open_page("shortages", blocks="1").dataframe[0].value["item_no"].tolist() == ["RAW"]
    assert open_page("shortages", q="标贴").dataframe[0].value["item_no"].tolist() == ["LABEL"]
    app = open_page("shortages")
    app.text_input(key="filter_q").set_value("铜").run()
    assert app.query_params["q"] == "铜"
    assert app.dataframe[0].value["item_no"].tolist() == ["RAW"]


def test_a_filter_that_leaves_nothing_offers_the_way_back(small_database):
    app = open_page("shortages", q="no such part")
    assert text("zh", "materials.shortages.none_filter") in said(app)
    assert not app.dataframe


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_detail_of_a_part_opens_by_link(small_database, language):
    """Its days, the orders that use it, and who took it."""
    app = open_page("shortages", language, part="RAW")
    assert len(app.get("plotly_chart")) == 1
    lines, takers = app.dataframe[1].value, app.dataframe[2].value
    assert lines["sales_order_no"].str.startswith("SO-1").tolist() == [True]
    assert takers["demand_ref"].tolist() == ["PM-00001", "PM-00002", "W-1", "W-1"]


def test_who_must_act_is_told_in_words(small_database):
    acts = open_page("shortages").dataframe[0].value["act"].tolist()
    assert acts == [text("zh", "materials.act.firm_buy", ref="PO-1/1"), text("zh", "materials.act.planned_buy")]


def test_nothing_short_is_an_answer(small_database):
    with Store.open(small_database) as store, store.write("test", "all there") as writer:
        writer.execute("UPDATE plan_allocation SET available_date = DATE '2026-11-25'")
    assert text("zh", "materials.shortages.none") in said(open_page("shortages"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_kits_are_counted_for_the_first_week(small_database, language):
    """Of the two lots that start in the week of 11-23 one is full."""
    app = open_page("kits", language)
    assert app.subheader[0].value == text(language, "materials.kits.lead", full="1", all="2", rate="50 %")
    assert app.dataframe[0].value["order_ref"].tolist() == ["PM-00001", "PM-00002"]


def test_kits_can_be_asked_by_order_line_week_and_status(small_database):
    app = open_page("kits", subject="sales_order", week="all", status="partial")
    assert app.dataframe[0].value["order_ref"].tolist() == ["SO-1/1"]


def test_a_kit_opened_by_link_lists_the_parts_it_waits_for(small_database):
    app = open_page("kits", subject="sales_order", week="all", kit="SO-2/1")
    assert app.dataframe[1].value["supply_ref"].tolist() == ["PB-00001"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_record_says_when_an_item_runs_out(small_database, language):
    """RAW is 60 short from the second day on."""
    app = open_page("mrp", language, item="RAW")
    assert "60 kg" in app.subheader[0].value
    assert "11-26" in app.subheader[0].value
    record = app.dataframe[0].value
    assert record.loc[text(language, "materials.record.on_hand")].tolist()[:2] == [-60, 140]


def test_by_the_days_of_use_the_item_lasts(small_database):
    app = open_page("mrp", item="RAW", basis="used", by="day")
    assert app.subheader[0].value == text("zh", "materials.record.lead_ok", item="RAW", lowest="40", uom="kg")


def test_the_record_is_pegged_both_ways(small_database):
    supplies = open_page("mrp", item="RAW").dataframe[1].value
    needs = open_page("mrp", item="RAW", show="needs").dataframe[1].value
    assert supplies["supply_ref"].tolist() == ["", "PO-1/1"]
    assert needs["serves"].tolist() == ["SO-2/1", "SO-3/1", "SO-1/1", "SO-1/1"]


def test_an_item_is_found_by_its_number_or_name(small_database):
    assert open_page("mrp", q="标贴").selectbox(key="filter_item").value == "LABEL"
    assert text("zh", "materials.record.none_found", search="nothing") in said(open_page("mrp", q="nothing"))


def test_of_more_items_than_a_list_can_hold_the_one_in_the_address_is_there(small_database):
    with (
        Store.open(small_database) as store,
        store.write("test", "many items, some without a plan") as writer,
    ):
        writer.execute(
            "INSERT INTO item (item_no, name, category, source, uom) "
            "SELECT 'X' || range, 'part', 'raw', 'buy', 'pcs' FROM range(200)"
        )
        writer.execute("DELETE FROM plan_allocation")
    found = open_page("mrp", item="X199").selectbox(key="filter_item")
    assert (len(found.options), found.value) == (51, "X199")


def test_a_kit_tells_how_many_parts_it_misses_and_which(small_database):
    app = open_page("kits", subject="sales_order", week="all", status="partial")
    assert app.dataframe[0].value["blocking"].tolist() == [text("zh", "materials.kits.missing", count=1, parts="RAW")]
