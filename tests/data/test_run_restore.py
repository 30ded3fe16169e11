"""A kept plan is made the plan in view again, row for row, and nothing else is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.plans import KEPT_RUNS, latest_run, read_plan, restore_plan
from data.soundness import plan_is_current
from data.store import Store
from data.tables import TABLES
from planning.errors import InputError
from tests.pages.planned_factory import fill, plan

PLAN_TABLES = [name for name, table in TABLES.items() if table.kind == "plan"]
OWN = ("run_no", "created_at", "settings")  # what a copy has of its own


@pytest.fixture
def factory(tmp_path: Path) -> Iterator[tuple[Store, str, str]]:
    """The factory with two plans that differ: in the newer one SO-1 is delivered a week later."""
    with Store.open(tmp_path / "paichan.duckdb") as store:
        fill(store)
        older = plan(store)
        newer = plan(store, frozen_days=3)
        with store.write("test", "later", facts=False) as writer:
            writer.execute(
                "UPDATE plan_delivery SET delivery_date = delivery_date + 7 "
                "WHERE run_no = ? AND sales_order_no = 'SO-1'",
                [newer],
            )
        yield store, older, newer


def rows(store: Store, run_no: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a plan by table, without what a copy has of its own."""
    found = {}
    with store.read() as cursor:
        for name in PLAN_TABLES:
            columns = ", ".join(column for column in TABLES[name].names if column not in OWN)
            found[name] = cursor.execute(
                f"SELECT {columns} FROM {name} WHERE run_no = ? ORDER BY ALL", [run_no]
            ).fetchall()
    return found


def kept(store: Store) -> list[str]:
    with store.read() as cursor:
        return [row[0] for row in cursor.execute("SELECT run_no FROM plan_run ORDER BY run_no").fetchall()]


def test_a_restored_plan_is_row_for_row_the_one_it_restores(factory):
    store, older, newer = factory
    restored = restore_plan(store, older, "planner")
    assert latest_run(store) == restored
    assert kept(store) == [older, newer, restored]
    assert rows(store, restored) == rows(store, older) != rows(store, newer)
    assert all(rows(store, restored)[name] for name in ("plan_run", "plan_schedule", "plan_allocation", "plan_kit"))
    assert read_plan(store, restored).verified


def test_it_says_which_plan_it_restores_and_keeps_the_settings(factory):
    store, _, newer = factory
    restored = restore_plan(store, newer, "planner")
    with store.read() as cursor:
        found = cursor.execute(
            "SELECT settings FROM plan_run WHERE run_no IN (?, ?) ORDER BY run_no", [newer, restored]
        )
        before, after = (json.loads(row[0]) for row in found.fetchall())
    assert after == {**before, "restores": newer}
    assert before["frozen_days"] == 3


def test_restoring_is_on_record(factory):
    store, older, _ = factory
    restored = restore_plan(store, older, "planner")
    with store.read() as cursor:
        row = cursor.execute(
            "SELECT author, action, table_name, subject, detail FROM audit ORDER BY done_at"
        ).fetchall()[-1]
    assert row[:4] == ("planner", "restore", "plan_run", restored)
    assert json.loads(row[4]) == {"restores": older}


def test_restoring_the_other_one_takes_it_back(factory):
    store, older, newer = factory
    restore_plan(store, older, "planner")
    back = restore_plan(store, newer, "planner")
    assert latest_run(store) == back
    assert rows(store, back) == rows(store, newer)


def test_a_plan_of_facts_that_have_changed_since_is_restored_as_out_of_date(factory):
    store, older, _ = factory
    assert plan_is_current(store, restore_plan(store, older, "planner"))
    with store.write("test", "a fact") as writer:
        writer.execute("UPDATE sales_order SET qty = qty + 1")
    assert not plan_is_current(store, restore_plan(store, older, "planner"))


def test_no_other_plan_is_lost_when_as_many_are_kept_as_may_be(factory):
    """The one that is restored gives way to its copy."""
    store, _, newer = factory
    while len(kept(store)) < KEPT_RUNS:
        plan(store)
    before, wanted = kept(store), rows(store, newer)
    restored = restore_plan(store, newer, "planner")
    assert kept(store) == [*(run_no for run_no in before if run_no != newer), restored]
    assert rows(store, restored) == wanted
    assert not any(rows(store, newer).values())


def test_an_unknown_plan_is_refused_and_changes_nothing(factory):
    store, *_ = factory
    before, version = kept(store), store.data_version()
    with pytest.raises(InputError) as error:
        restore_plan(store, "P-999999", "planner")
    assert error.value.code == "PLAN-RUN-UNKNOWN"
    assert (kept(store), store.data_version()) == (before, version)


def test_a_copy_that_fails_half_way_leaves_nothing_behind(factory):
    store, older, newer = factory
    with store.write("test", "a table in the way", facts=False) as writer:
        writer.execute("DROP TABLE plan_message")
    with pytest.raises(Exception, match="plan_message"):
        restore_plan(store, older, "planner")
    assert kept(store) == [older, newer]
    assert latest_run(store) == newer
