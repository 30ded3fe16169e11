"""Data at the edge of what the tables allow: a plan of it is verified or refused in words, and no question breaks."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from data.kpi import figures
from data.plans import default_as_of, notices, read_input, save_plan
from data.runs import start_plan, wait
from data.soundness import check
from data.store import QUERIES, Store, question
from data.tables import TABLES
from locales import LANGUAGES, error_text
from planning.errors import PaichanError
from planning.model import PlanInput, Settings
from planning.plan import UnsoundPlanError, make_plan
from tests.faults.conftest import content
from tests.pages import planned_factory

HUGE = "999999999999.999999"
AS_OF = planned_factory.AS_OF


def line(parent: str, component: str, **more: object) -> str:
    """SQL for one more line of a BOM."""
    values = {"parent_item_no": parent, "component_item_no": component, "line_no": 9, "qty_per": 1, **more}
    return f"INSERT INTO bom_line ({', '.join(values)}) VALUES ({', '.join(map(repr, values.values()))})"


# what is done to the small factory, and the codes with which it may be refused; with none it must be planned
EXTREMES: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "as it is": ([], []),
    "no working hour": (["UPDATE calendar SET hours = 0", "DELETE FROM calendar_day"], []),
    "no calendar": (["DELETE FROM calendar"], ["PLAN-INPUT-CALENDAR"]),
    "no capacity at all": (["UPDATE station SET efficiency = 0"], []),
    "no station": (["DELETE FROM station", "DELETE FROM routing_step"], []),
    "stations without routings": (["DELETE FROM routing_step"], []),
    "days without an end": (["UPDATE calendar SET hours = 1e11"], []),
    "days that end at midnight": (["UPDATE calendar SET hours = 24, start_time = '23:59'"], []),
    "overtime without an end": (["UPDATE station SET overtime_hours = 1e11"], []),
    "ten thousand units": (["UPDATE station SET parallel_units = 10000"], []),
    "a circle in the BOM": ([line("RAW", "FG1")], ["BOM-CYCLE"]),
    "an item made of itself": ([line("RAW", "RAW")], ["BOM-CYCLE"]),
    "an item that is its own alternative": (
        ["UPDATE bom_line SET alt_group = 'a' WHERE component_item_no = 'RAW'", line("FG1", "RAW", alt_group="a")],
        [],
    ),
    "a parent as its own alternative": (
        ["UPDATE bom_line SET alt_group = 'a' WHERE component_item_no = 'RAW'", line("FG1", "FG1", alt_group="a")],
        ["BOM-CYCLE"],
    ),
    "no BOM": (["DELETE FROM bom_line"], []),
    "a BOM line of no step": (["UPDATE bom_line SET step_no = 99"], []),
    "a BOM that is not yet valid": (["UPDATE bom_line SET effective_from = '9999-12-31'"], []),
    "a BOM that was valid once": (["UPDATE bom_line SET effective_to = '1900-01-01'"], []),
    "orders as large as can be": ([f"UPDATE sales_order SET qty = {HUGE}"], ["PLAN-LARGE"]),
    "everything as large as can be": (
        [
            f"UPDATE {table} SET {column} = {HUGE}"
            for table, column in (
                ("sales_order", "qty"),
                ("stock_balance", "on_hand_qty"),
                ("purchase_order", "qty"),
                ("work_order", "qty"),
            )
        ],
        ["PLAN-LARGE"],
    ),
    "orders as small as can be": (["UPDATE sales_order SET qty = 0.000001"], ["PLAN-UNSOUND"]),
    "a BOM that multiplies": ([f"UPDATE bom_line SET qty_per = {HUGE}"], ["PLAN-LARGE"]),
    "a BOM that divides": (["UPDATE bom_line SET qty_per = 0.000001"], []),
    "scrap of everything": (["UPDATE bom_line SET scrap_rate = 1"], []),
    "a yield of nothing": (["UPDATE routing_step SET yield_rate = 0"], ["PLAN-YIELD"]),
    "a yield of hardly anything": (["UPDATE routing_step SET yield_rate = 0.000001"], ["PLAN-LARGE"]),
    "work that never ends": (["UPDATE routing_step SET units_per_hour = 0.000001"], []),
    "work that takes no time": ([f"UPDATE routing_step SET units_per_hour = {HUGE}"], []),
    "setup without an end": (["UPDATE routing_step SET setup_hours = 1e9"], []),
    "a wait without an end": (["UPDATE routing_step SET wait_hours = 1e9"], []),
    "transfer crumb by crumb": (["UPDATE routing_step SET transfer_qty = 0.000001"], []),
    "a changeover without an end": (
        [
            "INSERT INTO changeover (station_no, from_family, to_family, hours) VALUES ('CUT', 'a', 'b', 1e9)",
            "UPDATE item SET setup_family = CASE item_no WHEN 'FG1' THEN 'a' ELSE 'b' END",
        ],
        [],
    ),
    "a smallest order as large as can be": ([f"UPDATE item SET min_order_qty = {HUGE}"], ["PLAN-LARGE"]),
    "packs as large as can be": ([f"UPDATE item SET order_multiple = {HUGE}"], ["PLAN-LARGE", "PLAN-UNSOUND"]),
    "packs as small as can be": (["UPDATE item SET order_multiple = 0.000001"], []),
    "fixed lots of no size": (["UPDATE item SET lot_policy = 'fixed', lot_qty = 0"], []),
    "a period of no days": (["UPDATE item SET lot_policy = 'period', lot_period_days = 0"], []),
    "a period without an end": (["UPDATE item SET lot_policy = 'period', lot_period_days = 1000000000"], []),
    "a lead time of four years": (["UPDATE item SET lead_time_days = 999"], ["PLAN-UNSOUND"]),
    "a lead time without an end": (["UPDATE item SET lead_time_days = 999999999999"], ["PLAN-UNSOUND"]),
    "safety stock as large as can be": ([f"UPDATE item SET safety_stock = {HUGE}"], ["PLAN-LARGE"]),
    "orders for the year 9999": (["UPDATE sales_order SET due_date = '9999-12-31'"], []),
    "orders of the year 1900": (["UPDATE sales_order SET due_date = '1900-01-01', order_date = '1900-01-01'"], []),
    "promises for the year 9999": (["UPDATE sales_order SET promised_date = '9999-12-31'"], []),
    "purchases of the year 9999": (["UPDATE purchase_order SET due_date = '9999-12-31'"], []),
    "purchases of the year 1900": (["UPDATE purchase_order SET due_date = '1900-01-01'"], []),
    "work orders of the year 9999": (
        ["UPDATE work_order SET planned_start = '9999-12-31', planned_finish = '9999-12-31', due_date = '9999-12-31'"],
        [],
    ),
    "work orders of the year 1900": (
        ["UPDATE work_order SET planned_start = '1900-01-01', planned_finish = '1900-01-01', due_date = '1900-01-01'"],
        [],
    ),
    "stock that expired in 1900": (["UPDATE stock_balance SET expiry_date = '1900-01-01'"], []),
    "stock that keeps until 9999": (["UPDATE stock_balance SET expiry_date = '9999-12-31'"], []),
    "stock of the year 9999": (["UPDATE stock_balance SET as_of_date = '9999-12-31'"], ["PLAN-AS-OF"]),
    "stock of the year 1900": (["UPDATE stock_balance SET as_of_date = '1900-01-01'"], ["PLAN-AS-OF"]),
    "a holiday in the year 9999": (["UPDATE calendar_day SET work_date = '9999-12-31'"], []),
    "no order": (["DELETE FROM work_order", "DELETE FROM sales_order"], []),
    "work orders for nobody": (
        ["UPDATE work_order SET sales_order_no = NULL, sales_order_line_no = NULL", "DELETE FROM sales_order"],
        [],
    ),
    "every order closed": (["UPDATE sales_order SET status = 'closed'"], []),
    "more shipped than ordered": (["UPDATE sales_order SET qty_shipped = 1e9"], []),
    "more received than ordered": (["UPDATE purchase_order SET qty_received = 1e9"], []),
    "nothing but masters": (
        [f"DELETE FROM {table}" for table in ("work_order", "sales_order", "stock_balance", "purchase_order")],
        ["PLAN-NO-DATA"],
    ),
    "everything overdue": (
        [
            "UPDATE sales_order SET due_date = '2026-10-01', order_date = '2026-09-01'",
            "UPDATE purchase_order SET due_date = '2026-10-01', order_date = '2026-09-01'",
            "UPDATE work_order SET due_date = '2026-10-01', planned_finish = '2026-10-01'",
        ],
        [],
    ),
    "numbers of odd characters": (
        [
            f"UPDATE {table} SET {column} = 'A''\"<b>' || chr(10) || '😀' WHERE {column} = 'LABEL'"
            for table, column in (("item", "item_no"), ("bom_line", "component_item_no"))
        ],
        [],
    ),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "factory.duckdb"
    with Store.open(path) as store:
        planned_factory.fill(store)
    return path


@pytest.fixture
def small(sound: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of a factory of two stations and two products."""
    with Store.open(Path(shutil.copyfile(sound, tmp_path / "factory.duckdb"))) as store:
        yield store


