"""The fine print of the figures, one case each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.kpi import KEYS, Figure, KpiSettings, figures, rows, stored_settings
from data.store import Store
from planning.errors import InputError
from tests.data.filled_store import fill

AS_OF = dt.date(2026, 11, 24)
DOMAIN_KEYS = {
    "on_time_delivery_lines",
    "on_time_delivery_quantity",
    "backlog_lines",
    "backlog_quantity",
    "backlog_value",
    "overdue_lines",
    "overdue_value",
    "plan_attainment",
    "plan_attainment_uncapped",
    "shortfall",
    "kit_rate",
    "load",
    "first_pass_yield",
    "supplier_on_time",
    "supplier_quality",
    "stock_cover_days",
    "excess_value",
    "slow_stock_value",
    "plan_stability",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "factory.duckdb") as opened:
        yield opened


def found(store: Store, key: str, cut: dict[str, Any] | None = None, **more: Any) -> Figure:
    return next(figure for figure in figures(store, AS_OF, **more) if figure.key == key and figure.cut == cut)


def order(**more: Any) -> dict[str, Any]:
    base = {"sales_order_no": "SO-1", "line_no": 1, "customer_no": "C1", "item_no": "A", "qty": 10}
    return base | {"order_date": dt.date(2026, 10, 1), "due_date": dt.date(2026, 11, 20)} | more


def ship(qty: float, date: dt.date, number: int = 1) -> dict[str, Any]:
    line = {"sales_order_no": "SO-1", "sales_order_line_no": 1}
    return {"shipment_no": f"SH-{number}", "line_no": 1, "qty": qty, "ship_date": date} | line


def test_every_key_of_the_contract_is_there_on_an_empty_store_with_null_where_nothing_divides(store):
    every = figures(store, AS_OF)
    assert {figure.key for figure in every} == set(KEYS)
    assert set(KEYS) >= DOMAIN_KEYS
    for figure in every:
        if figure.unit in ("ratio", "days"):
            assert figure.value is None, figure
    assert found(store, "backlog_value").value == 0


def test_what_was_shipped_before_the_recorded_shipments_counts_as_shipped_by_the_date(store):
    fill(store, sales_order=[order(qty_shipped=4)], shipment=[ship(6, dt.date(2026, 11, 20))])
    assert found(store, "on_time_delivery_lines").value == 1


def test_a_piece_shipped_a_day_late_makes_the_line_late_but_not_its_other_pieces(store):
    fill(store, sales_order=[order()], shipment=[ship(9, dt.date(2026, 11, 20)), ship(1, dt.date(2026, 11, 21), 2)])
    assert found(store, "on_time_delivery_lines").value == 0
    assert found(store, "on_time_delivery_quantity").value == pytest.approx(0.9)


def test_shipping_too_much_earns_no_more_than_the_line(store):
    fill(store, sales_order=[order()], shipment=[ship(25, dt.date(2026, 11, 1))])
    assert found(store, "on_time_delivery_quantity").value == 1


@pytest.mark.parametrize(
    ("status", "due"),
    [("confirmed", 1), ("on_hold", 1), ("closed", 1), ("draft", 0), ("reviewing", 0), ("cancelled", 0)],
)
def test_which_lines_count_as_due(store, status, due):
    fill(store, sales_order=[order(status=status)])
    assert found(store, "on_time_delivery_lines").denominator == due


@pytest.mark.parametrize(
    ("days", "age"), [(0, "not overdue"), (1, "1-7"), (7, "1-7"), (8, "8-14"), (14, "8-14"), (15, "15-30"), (31, ">30")]
)
def test_ages_at_their_edges(store, days, age):
    fill(store, sales_order=[order(due_date=AS_OF - dt.timedelta(days=days), unit_price=2)])
    assert found(store, "backlog_value", {"age": age}).value == 20
    assert found(store, "overdue_lines").value == (days > 0)


def production(**handover: Any) -> dict[str, list[dict[str, Any]]]:
    at = dt.datetime.combine(AS_OF, dt.time(16))
    return {
        "work_order": [{"work_order_no": f"W-{item}", "item_no": item, "qty": 100} for item in "AB"],
        "dispatch": [
            {
                "work_order_no": "W-A",
                "step_no": 10,
                "station_no": "SAW",
                "work_date": AS_OF,
                "planned_qty": 100,
                "planned_hours": 5,
            }
        ],
        "handover": [
            {"handover_no": "H-1", "from_step_no": 10, "to_step_no": 20, "handover_time": at, "good_qty": 100}
            | {"work_order_no": "W-A"}
            | handover
        ],
    }


def test_making_the_wrong_thing_earns_nothing_and_shows_uncapped(store):
    fill(store, **production(work_order_no="W-B"))
    assert found(store, "plan_attainment").value == 0
    assert found(store, "plan_attainment_uncapped").value == 1
    assert found(store, "shortfall").value == 100
    assert found(store, "shortfall_hours").value == pytest.approx(5)


def test_making_too_much_attains_no_more_than_the_plan(store):
    fill(store, **production(good_qty=130))
    assert found(store, "plan_attainment").value == 1
    assert found(store, "plan_attainment_uncapped").value == pytest.approx(1.3)
    assert found(store, "shortfall").value == 0


def test_output_of_the_next_day_does_not_save_the_day(store):
    fill(store, **production(handover_time=dt.datetime.combine(AS_OF, dt.time(16)) - dt.timedelta(days=1)))
    assert found(store, "plan_attainment").value == 0


def test_two_exceptions_share_a_shortfall_and_a_waiting_one_explains_nothing(store):
    report = {"report_date": AS_OF, "work_order_no": "W-A", "step_no": 10, "reason": "belt broke"}
    stated = {"planned_qty": 100, "actual_qty": 85}
    fill(
        store,
        **production(good_qty=40),
        exception_report=[
            report | stated | {"exception_no": "EX-1", "category": "machine"},
            report | stated | {"exception_no": "EX-2", "category": "material"},
            report | {"exception_no": "EX-3", "category": "quality", "reason": ""},
        ],
    )
    assert found(store, "shortfall").value == 60
    assert found(store, "shortfall", {"category": "machine"}).value == 15
    assert found(store, "shortfall", {"category": "material"}).value == 15
    assert found(store, "shortfall", {"category": "unexplained"}).value == 30


def test_a_plan_figure_has_no_value_and_no_rows_without_a_plan(store):
    for key in ("kit_rate", "kit_rate_at_start", "load", "stock_cover_days", "excess_value", "plan_stability"):
        assert found(store, key).value is None
        assert found(store, key).numerator is None
        assert rows(store, key, AS_OF).empty


def test_a_period_that_looks_ahead_moves_the_window_of_kit_rate(store):
    run = {"run_no": "P-1", "created_at": dt.datetime(2026, 11, 24, 8), "as_of_date": AS_OF, "status": "heuristic"}
    run |= {"horizon_end": dt.date(2027, 1, 31), "verified": True, "data_version": "1"}
    made = {"run_no": "P-1", "kind": "planned_make", "item_no": "A", "qty": 5, "finish_date": dt.date(2027, 1, 5)}
    fill(
        store,
        plan_run=[run],
        plan_order=[
            made | {"order_ref": "PM-1", "start_date": dt.date(2026, 11, 26)},
            made | {"order_ref": "PM-2", "start_date": dt.date(2027, 1, 4)},
        ],
        plan_kit=[
            {"run_no": "P-1", "order_ref": "PM-1", "status": "full", "can_make_qty": 5},
            {"run_no": "P-1", "order_ref": "PM-2", "status": "none", "can_make_qty": 0},
        ],
    )
    assert found(store, "kit_rate").value == 1
    ahead = {"since": dt.date(2027, 1, 1), "until": dt.date(2027, 1, 31)}
    assert found(store, "kit_rate", **ahead).value == 0


def test_a_kit_is_full_on_the_day_by_what_exists_and_is_not_overdue(store):
    """Of five lots that start on Friday, of which one has all its parts in hand, two are full on the day."""
    run = {"run_no": "P-1", "created_at": dt.datetime(2026, 11, 24, 8), "as_of_date": AS_OF, "status": "heuristic"}
    run |= {"horizon_end": dt.date(2027, 1, 31), "verified": True, "data_version": "1"}
    friday, thursday, monday = (dt.date(2026, 11, number) for number in (27, 26, 30))
    bought = {"line_no": 1, "supplier_no": "S", "item_no": "X", "qty": 5, "order_date": dt.date(2026, 11, 2)}
    made = {"run_no": "P-1", "kind": "planned_make", "item_no": "A", "qty": 5, "finish_date": dt.date(2027, 1, 5)}
    taken = {"run_no": "P-1", "item_no": "X", "demand_kind": "make", "need_date": friday, "qty": 5}
    supplies = {
        "PM-IN-HAND": ("stock", "", AS_OF),
        "PM-COMES": ("firm_buy", "PO-1/1", thursday),
        "PM-OVERDUE": ("firm_buy", "PO-2/1", thursday),  # the plan has guessed the day
        "PM-TOO-LATE": ("firm_buy", "PO-3/1", monday),  # a later step can wait for it, the kit is not full
        "PM-TO-ORDER": ("planned_buy", "PB-1", thursday),  # nobody has ordered it
    }
    fill(
        store,
        plan_run=[run],
        purchase_order=[
            bought | {"purchase_order_no": "PO-1", "due_date": AS_OF, "confirmed_date": thursday},
            bought | {"purchase_order_no": "PO-2", "due_date": thursday, "confirmed_date": AS_OF},
            bought | {"purchase_order_no": "PO-3", "due_date": monday},
        ],
        plan_order=[made | {"order_ref": ref, "start_date": friday} for ref in supplies],
        plan_allocation=[
            taken
            | {"allocation_no": number, "demand_ref": ref, "supply_kind": kind}
            | {"supply_ref": supply, "available_date": when}
            for number, (ref, (kind, supply, when)) in enumerate(supplies.items())
        ],
        plan_kit=[
            {"run_no": "P-1", "order_ref": ref, "can_make_qty": 0}
            | {"status": "full" if ref == "PM-IN-HAND" else "none"}
            for ref in supplies
        ],
    )
    assert (found(store, "kit_rate").numerator, found(store, "kit_rate").denominator) == (1, 5)
    assert found(store, "kit_rate_at_start").numerator == 2
    behind = rows(store, "kit_rate_at_start", AS_OF).set_index("order_ref")
    assert behind["kitted_at_start"].to_dict() == {
        "PM-IN-HAND": 1,
        "PM-COMES": 1,
        "PM-OVERDUE": 0,
        "PM-TOO-LATE": 0,
        "PM-TO-ORDER": 0,
    }
    assert behind["missing_at_start"].to_dict()["PM-TOO-LATE"] == "X"


def test_stock_received_yesterday_is_not_slow_though_nothing_was_issued(store):
    item = {"item_no": "A", "name": "A", "category": "raw", "source": "buy", "uom": "kg", "unit_cost": 2}
    receipt = {"item_no": "A", "arrival_no": "AR-1"}
    fill(
        store,
        item=[item],
        goods_receipt=[
            receipt | {"receipt_no": "GR-1", "qty": 30, "receipt_date": AS_OF - dt.timedelta(days=100)},
            receipt | {"receipt_no": "GR-2", "qty": 20, "receipt_date": AS_OF - dt.timedelta(days=1)},
        ],
    )
    assert found(store, "slow_stock_value").value == 60
    assert found(store, "slow_stock_value", {"days": 180}).value == 0
    layers = rows(store, "slow_stock_value", AS_OF)
    assert layers["age_days"].tolist() == [100]


def test_settings_are_read_from_the_store(store):
    with store.write("test", "settings") as writer:
        writer.execute("INSERT INTO setting VALUES ('kpi', '{\"by_due_date\": true, \"slow_days\": [30]}')")
    assert stored_settings(store) == KpiSettings(by_due_date=True, slow_days=(30,))
    assert found(store, "slow_stock_value", {"days": 30}).value == 0


def test_a_period_that_ends_before_it_begins_is_refused(store):
    with pytest.raises(InputError) as refused:
        figures(store, AS_OF, since=AS_OF, until=AS_OF - dt.timedelta(days=1))
    assert refused.value.code == "KPI-PERIOD"


@pytest.mark.parametrize(("key", "cut"), [("no_such_figure", None), ("backlog_lines", {"color": "red"})])
def test_a_figure_or_cut_that_does_not_exist_is_refused(store, key, cut):
    with pytest.raises(InputError) as refused:
        rows(store, key, AS_OF, cut=cut)
    assert refused.value.code == "KPI-UNKNOWN"


def test_settings_without_days_are_refused():
    with pytest.raises(InputError):
        KpiSettings(ahead_days=0)
    with pytest.raises(InputError):
        KpiSettings(kit_days=0)
