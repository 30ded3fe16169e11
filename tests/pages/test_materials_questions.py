"""What the pages on materials ask of a plan, against a factory small enough to check by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.store import Store
from tests.pages.planned_factory import AS_OF, FIRST_DAY, day, fill, insert, plan

NO_FILTER = {"supplier_no": "", "item": "", "week": "", "blocks_only": False}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, object]]]:
    """The store with its plan, and the parameters that every question of it takes."""
    with Store.open(Path(tmp_path_factory.mktemp("store")) / "paichan.duckdb") as store:
        fill(store)
        run_no = plan(store)
        yield store, {"run_no": run_no, "as_of": AS_OF, "first_day": FIRST_DAY, "until": day(60)}


def ask(asked: tuple[Store, dict[str, object]], name: str, **more: object) -> pd.DataFrame:
    store, parameters = asked
    return store.query(name, **{**parameters, **more})


def test_a_part_is_short_where_its_supply_comes_after_the_need(asked):
    """60 RAW wanted on 11-26 come on 11-30; 50 LABEL wanted on 11-27 can come on 12-02 at the earliest."""
    rows = ask(asked, "materials/short").sort_values("item_no")
    assert rows["item_no"].tolist() == ["LABEL", "RAW"]
    assert rows["qty"].tolist() == [50, 60]
    assert rows["needed_on"].tolist() == [pd.Timestamp(day(3)), pd.Timestamp(day(2))]


def test_stock_and_safety_stock_are_never_short(asked):
    """A need dated before the as-of date that stock covers is no shortage, nor is a safety stock that fills late."""
    rows = ask(asked, "materials/short")
    assert "stock" not in set(rows["supply_kind"])
    assert "safety_stock" not in set(rows["demand_kind"])


def test_a_planned_purchase_that_waits_for_its_use_is_not_short(asked):
    """Only one that is to be ordered on the first plan day and still comes late is short."""
    store, _ = asked
    with store.write("test", "later") as writer:
        writer.execute("UPDATE plan_order SET start_date = ? WHERE order_ref = 'PB-00001'", [day(2)])
    try:
        assert ask(asked, "materials/short")["item_no"].tolist() == ["RAW"]
    finally:
        with store.write("test", "back") as writer:
            writer.execute("UPDATE plan_order SET start_date = ? WHERE order_ref = 'PB-00001'", [FIRST_DAY])


def test_the_list_says_how_much_who_acts_and_what_is_hit(asked):
    rows = ask(asked, "materials/shortages", **NO_FILTER).set_index("item_no")
    raw, label = rows.loc["RAW"], rows.loc["LABEL"]
    assert rows.index.tolist() == ["RAW", "LABEL"]  # the first needed first
    assert (raw["short_qty"], raw["on_hand"], raw["on_order"]) == (60, 120, 200)
    assert raw["next_arrival"] == pd.Timestamp(day(6))
    assert (raw["acts_on"], raw["acts_on_ref"], raw["supplier_name"]) == ("firm_buy", "PO-1/1", "明达铜材")
    assert (raw["orders_hit"], raw["value_hit"], raw["late_orders"]) == (1, 1000, 1)
    assert (label["acts_on"], label["late_orders"]) == ("planned_buy", 0)


def test_the_running_balance_dips_where_the_part_is_short(asked):
    """RAW: 120 − 50 (wanted before the first day) − 30 − 100 on the second day, + 200 on 11-30."""
    balance = list(ask(asked, "materials/shortages", **NO_FILTER).set_index("item_no").loc["RAW", "balance"])
    assert balance[:6] == [70, -60, -60, -60, -60, 140]
    assert len(balance) == 42


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ({"supplier_no": "S2"}, ["LABEL"]),
        ({"item": "铜"}, ["RAW"]),
        ({"item": "label"}, ["LABEL"]),  # whatever the case
        ({"week": "2026-11-23"}, ["RAW", "LABEL"]),
        ({"week": "2026-11-30"}, []),
        ({"blocks_only": True}, ["RAW"]),  # SO-2 is delivered in time in spite of LABEL
    ],
)
def test_shortages_can_be_filtered(asked, filters, left):
    assert ask(asked, "materials/shortages", **{**NO_FILTER, **filters})["item_no"].tolist() == left


def test_the_answer_counts_each_order_line_once(asked):
    totals = ask(asked, "materials/shortage_totals").iloc[0]
    assert (totals["items_short"], totals["items_blocking"]) == (2, 1)
    assert (totals["orders_hit"], totals["orders_late"], totals["value_hit"]) == (2, 1, 2000)


def test_the_days_of_an_item_end_where_its_supply_and_needs_leave_it(asked):
    days = ask(asked, "materials/item_days", item_no="RAW")
    assert days["balance"].iloc[-1] == 120 + 200 - 50 - 30 - 100
    assert days["need"].sum() == 180


def test_who_took_an_item_is_listed_in_the_order_it_was_handed_out(asked):
    rows = ask(asked, "materials/item_takers", item_no="RAW")
    assert rows["demand_ref"].tolist() == ["PM-00001", "PM-00002", "W-1", "W-1"]
    assert rows["serves"].tolist() == ["SO-2/1", "SO-3/1", "SO-1/1", "SO-1/1"]
    assert rows["is_short"].tolist() == [False, False, False, True]


def test_supply_says_what_is_left_of_it(asked):
    rows = ask(asked, "materials/item_supply", item_no="RAW").set_index("supply_kind")
    assert rows.loc["stock", "left_over"] == 0
    assert (rows.loc["firm_buy", "taken"], rows.loc["firm_buy", "left_over"]) == (60, 140)


def test_the_record_by_week_carries_the_balance_on(asked):
    rows = ask(asked, "materials/mrp_record", item_no="RAW", bucket="week", basis="wanted")
    assert rows["gross_requirements"].tolist()[:2] == [180, 0]
    assert rows["scheduled_receipts"].tolist()[:2] == [0, 200]
    assert rows["on_hand"].tolist()[:3] == [-60, 140, 140]


def test_by_the_days_of_use_the_plan_never_goes_below_nothing(asked):
    for item_no in ("RAW", "LABEL"):
        rows = ask(asked, "materials/mrp_record", item_no=item_no, bucket="day", basis="used")
        assert rows["on_hand"].min() >= 0


def test_planned_orders_are_received_and_released(asked):
    rows = ask(asked, "materials/mrp_record", item_no="LABEL", bucket="day", basis="wanted").set_index("bucket")
    assert rows.loc[pd.Timestamp(FIRST_DAY), "planned_releases"] == 50
    assert rows.loc[pd.Timestamp(day(8)), "planned_receipts"] == 50


def test_kits_are_counted_and_told_by_start(asked):
    every = {"week": "", "status": "", "subject": ""}
    rows = ask(asked, "materials/kits", **every)
    assert rows["order_ref"].tolist() == ["SO-2/1", "PM-00001", "SO-3/1", "PM-00002", "SO-1/1", "W-1"]
    counts = ask(asked, "materials/kit_counts", **every).iloc[0]
    assert (counts["full_kits"], counts["partial_kits"], counts["empty_kits"]) == (2, 2, 2)
    lines = ask(asked, "materials/kits", **{**every, "subject": "sales_order", "week": "2026-11-30"})
    assert lines["order_ref"].tolist() == ["SO-1/1"]


def test_expired_stock_is_not_on_hand_in_the_record(asked):
    """A lot that expired before the first plan day supplies nothing."""
    store, _ = asked
    old = {"as_of_date": AS_OF, "item_no": "LABEL", "location": "MAIN", "lot_no": "OLD", "on_hand_qty": 500}
    with store.write("test", "old lot") as writer:
        insert(writer, "stock_balance", {**old, "expiry_date": day(-1)})
    try:
        days = ask(asked, "materials/item_days", item_no="LABEL")
        assert days["stock"].sum() == 0
    finally:
        with store.write("test", "back") as writer:
            writer.execute("DELETE FROM stock_balance WHERE lot_no = 'OLD'")
