"""The sample factory in a store: sound, and with figures that a planner would believe."""

import datetime as dt

import pytest

from data.kpi import figures
from data.plans import default_as_of, read_input
from data.sample import build_sample
from data.soundness import check
from data.store import Store


def test_the_store_is_sound(sample_store, as_of):
    assert check(sample_store) == []
    assert default_as_of(sample_store) == as_of


def test_figures_of_the_last_quarter_are_those_of_a_good_factory(sample_store, as_of):
    found = {
        figure.key: figure.value
        for figure in figures(sample_store, as_of, as_of - dt.timedelta(days=89), as_of)
        if figure.cut is None
    }
    assert 0.89 <= found["on_time_delivery_lines"] <= 0.95
    assert 0.88 <= found["plan_attainment"] <= 0.94
    assert 0.86 <= found["supplier_on_time"] <= 0.94
    assert 0.96 <= found["first_pass_yield"] <= 0.995
    assert 900 <= found["backlog_lines"] <= 1100


def test_open_orders_find_stock_and_work_in_process(sample_store):
    plan_input = read_input(sample_store)
    assert len(plan_input.firm_make) > 100
    assert len(plan_input.progress) > 50
    assert len(plan_input.firm_buy) > 60
    goods = set(plan_input.demand["item_no"])
    assert plan_input.stock["item_no"].isin(goods).sum() > 30


def test_every_row_names_its_author(sample_store):
    with sample_store.read() as cursor:
        authors = cursor.execute("SELECT DISTINCT recorded_by FROM sales_order").fetchall()
        audit = cursor.execute("SELECT author, action FROM audit").fetchall()
    assert authors == [("tester",)]
    assert audit == [("tester", "sample")]


def test_a_factory_that_cannot_be_written_leaves_the_store_empty(tmp_path, as_of):
    with Store.open(tmp_path / "twice.duckdb") as store:
        with store.write("tester", "in the way") as writer:
            writer.execute("INSERT INTO customer (customer_no, name) VALUES ('C001', 'first')")
        with pytest.raises(Exception, match=r"(?i)constraint"):
            build_sample(store, as_of, scale=0.2)
        assert store.count("customer") == 1
        assert store.count("station") == 0
