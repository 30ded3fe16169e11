"""Late and at risk mean the same on every page: lines due before, on and after the as-of date, and past the horizon."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator

import pandas as pd
import pytest

from data.plans import read_input, run_summary, save_plan
from data.store import Store
from planning.model import Settings
from planning.plan import make_plan
from tests.data.filled_store import fill

FRIDAY = dt.date(2026, 11, 27)  # the first day that can be planned is Monday 11-30
TRACE = {"recorded_by": "test", "recorded_at": dt.datetime(2026, 11, 27, 18)}
EVERY = {"search": "", "customer": "", "week": "", "late_only": False}
LINE = ["sales_order_no", "line_no"]

# order -> item, days from the as-of date to its date, the state it must have
WANTED = {
    "SO-OVERDUE": ("STOCKED", -2, "late"),
    "SO-ON-THE-DAY": ("STOCKED", 0, "late"),  # that day is over
    "SO-SATURDAY": ("STOCKED", 1, "late"),  # nothing leaves before Monday
    "SO-MONDAY": ("STOCKED", 3, "at_risk"),
    "SO-TUESDAY": ("STOCKED", 4, "at_risk"),
    "SO-WEDNESDAY": ("STOCKED", 5, "on_time"),
    "SO-TOO-LONG": ("SLOW", 9, "late"),  # not delivered inside the horizon
    "SO-BEYOND": ("SLOW", 25, "unplanned"),  # neither, but not due before it ends
}


def day(number: int) -> dt.date:
    return FRIDAY + dt.timedelta(days=number)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Lines for an item in stock, and for one that takes longer to buy than the twenty days that are planned."""
    with Store.open(tmp_path_factory.mktemp("store") / "paichan.duckdb") as store:
        fill(
            store,
            customer=[{"customer_no": "C1", "name": "华兴", **TRACE}],
            item=[
                {"item_no": name, "name": name, "category": "finished", "source": "buy", "uom": "pcs"}
                | {"lead_time_days": days, **TRACE}
                for name, days in (("STOCKED", 1), ("SLOW", 60))
            ],
            calendar=[{"calendar_no": "DAY", "weekday": number, "hours": 8, **TRACE} for number in range(1, 6)],
            station=[{"station_no": "CUT", "name": "冲压", "calendar_no": "DAY", "parallel_units": 1, **TRACE}],
            stock_balance=[{"as_of_date": FRIDAY, "item_no": "STOCKED", "location": "M", "on_hand_qty": 100, **TRACE}],
            sales_order=[
                {"sales_order_no": order, "line_no": 1, "customer_no": "C1", "item_no": item_no, "qty": 5}
                | {"unit_price": 10, "order_date": day(-30), "due_date": day(number), **TRACE}
                for order, (item_no, number, _) in WANTED.items()
            ],
        )
        plan_input = read_input(store, FRIDAY, Settings(horizon_days=20, time_limit_seconds=5))
        save_plan(store, make_plan(plan_input), plan_input, "test")
        yield store


@pytest.fixture(scope="module")
def sample(planned_sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    copy = tmp_path_factory.mktemp("states") / "paichan.duckdb"
    shutil.copyfile(planned_sample, copy)
    with Store.open(copy) as store:
        yield store


@pytest.fixture(params=["by_hand", "sample"])
def store(request: pytest.FixtureRequest) -> Store:
    found: Store = request.getfixturevalue(request.param)
    return found


def ask(store: Store, name: str, **more: object) -> pd.DataFrame:
    plan = store.query("schedule/plan").iloc[0]
    known = {"run_no": plan["run_no"], "as_of": plan["as_of_date"], "first_day": plan["first_day"]}
    return store.query(name, **known, **more)


def states(rows: pd.DataFrame) -> pd.Series:
    """The state of each line, by order and line."""
    found: pd.Series = rows.drop_duplicates(LINE).set_index(LINE)["state"].sort_index()
    return found


def test_a_line_is_judged_by_its_own_date_even_where_that_is_past(by_hand):
    found = ask(by_hand, "schedule/line_states").set_index("sales_order_no")
    assert found["state"].to_dict() == {order: state for order, (_, _, state) in WANTED.items()}
    assert found["target_date"].to_dict() == {order: pd.Timestamp(day(at)) for order, (_, at, _) in WANTED.items()}
    late = found.loc[found["state"] == "late", "days_late"]
    assert late.to_dict() == {"SO-OVERDUE": 5, "SO-ON-THE-DAY": 3, "SO-SATURDAY": 2, "SO-TOO-LONG": 21 - 9}


def test_every_page_counts_the_same_lines_as_late_and_at_risk(store):
    wanted = states(ask(store, "schedule/line_states")).value_counts()
    totals = ask(store, "orders/backlog_totals", **EVERY).iloc[0]
    weeks = ask(store, "orders/backlog_weeks", **EVERY)
    plan = ask(store, "schedule/plan").iloc[0]
    run = run_summary(store, plan["run_no"])
    gantt = ask(
        store,
        "schedule/gantt_totals",
        from_date=plan["first_day"],
        to_date=plan["horizon_end"],
        stations=[],
        search="",
        frozen_until=None,
    ).iloc[0]
    assert wanted["late"] > 0
    assert {
        "orders": totals["late_lines"],
        "weeks": weeks["late"].sum(),
        "today": len(ask(store, "today/late")),
        "schedule": gantt["late_lines"],
        "plan": plan["late"],
        "command line": run["late"],
    } == dict.fromkeys(("orders", "weeks", "today", "schedule", "plan", "command line"), wanted["late"])
    assert totals["at_risk_lines"] == weeks["at_risk"].sum() == wanted["at_risk"]
    assert weeks[["on_time", "at_risk", "late", "unplanned"]].to_numpy().sum() == plan["orders"] == gantt["lines"]


def test_every_page_gives_a_line_the_same_state(store):
    wanted = states(ask(store, "schedule/line_states"))
    assert states(ask(store, "orders/backlog", **EVERY)).equals(wanted)
    kits = ask(store, "materials/kits", week="", status="", subject="sales_order")
    assert states(kits).equals(wanted[states(kits).index])
    short = states(ask(store, "materials/short_lines"))
    assert short.equals(wanted[short.index])
    for order in wanted.index.get_level_values(0).unique()[:20]:
        lines = states(ask(store, "orders/lines", order=order))
        assert lines[lines != ""].equals(wanted[[order]])
