"""The page on delivery as a reader sees it, on the sample factory, without a plan and on a quiet factory."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial
from pathlib import Path

import pytest

from data.kpi import KpiSettings, figures
from data.store import Store
from locales import text
from tests.pages.conftest import AS_OF
from tests.pages.planned_factory import fill, plan
from tests.pages.reader import open_page, said, table

opened = partial(open_page, "delivery")
KEY = "on_time_delivery_lines"
WHY = {
    "kind": "material",
    "item_no": "RAW",
    "supply_ref": "PO-1/1",
    "available": "2026-11-30",
    "days": 2,
    "overdue": False,
}


def total(path: Path, since: dt.date, until: dt.date, **settings: bool):
    with Store.open(path) as store:
        found = figures(store, AS_OF, since, until, KpiSettings(**settings), keys=(KEY,))
    return next(figure for figure in found if figure.cut is None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_comes_first_with_its_change_and_who_costs_most(sample_database, language):
    now = total(sample_database, AS_OF - dt.timedelta(days=29), AS_OF)
    before = total(sample_database, AS_OF - dt.timedelta(days=59), AS_OF - dt.timedelta(days=30))
    with Store.open(sample_database) as store:
        groups = store.query(
            "delivery/groups",
            as_of=AS_OF,
            since=AS_OF - dt.timedelta(days=29),
            until=AS_OF,
            by_due_date=False,
            measure="value",
            customer="",
            item="",
        )
    app = opened(language)
    head = app.subheader[0].value
    assert f"{now.value * 100:.1f} %" in head
    assert f"{(now.value - before.value) * 100:+.1f}" in head
    reason = app.markdown[0].value
    assert f"{now.denominator:.0f}" in reason
    assert f"{now.denominator - now.numerator:.0f}" in reason
    for row in groups[groups["place"] == 1].itertuples():
        assert row.subject in reason
    assert len(app.get("plotly_chart")) == 4


def test_the_dates_are_compared_in_words(sample_database):
    period = (AS_OF - dt.timedelta(days=29), AS_OF)
    promised = total(sample_database, *period)
    wished = total(sample_database, *period, by_due_date=True)
    words = said(opened(date="wished"))
    assert promised.value != wished.value
    assert f"**{promised.value * 100:.1f} %**" in words
    assert f"**{wished.value * 100:.1f} %**" in words


def test_the_wished_date_misses_other_lines_than_the_promised_one(sample_database):
    period = (AS_OF - dt.timedelta(days=29), AS_OF)
    for date, figure in {
        date: total(sample_database, *period, by_due_date=date == "wished") for date in ("promised", "wished")
    }.items():
        assert len(table(opened(date=date), "missed_value")) == figure.denominator - figure.numerator


@pytest.mark.parametrize("measure", ["lines", "quantity"])
@pytest.mark.parametrize("period", ["30", "84"])
def test_every_switch_draws_all_charts(sample_database, measure, period):
    assert len(opened(measure=measure, period=period).get("plotly_chart")) == 4


@pytest.mark.parametrize("owed", ["lines", "pieces", "value"])
def test_what_is_owed_is_drawn_in_every_measure(sample_database, owed):
    assert len(opened(view="owed", owed=owed).get("plotly_chart")) == 2


def test_only_the_part_that_is_open_is_made_and_the_url_holds_it(sample_database):
    app = opened()
    assert table(app, "missed_value") is not None
    assert table(app, "next") is None
    app.segmented_control(key="filter_view").set_value("tracking").run()
    assert app.query_params["view"] == "tracking"
    assert table(app, "next") is not None
    assert table(app, "missed_value") is None


def test_the_answer_leads_to_the_lines_to_act_on(sample_database):
    (link,) = [link.proto for link in opened().get("page_link") if link.proto.page == "delivery"]
    assert link.query_string == "view=owed"


def test_a_week_a_customer_and_a_product_narrow_the_missed_lines(sample_database):
    everything = table(opened(period="84"), "missed_value")
    week = (AS_OF - dt.timedelta(days=13)).isoformat()
    of_week = table(opened(week=week), "missed_value")
    assert 0 < len(of_week) < len(everything)
    customer = table(opened(period="84", customer="C002"), "missed_value")
    assert set(customer["customer_name"]) == {"汉斯卫浴（中国）有限公司"}
    item = table(opened(period="84", item="FG-1032"), "missed_value")
    assert set(item["item_no"]) == {"FG-1032"}


def test_a_filter_in_the_url_that_nobody_knows_is_as_none(sample_database):
    known = table(opened(), "missed_value")
    assert len(table(opened(customer="nobody", week="yesterday"), "missed_value")) == len(known)


def test_a_choice_without_lines_says_so_and_can_be_taken_back(sample_database):
    week = (AS_OF - dt.timedelta(days=83)).isoformat()
    app = opened(week=week, customer="C011", item="FG-1032")
    assert text("zh", "delivery.missed.none") in said(app)
    assert table(app, "missed_value") is None
    app.button(key="delivery_clear").click().run()
    assert table(app, "missed_value") is not None
    assert "customer" not in app.query_params


def test_a_filter_that_is_set_goes_to_the_url(sample_database):
    app = opened(view="tracking")
    app.selectbox(key="filter_owner").set_value("warehouse").run()
    assert app.query_params["owner"] == "warehouse"
    assert set(table(app, "next")["owner"]) == {text("zh", "delivery.roles.warehouse")}


def test_risks_are_narrowed_by_week_and_state(sample_database):
    both = table(opened(view="owed"), "remedy")
    assert set(both["state"]) == {text("zh", f"delivery.state.{state}") for state in ("late", "at_risk")}
    assert (both["why"].str.len() > 0).all()
    late = table(opened(view="owed", state="late"), "remedy")
    assert set(late["state"]) == {text("zh", "delivery.state.late")}
    assert (late["days_late"] > 0).all()
    week = table(opened(view="owed", due="2026-12-07", state="all"), "remedy")
    assert week["target_date"].str[:5].between("12-07", "12-13").all()


def test_the_tracking_table_follows_stage_and_customer(sample_database):
    app = opened(view="tracking", stage="producing")
    stages = table(app, "next")["stage"]
    assert stages.str.startswith(text("zh", "delivery.stage.producing")).all()
    assert stages.str.contains("电镀").any()
    one = table(opened(view="tracking", follow="C003"), "next")
    assert set(one["customer_name"]) == {"明光照明股份有限公司"}
    assert (one["next"].str.len() > 0).all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_next_step_has_its_words(sample_database, language):
    rows = table(opened(language, view="tracking"), "next")
    assert rows["next"].str.len().min() > 1
    assert len(rows) == 1000  # the rest is in the download


def test_without_a_plan_the_past_is_told_and_orders_are_followed(tmp_path, monkeypatch):
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        fill(store)
    monkeypatch.setenv("PAICHAN_DB", str(path))
    app = opened()
    words = said(app)
    assert app.subheader[0].value == text("zh", "delivery.lead_none", days=30)
    assert text("zh", "delivery.no_plan") in words
    assert app.segmented_control(key="filter_view").options == [
        text("zh", f"delivery.{view}.title") for view in ("on_time", "tracking")
    ]
    assert len(table(opened(view="tracking"), "next")) == 3


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_factory_whose_orders_are_all_ahead_says_so_in_place_of_empty_charts(tmp_path, monkeypatch, language):
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        fill(store)
        plan(store)
        with store.write("test", "why") as writer:
            writer.execute("UPDATE plan_lateness SET detail = ?", [json.dumps(WHY)])
    monkeypatch.setenv("PAICHAN_DB", str(path))
    app = opened(language)
    for key in ("weeks.none", "missed.none"):
        assert text(language, f"delivery.{key}") in said(app)
    app = opened(language, view="owed")
    assert text(language, "delivery.owed.none_overdue") in said(app)
    rows = table(app, "remedy")
    assert rows["line"].tolist()[0].startswith("SO-1/1")  # the one that is late


def test_a_factory_that_misses_nothing_is_told_so(sample_database):
    with Store.open(sample_database) as store, store.write("test", "all in time") as writer:
        writer.execute("UPDATE sales_order SET qty_shipped = qty WHERE coalesce(promised_date, due_date) <= ?", [AS_OF])
        writer.execute("DELETE FROM shipment")
    app = opened()
    assert "100 %" in app.subheader[0].value
    assert text("zh", "delivery.lead_all_met") in app.markdown[0].value
    assert text("zh", "delivery.groups.none_missed", period=text("zh", "delivery.period.30")) in said(app)
