"""Answers that are kept: the same as computed anew, computed once, and gone when the facts change."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from data.kept import KEPT, Kept
from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import QUERIES, Store, Writer, composed, question
from planning.model import Settings
from planning.plan import make_plan

AS_OF = dt.date(2026, 11, 23)
# values that questions are asked with; '' (no filter, nothing chosen) for the rest
VALUES = {
    "as_of": AS_OF,
    "run_no": "P-000001",
    "since": AS_OF - dt.timedelta(days=29),
    "until": AS_OF,
    "from_date": AS_OF - dt.timedelta(days=29),
    "to_date": AS_OF,
    "first_day": AS_OF + dt.timedelta(days=1),
    "last_day": AS_OF,
    "kit_since": AS_OF + dt.timedelta(days=1),
    "kit_until": AS_OF + dt.timedelta(days=30),
    "days": 7,
    "weeks": 8,
    "periods": 5,
    "kit_days": 3,
    "least_days": 1,
    "least_deviation": 0.01,
    "most": 20,
    "by": "station",
    "measure": "hours",
    "bucket": "week",
    "basis": "receipt",
    "by_due_date": False,
    "everything": True,
    "late_only": False,
    "blocks_only": False,
}


def names() -> list[str]:
    """Every question that is kept or made from kept ones."""
    found = [path.relative_to(QUERIES).with_suffix("").as_posix() for path in sorted(QUERIES.rglob("*.sql"))]
    return [name for name in found if composed(name)[1]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample factory with a plan."""
    with Store.open(Path(tmp_path_factory.mktemp("kept")) / "paichan.duckdb") as store:
        build_sample(store, AS_OF, "en")
        plan_input = read_input(store, AS_OF, Settings(time_limit_seconds=0.5))
        save_plan(store, make_plan(plan_input), plan_input, "test")
        yield store


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in an order of their own, for questions that give none or leave ties."""
    return rows.sort_values(list(rows.columns), key=lambda column: column.astype(str), ignore_index=True)


def asked(name: str) -> dict[str, object]:
    """The values that question `name` is asked with."""
    sql = re.sub("--.*", "", question(name))
    return {wanted: VALUES.get(wanted, "") for wanted in re.findall(r"\$([a-z_]+)", sql)}


@pytest.mark.parametrize("name", names())
def test_a_kept_answer_is_the_answer(store, name):
    parameters = asked(name)
    with store.read() as cursor:
        anew = Writer(cursor, "", "").query(name, **parameters)
    kept = store.query(name, **parameters)
    assert len(anew) or name not in KEPT
    pd.testing.assert_frame_equal(in_order(kept), in_order(anew))


@pytest.mark.parametrize("name", sorted(KEPT))
def test_columns_are_of_types_that_can_be_kept(store, name):
    """Sums of whole numbers are wider than what is kept knows; they would come back as decimals."""
    with store.read() as cursor:
        columns = cursor.execute(question(name), asked(name)).description
    assert "HUGEINT" not in {str(column[1]) for column in columns}


def test_a_write_is_seen_at_once(tmp_path):
    with Store.open(tmp_path / "paichan.duckdb") as store:
        build_sample(store, AS_OF, "en", scale=0.2)
        before = store.query("kpi/day_output", **VALUES)["planned_qty"].sum()
        with store.write("test", "more") as writer:
            writer.execute("UPDATE dispatch SET planned_qty = planned_qty * 2")
            inside = writer.query("kpi/day_output", **VALUES)["planned_qty"].sum()
        after = store.query("kpi/day_output", **VALUES)["planned_qty"].sum()
    assert before > 0
    assert inside == pytest.approx(2 * before)
    assert after == pytest.approx(2 * before)


def test_a_snapshot_stays_as_it_was(tmp_path):
    with Store.open(tmp_path / "paichan.duckdb") as store:
        build_sample(store, AS_OF, "en", scale=0.2)
        with store.snapshot() as snapshot:
            with store.write("test", "more") as writer:
                writer.execute("UPDATE dispatch SET planned_qty = planned_qty * 2")
            now = store.query("kpi/day_output", **VALUES)["planned_qty"].sum()
            then = snapshot.query("kpi/day_output", **VALUES)["planned_qty"].sum()
    assert now == pytest.approx(2 * then)


def test_who_asks_meanwhile_waits_for_the_answer():
    kept, made = Kept[list](len), []

    def make() -> list:
        made.append(threading.get_ident())
        time.sleep(0.1)
        return [1, 2]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept.get("", 1, "q", make), range(8)))
    assert len(made) == 1
    assert all(one is found[0] for one in found)


def test_an_answer_that_fails_can_be_asked_for_again():
    kept = Kept[list](len)

    def fail() -> list:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get("", 1, "q", fail)
    assert kept.get("", 1, "q", lambda: [1]) == [1]


def test_memory_is_bounded_and_the_least_used_goes_first():
    kept = Kept[bytes](len, limit_bytes=30)
    for name in "abc":
        kept.get("", 1, name, lambda: bytes(10))
    kept.get("", 1, "a", lambda: bytes(1))  # there still
    kept.get("", 1, "d", lambda: bytes(10))
    assert kept.bytes == 30
    assert len(kept.get("", 1, "a", lambda: bytes(1))) == 10
    assert len(kept.get("", 1, "b", lambda: bytes(1))) == 1


def test_what_is_larger_than_the_bound_is_kept_alone():
    kept = Kept[bytes](len, limit_bytes=30)
    kept.get("", 1, "a", lambda: bytes(10))
    assert len(kept.get("", 1, "b", lambda: bytes(50))) == 50
    assert kept.bytes == 50
    kept.get("", 1, "c", lambda: bytes(10))
    assert kept.bytes == 10


def test_old_facts_are_forgotten_but_not_those_of_another():
    kept = Kept[bytes](len)
    kept.get("one", 1, "q", lambda: bytes(10))
    kept.get("other", 1, "q", lambda: bytes(7))
    kept.get("one", 2, "q", lambda: bytes(1))
    assert kept.bytes == 8
