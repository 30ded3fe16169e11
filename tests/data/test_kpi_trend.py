"""Figures over time, each point against the figure of its period or plain pandas, on random small factories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd
import pytest

from data.kpi import ABOUT, KEYS, TRENDS, KpiSettings, figures, met, stored_settings, trend
from data.store import QUERIES, Store
from planning.errors import InputError
from tests.data.filled_store import fill
from tests.data.random_factory import AS_OF, HORIZON_END, day, random_factory

POINTS, DAYS = 5, 7
OF_PERIOD = (
    "on_time_delivery_lines",
    "on_time_delivery_quantity",
    "plan_attainment",
    "plan_attainment_uncapped",
    "shortfall",
    "shortfall_hours",
    "shortfall_value",
    "first_pass_yield",
    "supplier_on_time",
    "supplier_quality",
    "supplier_concessions",
)
OF_TODAY = ("backlog_lines", "backlog_quantity", "backlog_value", "overdue_lines", "overdue_value", "slow_stock_value")
OF_PLAN = ("kit_rate", "kit_rate_at_start", "load", "stock_cover_days", "excess_value", "plan_stability")


@pytest.fixture(scope="module", params=range(4))
def factory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, dict[str, pd.DataFrame]]]:
    tables = random_factory(request.param)
    with Store.open(tmp_path_factory.mktemp("trend") / "factory.duckdb") as store:
        fill(store, **tables)
        yield store, {name: pd.DataFrame(records) for name, records in tables.items()}


def value(number: float | None) -> float | None:
    return None if number is None or pd.isna(number) else pytest.approx(number)


def test_each_period_has_the_figure_of_its_days(factory):
    store, _ = factory
    for back in range(POINTS):
        until = day(-DAYS * back)
        since = until - dt.timedelta(days=DAYS - 1)
        expected = {figure.key: figure for figure in figures(store, AS_OF, since, until) if not figure.cut}
        for key in OF_PERIOD:
            point = trend(store, key, AS_OF, POINTS, DAYS).iloc[POINTS - 1 - back]
            assert (point["since"].date(), point["until"].date()) == (since, until)
            assert value(point["value"]) == expected[key].value, (key, until)
            assert point["numerator"] == pytest.approx(expected[key].numerator), (key, until)


@pytest.mark.parametrize(
    ("key", "cut"),
    [
        ("on_time_delivery_lines", {"customer_no": "C1"}),
        ("plan_attainment", {"station_no": "SAW"}),
        ("shortfall_hours", {"category": "unexplained"}),
        ("supplier_on_time", {"supplier_no": "S2"}),
        ("load", {"station_no": "GLUE"}),
        ("first_pass_yield", {"rolled": True}),
        ("kit_rate", {"of": "order_line"}),
    ],
)
def test_a_trend_can_be_cut_as_the_figure_is(factory, key, cut):
    store, _ = factory
    settings = KpiSettings()
    last = trend(store, key, AS_OF, 3, 30, settings, cut).iloc[-1]
    same = [figure for figure in figures(store, AS_OF, settings=settings, keys=(key,)) if figure.cut == cut]
    assert [value(last["value"])] == [figure.value for figure in same]


@pytest.mark.parametrize("by_due_date", [False, True])
def test_a_backlog_ends_with_that_of_today(factory, by_due_date):
    store, _ = factory
    settings = KpiSettings(by_due_date=by_due_date)
    expected = {
        figure.key: figure.value for figure in figures(store, AS_OF, settings=settings, keys=OF_TODAY) if not figure.cut
    }
    for key in OF_TODAY:
        assert trend(store, key, AS_OF, 3, DAYS, settings)["value"].iloc[-1] == pytest.approx(expected[key]), key


def test_the_backlog_of_the_past_is_what_was_ordered_and_had_not_left(factory):
    store, tables = factory
    moves = tables["shipment"][tables["shipment"]["ship_date"] <= AS_OF]
    found = {key: trend(store, key, AS_OF, POINTS, DAYS)["value"] for key in OF_TODAY if key != "slow_stock_value"}
    for back in range(1, POINTS):
        date = day(-DAYS * back)
        lines = overdue = quantity = 0.0
        for _, order in tables["sales_order"].iterrows():
            mine = moves[
                (moves["sales_order_no"] == order["sales_order_no"])
                & (moves["sales_order_line_no"] == order["line_no"])
            ]
            open_now = order["status"] in ("confirmed", "in_production", "ready")
            left_later = order["status"] in ("shipped", "closed") and (mine["ship_date"] > date).any()
            owed = order["qty"] - order["qty_shipped"] - mine[mine["ship_date"] <= date]["qty"].sum()
            if not (open_now or left_later) or owed <= 0 or order["order_date"] > date:
                continue
            promised = order["due_date"] if pd.isna(order["promised_date"]) else order["promised_date"]
            lines += 1
            quantity += owed
            overdue += promised < date
        at = POINTS - 1 - back
        assert found["backlog_lines"][at] == lines
        assert found["backlog_quantity"][at] == pytest.approx(quantity)
        assert found["overdue_lines"][at] == overdue


def test_a_figure_of_plans_has_a_point_for_each_day_that_was_planned(factory):
    store, _ = factory
    for key in OF_PLAN:
        points = trend(store, key, AS_OF)
        assert points["run_no"].tolist() == ["P-1", "P-2"], key  # P-3 is a scenario
        assert [until.date() for until in points["until"]] == [day(-1), AS_OF]
        (now,) = [figure.value for figure in figures(store, AS_OF, keys=(key,)) if not figure.cut]
        assert value(points["value"].iloc[-1]) == now, key


def test_a_day_that_was_planned_twice_has_the_newer_plan(factory):
    store, _ = factory
    again = {"run_no": "P-4", "created_at": dt.datetime.combine(AS_OF, dt.time(9)), "as_of_date": AS_OF}
    again |= {"horizon_end": HORIZON_END, "status": "heuristic", "verified": True, "data_version": "1"}
    fill(store, plan_run=[again])
    try:
        assert trend(store, "load", AS_OF)["run_no"].tolist() == ["P-1", "P-4"]
        assert trend(store, "load", day(-1))["run_no"].tolist() == ["P-1"]
    finally:
        with store.write("test", "take it back") as writer:
            writer.execute("DELETE FROM plan_run WHERE run_no = 'P-4'")


def working_day(after: dt.date, count: int) -> dt.date:
    """The last of `count` working days after a day; the random factory works from Monday to Friday."""
    days = [after + dt.timedelta(days=number) for number in range(1, 60)]
    return [date for date in days if date.isoweekday() < 6][count - 1]


def test_the_plan_of_yesterday_saw_the_kits_of_its_own_next_days(factory):
    store, tables = factory
    yesterday, settings = day(-1), KpiSettings(kit_days=12)
    begun = set(tables["handover"][tables["handover"]["handover_time"].dt.date <= yesterday]["work_order_no"])
    orders = tables["plan_order"].query("run_no == 'P-1'")
    lots = orders.merge(tables["plan_kit"].query("run_no == 'P-1'"), on="order_ref")
    lots = lots[(lots["start_date"] > yesterday) & (lots["start_date"] <= working_day(yesterday, 12))]
    lots = lots[~lots["order_ref"].isin(begun)]
    points = trend(store, "kit_rate", AS_OF, settings=settings)
    assert points["denominator"].iloc[0] == len(lots)
    assert points["numerator"].iloc[0] == (lots["status"] == "full").sum()

    purchases = tables["purchase_order"]
    numbers = purchases["purchase_order_no"] + "/" + purchases["line_no"].astype(str)
    confirmed = dict(zip(numbers, purchases["confirmed_date"].fillna(purchases["due_date"]), strict=True))
    used = tables["plan_allocation"].query("run_no == 'P-1' and demand_kind == 'make'")
    full = 0
    for ref, start in zip(lots["order_ref"], lots["start_date"], strict=True):
        parts = used[used["demand_ref"] == ref]
        full += all(
            part["supply_kind"] not in ("planned_buy", "planned_make")
            and part["available_date"] <= start
            and not (part["supply_kind"] == "firm_buy" and confirmed[part["supply_ref"]] <= yesterday)
            for _, part in parts.iterrows()
        )
    assert trend(store, "kit_rate_at_start", AS_OF, settings=settings)["numerator"].iloc[0] == full


def test_the_plan_of_yesterday_saw_the_load_of_its_own_next_days(factory):
    store, tables = factory
    exception = tables["calendar_day"].iloc[0]
    available = 0.0
    for _, station in tables["station"].iterrows():
        for number in range(14):  # the fourteen days after yesterday
            date = day(number)
            calendar = 8.0 if date.isoweekday() < 6 else 0.0
            calendar = exception["hours"] if exception["work_date"] == date else calendar
            available += calendar * station["parallel_units"] * station["efficiency"]
    schedule = tables["plan_schedule"].query("run_no == 'P-1'")
    schedule = schedule[(schedule["work_date"] > day(-1)) & (schedule["work_date"] <= day(13))]
    point = trend(store, "load", AS_OF).iloc[0]
    assert (point["numerator"], point["denominator"]) == pytest.approx((schedule["hours"].sum(), available))


def test_without_a_plan_its_figures_have_no_history(tmp_path):
    with Store.open(tmp_path / "empty.duckdb") as store:
        points = trend(store, "kit_rate_at_start", AS_OF)
        assert points.empty
        assert list(points.columns) == ["since", "until", "run_no", "value", "numerator", "denominator"]
        delivery = trend(store, "on_time_delivery_lines", AS_OF, 4)
        assert len(delivery) == 4
        assert delivery["value"].isna().all()


@pytest.mark.parametrize(
    ("key", "more", "code"),
    [
        ("no_such_figure", {}, "KPI-UNKNOWN"),
        ("backlog_lines", {"cut": {"age": "1-7"}}, "KPI-UNKNOWN"),  # nothing tells how old they were
        ("backlog_lines", {"points": 0}, "KPI-SETTING-DAYS"),
        ("backlog_lines", {"days": 0}, "KPI-SETTING-DAYS"),
    ],
)
def test_a_trend_that_cannot_be_told_is_refused(factory, key, more, code):
    store, _ = factory
    with pytest.raises(InputError) as refused:
        trend(store, key, AS_OF, **more)
    assert refused.value.code == code


def test_every_figure_says_how_it_is_read():
    assert set(ABOUT) == set(KEYS)
    for key, about in ABOUT.items():
        assert not about.ways or key in about.ways
        assert set(about.ways) <= set(KEYS)
    assert {path.stem for path in (QUERIES / "kpi" / "trend").glob("*.sql")} == {*TRENDS, "runs"}


@pytest.mark.parametrize(
    ("key", "number", "target", "reached"),
    [
        ("on_time_delivery_lines", 0.95, 0.95, True),
        ("on_time_delivery_lines", 0.9496, 0.95, True),  # both are read as 95.0 %
        ("on_time_delivery_lines", 0.949, 0.95, False),
        ("overdue_lines", 0.0, 0.0, True),
        ("overdue_lines", 1.0, 0.0, False),
        ("load", 0.98, 1.0, True),
        ("load", 1.01, 1.0, False),
        ("load", None, 1.0, None),
        ("backlog_lines", 5.0, None, None),
    ],
)
def test_whether_a_target_is_reached_depends_on_the_way_the_figure_should_go(key, number, target, reached):
    assert met(key, number, target) is reached


def test_the_factory_sets_its_own_targets():
    assert KpiSettings().target("plan_attainment") == ABOUT["plan_attainment"].target
    assert KpiSettings(targets={"plan_attainment": 0.8}).target("plan_attainment") == 0.8
    assert KpiSettings(targets={"plan_attainment": None}).target("plan_attainment") is None
    with pytest.raises(InputError) as refused:
        KpiSettings(targets={"speed": 1.0})
    assert refused.value.code == "KPI-UNKNOWN"


def test_targets_are_read_from_the_store(tmp_path):
    with Store.open(tmp_path / "factory.duckdb") as store:
        with store.write("test", "settings") as writer:
            writer.execute("INSERT INTO setting VALUES ('kpi', '{\"targets\": {\"load\": 0.9}}')")
        assert stored_settings(store).target("load") == 0.9
        assert stored_settings(store).target("first_pass_yield") == ABOUT["first_pass_yield"].target
