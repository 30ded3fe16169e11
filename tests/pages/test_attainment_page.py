"""The page on attainment as a reader sees it, on the sample factory and on a floor without dispatch."""

from __future__ import annotations

from functools import partial

import pytest

from data.kpi import figures
from data.store import Store
from locales import text
from tests.pages.conftest import AS_OF
from tests.pages.planned_factory import fill
from tests.pages.reader import open_page, said, table

opened = partial(open_page, "attainment")
LOW_DAY = "2026-11-18"  # painting's oven failed


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_comes_first_with_its_cause_and_station(sample_database, language):
    with Store.open(sample_database) as store:
        total = next(figure for figure in figures(store, AS_OF, keys=("plan_attainment",)) if figure.cut is None)
    app = opened(language)
    assert f"{total.value * 100:.1f} %" in app.subheader[0].value
    assert "571" in app.subheader[0].value
    assert "123.5" in app.markdown[0].value  # hours lost by the station that lost most
    assert "EX2611-0206" in app.markdown[1].value  # painting's oven
    assert len(app.get("plotly_chart")) == 3
    assert text(language, "attainment.definition")[:30] in said(app)


def test_the_period_is_in_the_url_and_changes_the_answer(sample_database):
    week = opened(period="7")
    assert "7" in week.subheader[0].value
    assert week.subheader[0].value != opened().subheader[0].value
    assert table(week, "exception_no").shape[0] < 759


def test_filters_in_the_url_narrow_the_rows(sample_database):
    rows = table(opened(station="PNT", day=LOW_DAY), "short_qty")
    assert sorted(rows["exception_no"]) == ["EX2611-0206", "EX2611-0208", "EX2611-0209"]
    assert table(opened(station="PNT", day=LOW_DAY, category="machine"), "short_qty").shape[0] == 3
    app = opened(item="no such item")
    assert text("zh", "attainment.rows.none") in said(app)
    assert len(app.get("plotly_chart")) == 1  # the map stays, to choose something else


def test_a_filter_that_is_set_goes_to_the_url(sample_database):
    app = opened()
    app.selectbox(key="filter_station").set_value("PNT").run()
    assert app.query_params["station"] == "PNT"
    assert set(table(app, "short_qty")["station_name"]) == {"喷涂 ›"}


def test_rows_that_were_met_are_listed_on_demand(sample_database):
    few = table(opened(station="PNT"), "short_qty")
    many = table(opened(station="PNT", all="1"), "short_qty")
    assert len(many) > len(few)
    assert "beyond_qty" in many


@pytest.mark.parametrize("by", ["day", "station", "item"])
@pytest.mark.parametrize("measure", ["hours", "pieces", "value"])
def test_every_measure_and_view_is_drawn(sample_database, by, measure):
    app = opened(by=by, measure=measure)
    assert len(app.get("plotly_chart")) == 3
    assert ("short_value" in table(app, "short_qty")) == (measure == "value")


def test_a_station_whose_work_serves_no_order_line_says_so_instead_of_empty_charts(sample_database):
    app = opened(station="PNT", measure="value")
    assert text("zh", "attainment.waterfall.no_value") in said(app)
    assert len(app.get("plotly_chart")) == 1


def test_open_exceptions_stand_first_with_their_age_and_owner(sample_database):
    rows = table(opened(view="exceptions", open="1"), "age_days")
    assert rows["age_days"].iloc[0] == 5
    assert rows["age_days"].is_monotonic_decreasing
    assert set(rows["department"].head(3)) == {"设备部"}
    assert set(table(opened(view="exceptions", why="machine"), "age_days")["category"]) == {"机"}


def test_a_part_of_the_page_that_is_opened_goes_to_the_url(sample_database):
    app = opened()
    app.segmented_control(key="filter_view").set_value("exceptions").run()
    assert app.query_params["view"] == "exceptions"
    assert len(app.get("plotly_chart")) == 2
    assert table(app, "age_days") is not None
    assert table(app, "short_qty") is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_over_consumption_is_found_among_the_work_orders(sample_database, language):
    orders = table(opened(language, view="yields"), "supplement_no")
    assert orders[["work_order_no", "supplement_no"]].iloc[0].tolist() == ["WO2611-0418", "SR2611-0006"]


def test_a_link_to_a_step_lists_its_work_orders(sample_database):
    orders = table(opened(view="yields", part="SF-2012/10"), "supplement_no")
    assert set(orders["item_no"]) == {"SF-2012 ›"}
    rolled = table(opened(view="yields", part="SF-2012", **{"yield": "items"}), "supplement_no")
    assert len(rolled) > len(orders)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_without_dispatch_the_page_says_what_to_import(tmp_path, monkeypatch, language):
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        fill(store)
    monkeypatch.setenv("PAICHAN_DB", str(path))
    assert text(language, "attainment.no_dispatch") in said(opened(language))


def test_a_period_without_dispatch_offers_a_longer_one(sample_database):
    with Store.open(sample_database) as store, store.write("test", "quiet month") as writer:
        for table_name, when in (("dispatch", "work_date"), ("handover", "CAST(handover_time AS DATE)")):
            writer.execute(f"DELETE FROM {table_name} WHERE {when} > DATE '2026-10-20'")
    app = opened()
    assert text("zh", "attainment.nothing", days=30) in said(app)
    assert text("zh", "attainment.yields.none") in said(opened(view="yields"))
    assert opened(period="90").dataframe


def test_a_plan_that_was_met_in_full_is_said(sample_database):
    with Store.open(sample_database) as store, store.write("test", "all met") as writer:
        writer.execute(
            "DELETE FROM dispatch WHERE work_date > DATE '2026-10-20' AND NOT EXISTS (SELECT 1 FROM handover "
            "WHERE handover.work_order_no = dispatch.work_order_no AND handover.from_step_no = dispatch.step_no "
            "AND CAST(handover_time AS DATE) = work_date AND good_qty >= planned_qty)"
        )
    assert opened().subheader[0].value == text("zh", "attainment.lead_met", days=30)
