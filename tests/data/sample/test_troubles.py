"""Each planted trouble is in the data, and the document names its numbers."""

from pathlib import Path

import pandas as pd
import pytest

from data.sample import make_tables
from data.sample.troubles import TROUBLES, find_troubles

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "sample-factory.md"


@pytest.fixture(scope="module")
def found(tables):
    return find_troubles(tables)


def rows(tables, name, column, values):
    return tables[name][tables[name][column].isin(values)]


def test_brass_sheet_is_used_up_and_its_supplier_late(tables, found, as_of):
    slip = found["slipping_supplier"]
    assert len(slip["purchase_order"]) >= 1
    assert len(slip["sales_order"]) >= 10
    stock = tables["stock_balance"].query("item_no == 'RM-104'")
    assert stock[stock["as_of_date"] == pd.Timestamp(as_of)]["on_hand_qty"].sum() == 0
    orders = rows(tables, "purchase_order", "item_no", slip["item"]).query("status == 'open'")
    overdue = orders[orders["due_date"] <= pd.Timestamp(as_of)]
    assert (overdue["confirmed_date"] > pd.Timestamp(as_of) + pd.Timedelta(days=10)).all()


def test_the_rush_order_came_today_before_all_others(tables, found, as_of):
    order_no, _ = found["rush_order"]["sales_order"][0].split("/")
    line = rows(tables, "sales_order", "sales_order_no", [order_no]).iloc[0]
    assert line["priority"] == 1
    assert line["order_date"] == pd.Timestamp(as_of)
    assert line["due_date"] <= pd.Timestamp(as_of) + pd.Timedelta(days=10)
    assert line["qty"] >= 4 * tables["sales_order"]["qty"].median()
    assert len(found["rush_order"]["others"]) >= 2


def test_the_conceded_lot_went_from_rejection_to_receipt_to_work_orders(tables, found):
    chain = found["conceded_lot"]
    arrival = rows(tables, "material_arrival", "arrival_no", chain["arrival"]).iloc[0]
    concession = rows(tables, "concession", "concession_no", chain["concession"]).iloc[0]
    receipt = rows(tables, "goods_receipt", "receipt_no", chain["receipt"]).iloc[0]
    assert arrival["inspection"] == "rejected"
    assert concession["approved_by"] != ""
    assert receipt["qty"] == concession["qty"] < arrival["qty"]
    assert arrival["arrival_date"] <= concession["requested_date"] <= receipt["receipt_date"]
    assert chain["work_order"]


def test_the_supplement_was_approved_and_issued(tables, found):
    request = rows(tables, "supplement_request", "supplement_no", found["over_consumption"]["supplement"]).iloc[0]
    issue = rows(tables, "goods_issue", "issue_no", found["over_consumption"]["issue"])
    assert request["reason"] == "over_consumption"
    assert request["approved_by"].startswith("PMC")
    assert issue["qty"].sum() == request["qty"]


def test_painting_made_about_half_of_its_plan_on_two_days(tables, found):
    missed = found["missed_plan"]
    assert len(missed["day"]) == 2
    plan = tables["dispatch"].query("station_no == 'PNT'")
    for day in missed["day"]:
        reports = rows(tables, "exception_report", "exception_no", missed["exception"])
        reports = reports[reports["report_date"] == pd.Timestamp(day)]
        assert set(reports["category"]) == {"machine"}
        planned = plan[plan["work_date"] == pd.Timestamp(day)]["planned_qty"].sum()
        assert reports["planned_qty"].sum() == planned
        assert reports["actual_qty"].sum() < 0.6 * planned


def test_an_expired_lot_stands_among_the_available_stock(tables, found, as_of):
    lot = tables["stock_balance"][tables["stock_balance"]["as_of_date"] == pd.Timestamp(as_of)]
    lot = lot[lot["lot_no"].isin(found["expired_lot"]["lot"])].iloc[0]
    assert lot["quality_status"] == "available"
    assert lot["expiry_date"] < pd.Timestamp(as_of)


def test_an_order_due_today_waits_for_a_box_under_inspection(tables, found, as_of):
    waiting = found["pending_inspection"]
    order_no, _ = waiting["sales_order"][0].split("/")
    line = rows(tables, "sales_order", "sales_order_no", [order_no]).iloc[0]
    assert line["promised_date"] == pd.Timestamp(as_of)
    box = waiting["item"][0]
    arrival = rows(tables, "material_arrival", "arrival_no", waiting["arrival"]).iloc[0]
    assert arrival["item_no"] == box
    assert arrival["arrival_date"] == pd.Timestamp(as_of)
    stock = tables["stock_balance"].query("item_no == @box and quality_status == 'available'")
    assert stock[stock["as_of_date"] == pd.Timestamp(as_of)]["on_hand_qty"].sum() == 0
    need = rows(tables, "picking_list", "work_order_no", waiting["work_order"]).query("item_no == @box")
    assert need["status"].tolist() == ["open"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_troubles_do_not_depend_on_the_seed(as_of, seed):
    for key, numbers in find_troubles(make_tables(as_of, seed=seed)).items():
        if key == "conceded_lot":
            numbers.pop("work_order")  # the lot may still wait behind older ones
        assert all(numbers.values()), (key, numbers)


def test_the_document_names_every_trouble_with_its_numbers(found):
    text = DOCUMENT.read_text(encoding="utf-8")
    for trouble in TROUBLES:
        assert trouble.name[0] in text, trouble.key
        for kind, numbers in found[trouble.key].items():
            for number in numbers[:3]:
                assert number in text, (trouble.key, kind, number)
