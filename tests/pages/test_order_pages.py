"""Backlog and one order: what is owed, why late, from what, and the filters that live in the URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from locales import text
from planning.model import frame
from ui import text as words

ROOT = Path(__file__).parents[2]


def opened(page: str, language: str = "en", **filters: str) -> AppTest:
    """A page by its address."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    app.query_params["lang"] = language
    app.run()
    app.switch_page(page)
    for name, value in {"lang": language, **filters}.items():
        app.query_params[name] = value
    return app.run()


def run_of(store: Store) -> dict[str, object]:
    with store.read() as cursor:
        row = cursor.execute("SELECT run_no, as_of_date FROM plan_run").fetchone()
    return {"run_no": row[0], "as_of": row[1]}


@pytest.fixture
def late_line(sample_database):
    """The line that costs most, by the plan."""
    with Store.open(sample_database) as store:
        return store.query("today/late", **run_of(store)).iloc[0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_rush_order_is_named_and_leads_to_its_order(sample_database, language):
    with Store.open(sample_database) as store, store.read() as cursor:
        number, line = cursor.execute("SELECT sales_order_no, line_no FROM sales_order WHERE priority = 1").fetchone()
    app = opened("pages/orders/backlog.py", language)
    (link,) = [link.proto for link in app.get("page_link") if link.proto.page == "order"]
    assert f"**{number}/{line}**" in link.label
    assert f"order={number}&line={line}" in link.query_string


def test_where_many_orders_have_the_first_priority_none_is_called_a_rush_order(sample_database):
    with Store.open(sample_database) as store, store.write("test", "all are urgent") as writer:
        writer.execute("UPDATE sales_order SET priority = 1")
    app = opened("pages/orders/backlog.py")
    assert not app.error
    assert [link for link in app.get("page_link") if link.proto.page == "order"] == []


def test_filters_in_the_address_are_those_of_the_list(sample_database, late_line):
    app = opened("pages/orders/backlog.py", customer=str(late_line["customer_no"]), late="1")
    assert not app.error
    table = app.dataframe[0].value
    assert set(table["customer_name"]) == {late_line["customer_name"]}
    assert (table["days_late"] > 0).all()
    assert app.query_params["customer"] == late_line["customer_no"]


def test_a_search_that_finds_nothing_says_so(sample_database):
    app = opened("pages/orders/backlog.py", q="nobody ordered this")
    assert text("en", "orders.none") in [caption.value for caption in app.caption]


def test_totals_weeks_and_ages_add_up_to_the_list(sample_database):
    every = {"search": "", "customer": "", "week": "", "late_only": False}
    with Store.open(sample_database) as store:
        asked = {**run_of(store), **every}
        rows = store.query("orders/backlog", **asked)
        totals = store.query("orders/backlog_totals", **asked).iloc[0]
        weeks = store.query("orders/backlog_weeks", **asked)
        ages = store.query("orders/backlog_ages", **asked)
        demand = store.query("plan_input/demand", **asked)
    assert totals["lines"] == len(rows) == len(demand)
    assert weeks[["on_time", "at_risk", "late", "unplanned"]].to_numpy().sum() == len(rows)
    assert ages["lines"].sum() == totals["overdue_lines"]
    assert list(ages["age"]) == ["1-7", "8-14", "15-30", ">30"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_late_order_says_why_and_what_would_mend_it(sample_database, late_line, language):
    app = opened("pages/orders/order.py", language, order=late_line["sales_order_no"], line=str(late_line["line_no"]))
    assert not app.error
    said = " ".join(markdown.value for markdown in app.markdown)
    assert text(language, "orders.why_late") in said
    assert f"{late_line['sales_order_no']}/{late_line['line_no']}" in said
    assert text(language, "orders.state.late") in said


def test_the_tree_of_an_order_is_its_pegging(sample_database, late_line):
    line = {"order": late_line["sales_order_no"], "line": int(late_line["line_no"])}
    by = ["item_no", "supply_kind", "supply_ref"]
    with Store.open(sample_database) as store:
        tree = store.query("orders/tree", **run_of(store), **line)
        with store.read() as cursor:
            pegging = cursor.execute(
                "SELECT item_no, supply_kind, coalesce(supply_ref, '') AS supply_ref, CAST(qty AS DOUBLE) AS qty "
                "FROM plan_pegging WHERE sales_order_no = $order AND line_no = $line",
                line,
            ).df()
    found = tree.groupby(by)["qty"].sum()
    wanted = pegging.groupby(by)["qty"].sum()
    assert found.index.equals(wanted.index)
    assert found.to_numpy() == pytest.approx(wanted.to_numpy(), abs=1e-4)


def test_an_unknown_order_in_the_address_is_named(sample_database):
    app = opened("pages/orders/order.py", order="SO-NOBODY")
    assert app.warning[0].value == text("en", "orders.unknown", order="SO-NOBODY")


def test_an_order_is_found_by_its_customer(sample_database, late_line):
    app = opened("pages/orders/order.py", q=str(late_line["customer_name"]))
    offered = app.selectbox(key="filter_order").options
    assert 0 < len(offered) <= 50
    assert all(str(late_line["customer_name"]) in label for label in offered)


@pytest.mark.parametrize("found", ["", "nobody ordered this"])
def test_the_order_in_the_address_stays_whatever_else_is_offered(sample_database, late_line, found):
    app = opened("pages/orders/order.py", order=late_line["sales_order_no"], q=found)
    assert app.selectbox(key="filter_order").value == late_line["sales_order_no"]
    said = [caption.value for caption in app.caption]
    assert (text("en", "orders.none_found", search=found) in said) == bool(found)


@pytest.mark.parametrize(("shown", "column"), [("", "part"), ("steps", "order_ref"), ("forms", "form_no")])
def test_one_table_of_an_order_is_seen_at_a_time(sample_database, late_line, shown, column):
    app = opened("pages/orders/order.py", order=late_line["sales_order_no"], show=shown)
    assert len(app.dataframe) == 1
    assert column in app.dataframe[0].value.columns


def test_a_delivered_order_shows_its_life_without_a_plan(sample_database):
    with Store.open(sample_database) as store, store.read() as cursor:
        order = cursor.execute("SELECT sales_order_no FROM sales_order WHERE status = 'closed' LIMIT 1").fetchone()[0]
    app = opened("pages/orders/order.py", order=order)
    assert not app.error
    assert text("en", "orders.milestone.shipped") in " ".join(markdown.value for markdown in app.markdown)


def test_numbers_and_dates_are_written_as_people_read_them():
    day = frame({"day": "date"}, {"day": ["2026-11-24"]})["day"].iloc[0]
    assert words.date(day, 2026) == "11-24 (周二)"
    assert words.date(day, 2027) == "2026-11-24 (周二)"
    assert words.quantity(1024.0) == "1,024"
    assert words.quantity(0.125) == "0.125"
    assert words.quantity(-0.0001) == "0"
    assert words.percent(0.924) == "92.4 %"
    assert words.money(8_100_000) == "¥810万"
    assert words.money(17.5) == "¥17.5"
    assert words.date(None) == words.quantity(float("nan")) == words.NOTHING