def changed(store: Store, statements: Sequence[str]) -> None:
    with store.write("test", "extreme") as writer:
        for statement in statements:
            writer.execute(statement)


def planned_or_refused(store: Store, as_of: dt.date | None) -> PaichanError | None:
    """Plan the store as the program does; returns the error in which that ended."""
    try:
        as_of = as_of or default_as_of(store)
        notices(store, as_of)
        plan_input = read_input(store, as_of, Settings(time_limit_seconds=0.3, horizon_days=60))
        save_plan(store, make_plan(plan_input), plan_input, "test")
    except PaichanError as error:
        return error
    return None


@pytest.mark.parametrize("name", EXTREMES)
def test_an_extreme_factory_is_planned_or_refused_in_words(name: str, small: Store):
    statements, codes = EXTREMES[name]
    changed(small, statements)
    before = content(small)
    refusal = planned_or_refused(small, None if {"PLAN-AS-OF", "PLAN-NO-DATA"} & set(codes) else AS_OF)
    if refusal:
        assert refusal.code in codes, refusal
        assert content(small) == before
        for language in LANGUAGES:
            message, remedy = error_text(language, refusal.rule, refusal.facts)
            assert message != error_text(language, "no such rule", {})[0]
            assert remedy
    else:
        assert not codes or "PLAN-UNSOUND" in codes, f"expected one of {codes}"
        assert check(small) == []
        assert figures(small, AS_OF, AS_OF - dt.timedelta(days=29), AS_OF)


