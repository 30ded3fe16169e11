"""What the page on plans asks, against a factory planned twice and, for the sample, plain pandas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.plans import restore_plan
from data.store import Store
from planning.model import Step
from tests.pages.planned_factory import AS_OF, day
from tests.pages.planned_twice import fill_twice, set_trail


@pytest.fixture
def twice(tmp_path: Path) -> Iterator[tuple[Store, str, str]]:
    """The store, the plan before and the plan in view."""
    with Store.open(tmp_path / "paichan.duckdb") as store:
        yield (store, *fill_twice(store))


def moved(twice: tuple[Store, str, str]) -> pd.DataFrame:
    store, before, now = twice
    return store.query("runs/lines_moved", run_no=now, before=before).set_index("sales_order_no")


def compared_with(store: Store, run_no: str) -> list[str]:
    return store.query("runs/before", run_no=run_no)["run_no"].tolist()


def test_only_lines_that_moved_are_told(twice):
    """SO-3 stands where it was, though its lot has another number."""
    lines = moved(twice)
    assert sorted(lines.index) == ["SO-1", "SO-2", "SO-4"]
    row = lines.loc["SO-1"]
    assert (row["planned_before"], row["planned_now"]) == (pd.Timestamp(day(9)), pd.Timestamp(day(12)))
    assert (row["days_moved"], row["late_before"], row["late_now"], row["cause"]) == (3, 2, 5, "material")
    assert row["target_date"] == pd.Timestamp(day(7))
    assert (row["customer_no"], row["customer_name"], row["item_no"], row["item_name"]) == (
        "C1",
        "华兴电子",
        "FG1",
        "连接器",
    )
    assert row["later"]
    assert not row["earlier"]
    assert not row["became_late"]


def test_what_is_not_delivered_inside_the_horizon_counts_as_the_day_after_it(twice):
    row = moved(twice).loc["SO-2"]
    assert pd.isna(row["planned_now"])
    assert row["counted_now"] == pd.Timestamp(day(61))
    assert row["days_moved"] == 61 - 8
    assert row["later"]
    assert row["became_late"]


def test_a_line_in_one_of_the_plans_only_moved_nowhere(twice):
    store, before, now = twice
    lines = moved(twice)
    assert lines["appeared"].to_dict() == {"SO-1": False, "SO-2": False, "SO-4": True}
    assert pd.isna(lines.loc["SO-4", "days_moved"])
    assert not lines.loc["SO-4", ["later", "earlier", "became_late", "no_longer_late", "left"]].any()
    back = store.query("runs/lines_moved", run_no=before, before=now).set_index("sales_order_no")
    assert back["left"].to_dict() == {"SO-1": False, "SO-2": False, "SO-4": True}
    assert back.loc["SO-2", "no_longer_late"]
    assert back.loc["SO-2", "earlier"]


def test_work_that_leaves_the_frozen_days_is_told_by_the_line_it_serves(twice):
    """PM-00001 for SO-2 is cut later; PM-00002 for SO-3 is done at the same hours under another number."""
    assert moved(twice)["inside_frozen"].to_dict() == {"SO-1": False, "SO-2": True, "SO-4": False}


def test_without_frozen_days_nothing_moves_inside_them(twice):
    store, before, now = twice
    back = store.query("runs/lines_moved", run_no=before, before=now)
    assert not back["inside_frozen"].any()


def test_frozen_work_that_moved_is_that_of_the_plan_stability(twice):
    store, before, now = twice
    key = ["work_order_no", "item_no", "step_no", "station_no", "work_date"]
    moves = store.query("runs/frozen_moves", run_no=now, before=before).drop_duplicates(key)
    stability = store.query("kpi/plan_stability", run_no=now, before=before).query("moved_qty > 0")
    assert len(moves) == len(stability) == 1
    assert moves[[*key, "moved_qty"]].values.tolist() == stability[[*key, "moved_qty"]].values.tolist()


def test_the_greatest_change_of_weighted_days_late_stands_first(twice):
    """SO-2 at weight 3 is 52 days late, SO-1 at weight 5 is 3 days later."""
    store, before, now = twice
    assert store.query("runs/lines_moved", run_no=now, before=before)["sales_order_no"].tolist() == [
        "SO-2",
        "SO-1",
        "SO-4",
    ]


def test_a_plan_is_compared_with_the_one_made_before_it(twice):
    store, before, now = twice
    assert compared_with(store, now) == [before]
    assert compared_with(store, before) == []


def test_a_plan_of_an_earlier_day_goes_before_one_of_the_same_day(twice):
    """Of three plans, the first made on the day before, the last is compared with the first."""
    store, first, second = twice
    third = restore_plan(store, second, "test")
    assert compared_with(store, third) == [second]
    with store.write("test", "the day before", facts=False) as writer:
        writer.execute("UPDATE plan_run SET as_of_date = ? WHERE run_no = ?", [AS_OF - dt.timedelta(days=1), first])
    assert compared_with(store, third) == [first]


def test_no_plan_is_compared_with_a_scenario(twice):
    store, first, second = twice
    with store.write("test", "what if", facts=False) as writer:
        writer.execute("UPDATE plan_run SET scenario = 'rush' WHERE run_no = ?", [first])
    assert compared_with(store, second) == []
    assert store.query("runs/kept")["run_no"].tolist() == [second]


def test_the_trail_tells_the_best_so_far_and_the_greatest_bound(twice):
    store, _, now = twice
    trail = store.query("runs/trail", run_no=now)
    assert trail["rung"].tolist() == ["dispatch", "dispatch", "bound", "bound", "guided", "improve"]
    assert trail["value"].tolist() == [40, 25, 25, 25, 25, 24]
    assert trail["bound"].fillna(0).tolist() == [0, 0, 10, 20, 20, 20]
    assert trail.loc[trail["failed"] != "", "rung"].tolist() == ["guided"]


def test_a_bound_that_was_taken_back_is_none(twice):
    store, _, now = twice
    set_trail(
        store,
        now,
        [Step("dispatch", 0.1, 25.0), Step("bound", 1.0, 25.0, 26.0), Step("bound", 1.1, 25.0, None, "wrong")],
        bound=None,
        gap=None,
    )
    assert store.query("runs/trail", run_no=now)["bound"].isna().all()


def test_each_rung_tells_what_it_took_away(twice):
    store, _, now = twice
    rungs = store.query("runs/rungs", run_no=now).set_index("rung")
    assert rungs.index.tolist() == ["dispatch", "bound", "guided", "improve"]
    assert rungs["gained"].to_dict() == {"dispatch": 15, "bound": 0, "guided": 0, "improve": 1}
    assert (rungs.loc["dispatch", "first_value"], rungs.loc["dispatch", "value"]) == (40, 25)
    assert rungs.loc["bound", "bound"] == 20
    assert rungs["failed"].to_dict() == {"dispatch": False, "bound": False, "guided": True, "improve": False}


def test_a_plan_that_the_checker_refused_is_no_failed_rung(twice):
    store, _, now = twice
    set_trail(store, now, [Step("dispatch", 0.1, 25.0), Step("pull", 2.0, 25.0, None, "refused: VERIFY-CAPACITY")])
    row = store.query("runs/rungs", run_no=now).set_index("rung").loc["pull"]
    assert row["refused"]
    assert not row["failed"]


def test_kept_plans_tell_their_figures_and_the_settings_in_which_they_differ(twice):
    store, before, now = twice
    kept = store.query("runs/kept").set_index("run_no")
    assert kept.index.tolist() == [now, before]
    assert kept.loc[now, ["objective", "bound", "late", "orders", "frozen_days"]].tolist() == [24, 20, 2, 4, 3]
    assert kept.loc[now, "gap"] == pytest.approx(4 / 24, abs=1e-6)
    assert pd.isna(kept.loc[before, "bound"])
    differ = store.query("runs/settings_differ")
    assert differ.values.tolist() == [[before, "frozen_days", "0"], [now, "frozen_days", "3"]]


def test_a_copy_names_the_plan_it_restores_and_is_as_old_as_its_facts(twice):
    store, before, _ = twice
    with store.write("test", "a fact") as writer:
        writer.execute("UPDATE sales_order SET qty = qty + 1")
    restored = restore_plan(store, before, "test")
    row = store.query("runs/kept").set_index("run_no").loc[restored]
    assert (row["restores"], bool(row["stale"])) == (before, True)


def test_moves_agree_with_plain_pandas_on_the_sample(sample_database):
    """A copy of the sample's plan, its deliveries of some orders put off or pulled in at random."""
    random = np.random.default_rng(7)
    with Store.open(sample_database) as store:
        before = store.query("runs/kept")["run_no"].iloc[0]
        now = restore_plan(store, before, "test")
        with store.read() as cursor:
            was = cursor.execute(
                "SELECT DISTINCT sales_order_no, line_no FROM plan_delivery WHERE run_no = ? ORDER BY ALL",
                [before],
            ).df()
            late = set(
                cursor.execute("SELECT sales_order_no, line_no FROM plan_lateness WHERE run_no = ?", [now]).fetchall()
            )
        was["shift"] = random.integers(-3, 4, len(was))
        was.loc[[key in late for key in zip(was["sales_order_no"], was["line_no"], strict=True)], "shift"] = 0
        with store.write("test", "moves", facts=False) as writer:
            writer.cursor.register("shifts", was)
            writer.execute(
                "UPDATE plan_delivery SET delivery_date = delivery_date + CAST(shift AS INTEGER) FROM shifts "
                "WHERE plan_delivery.run_no = ? AND plan_delivery.sales_order_no = shifts.sales_order_no "
                "AND plan_delivery.line_no = shifts.line_no",
                [now],
            )
            writer.cursor.unregister("shifts")
        lines = store.query("runs/lines_moved", run_no=now, before=before)
    expected = was[was["shift"] != 0].set_index(["sales_order_no", "line_no"])["shift"].sort_index()
    found = lines.set_index(["sales_order_no", "line_no"])["days_moved"].astype("int64").sort_index()
    assert len(expected) > 300
    pd.testing.assert_series_equal(found, expected, check_names=False)
    assert lines["later"].sum() == (expected > 0).sum()
    assert lines["earlier"].sum() == (expected < 0).sum()