def test_more_lots_than_the_memory_holds_end_the_plan_and_nothing_else(small: Store):
    changed(small, ["UPDATE item SET lot_policy = 'fixed', lot_qty = 0.000001"])
    before = content(small)
    settings = Settings(time_limit_seconds=1, memory_limit_mb=800)
    job = wait(small, start_plan(small, "test", AS_OF, settings))
    assert job.error
    assert job.error["code"] == "JOB-MEMORY"
    assert content(small) == before


@pytest.mark.parametrize("qty", [1e-9, 1e12])
def test_a_quantity_that_no_table_holds_but_an_input_may(qty: float):
    line = {"sales_order_no": "S", "line_no": 1, "customer_no": "C", "item_no": "A", "priority": 3, "weight": 3.0}
    plan_input = PlanInput.of(
        AS_OF,
        Settings(time_limit_seconds=0.3, horizon_days=30),
        item=[{"item_no": "A", "source": "make"}, {"item_no": "B", "source": "buy"}],
        bom_line=[{"parent_item_no": "A", "component_item_no": "B", "qty_per": 2.0}],
        demand=[{**line, "qty": qty, "due_date": AS_OF, "target_date": AS_OF}],
    )
    with contextlib.suppress(UnsoundPlanError):
        assert make_plan(plan_input).verified


# questions

# money and quantities of a large factory: DuckDB gives a product of two decimals no more places than one of them has
LARGE = 100_000


@pytest.fixture(scope="module")
def large(planned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, object]]]:
    """The planned sample with quantities, prices and rates that are much larger, and what questions may ask of it."""
    path = Path(shutil.copyfile(planned, tmp_path_factory.mktemp("large") / "factory.duckdb"))
    with Store.open(path) as store:
        with store.write("test", "much larger") as writer:
            for table in TABLES.values():
                for column in table.columns:
                    if column.type == "decimal" and not column.maximum and table.name != "plan_run":
                        writer.execute(
                            f"UPDATE {table.name} SET {column.name} = least({column.name}::DOUBLE * {LARGE}, 1e12 - 1)"
                        )
            run_no, as_of = writer.execute("SELECT run_no, as_of_date FROM plan_run").fetchone()
            lot, station, item = writer.execute("SELECT order_ref, station_no, item_no FROM plan_schedule").fetchone()
            order, number = writer.execute("SELECT sales_order_no, line_no FROM sales_order").fetchone()
        month = dt.timedelta(days=29)
        known = {"run_no": run_no, "order_ref": lot, "station_no": station, "item_no": item, "sales_order_no": order}
        days = dict.fromkeys(("as_of", "until", "ahead_since", "frozen_until", "last_day", "first_day"), as_of)
        days |= {"since": as_of - month, "ahead_until": as_of + month}
        yield store, {**known, **days, "line_no": number, "limit": 100, "days": 30, "kit_days": 3, "week": ""}


@pytest.mark.parametrize("path", sorted(QUERIES.rglob("*.sql")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_question_is_answered_for_large_numbers(path: Path, large: tuple[Store, dict[str, object]]):
    store, known = large
    name = str(path.relative_to(QUERIES).with_suffix(""))
    asked = set(re.findall(r"\$([a-z_]+)", question(name)))
    store.query(name, **{parameter: known.get(parameter) for parameter in asked})


def test_every_figure_is_worked_out_for_large_numbers(large: tuple[Store, dict[str, object]]):
    store, known = large
    as_of = known["as_of"]
    assert isinstance(as_of, dt.date)
    found = figures(store, as_of, as_of - dt.timedelta(days=29), as_of)
    assert max(abs(figure.numerator or 0) for figure in found) > 1e12
