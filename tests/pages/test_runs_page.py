"""The page on plans as a reader sees it, on a factory planned twice."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.plans import latest_run, read_plan
from data.store import Store
from locales import text
from planning.model import Step
from planning.schedule.ladder import RUNGS
from tests.pages.planned_factory import fill, plan
from tests.pages.planned_twice import fill_twice, set_trail
from tests.pages.reader import open_page, said, table
from ui.guard import open_store

opened = partial(open_page, "runs")
BEFORE, NOW = "P-000001", "P-000002"
TRAIL = ("dispatch", "bound", "guided", "improve")  # of the plan now


@pytest.fixture
def database(tmp_path, monkeypatch) -> Path:
    """The factory with both plans, as the app opens it."""
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        assert fill_twice(store) == (BEFORE, NOW)
    monkeypatch.setenv("PAICHAN_DB", str(path))
    return path


def moved_lines(app: AppTest) -> list[str]:
    return [line.removesuffix(" ›") for line in table(app, "late_now")["line"]]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_is_how_good_the_plan_is_and_what_changed(database, language):
    app = opened(language)
    proof = text(language, "runs.proof", gap="16.7 %")
    assert app.subheader[0].value == text(language, "runs.lead", run_no=NOW, objective="24", proof=proof)
    words = said(app)
    assert BEFORE in words
    assert text(language, "runs.change.more", days="14") in words
    assert text(language, "runs.frozen", count="1", days="3") in words
    assert text(language, "runs.became", became="1", mended="0") in words
    assert text(language, "runs.came_and_went", appeared="1", left="0") in words
    assert moved_lines(app) == ["SO-2/1", "SO-1/1", "SO-4/1"]


def test_without_a_bound_it_says_that_nothing_is_proven(database):
    app = opened(run=BEFORE)
    assert text("zh", "runs.proof_none") in app.subheader[0].value
    assert text("zh", "runs.first") in said(app)
    assert text("zh", "runs.search.none") in said(app)


def test_a_plan_at_its_bound_cannot_be_better(database):
    with Store.open(database) as store:
        set_trail(store, NOW, [Step("bound", 1.0, 20.0, 20.0)], objective=20, bound=20, gap=0)
    assert text("zh", "runs.proof_best") in opened().subheader[0].value


def test_a_plan_without_late_lines_says_so(database):
    with Store.open(database) as store:
        set_trail(store, NOW, [Step("bound", 1.0, 0.0, 0.0)], objective=0, bound=0, gap=0, late=0)
    assert opened().subheader[0].value == text("zh", "runs.lead_none_late", run_no=NOW)


@pytest.mark.parametrize(
    ("way", "lines"),
    [
        ("all", ["SO-2/1", "SO-1/1", "SO-4/1"]),
        ("later", ["SO-2/1", "SO-1/1"]),
        ("became_late", ["SO-2/1"]),
        ("inside_frozen", ["SO-2/1"]),
    ],
)
def test_what_moved_is_filtered_by_the_url(database, way, lines):
    assert moved_lines(opened(moved=way)) == lines


def test_a_filter_that_leaves_nothing_offers_the_way_back(database):
    assert text("zh", "runs.moved.none") in said(opened(moved="earlier"))


def test_the_filter_goes_into_the_url(database):
    app = opened()
    app.segmented_control(key="filter_moved").set_value("later").run()
    assert app.query_params["moved"] == "later"
    assert moved_lines(app) == ["SO-2/1", "SO-1/1"]


def test_lines_that_moved_say_what_their_dates_do_not(database):
    notes = table(opened(), "late_now")["note"].tolist()
    words = {key: text("zh", f"runs.note.{key}") for key in ("appeared", "inside_frozen", "beyond", "and")}
    assert notes == [words["inside_frozen"] + words["and"] + words["beyond"], "", words["appeared"]]


def test_any_two_plans_can_be_compared_by_the_url(database):
    """Seen from the plan before, what came late in the other comes earlier, and the new order is gone."""
    app = opened(run=BEFORE, before=NOW)
    assert text("zh", "runs.change.less", days="14") in said(app)
    assert text("zh", "runs.came_and_went", appeared="0", left="1") in said(app)
    assert app.selectbox(key="filter_before").value == NOW


def test_a_plan_that_is_not_kept_is_named(database):
    app = opened(run="P-000099", before="P-000098")
    assert text("zh", "runs.unknown", run_no="P-000099") in said(app)
    assert text("zh", "runs.unknown_before", run_no="P-000098") in said(app)
    assert NOW in app.subheader[0].value


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_rung_is_told_and_a_failed_one_with_what_it_means(database, language):
    words = said(opened(language))
    facts = {"number": RUNGS.index("guided") + 1, "rung": text(language, "today.rungs.guided"), "seconds": "1.4"}
    assert text(language, "runs.rung.failed", **facts, means=text(language, "runs.fails.guided")) in words
    assert text(language, "runs.rung.bound_found", bound="20") in words
    assert text(language, "runs.rung.gained", gained="1", value="24") in words
    left_out = [text(language, f"today.rungs.{rung}") for rung in RUNGS if rung not in TRAIL]
    assert text(language, "runs.search.not_run", rungs=text(language, "runs.note.and").join(left_out)) in words


def test_a_plan_that_the_checker_refused_is_told_apart(database):
    with Store.open(database) as store:
        set_trail(store, NOW, [Step("dispatch", 0.1, 25.0), Step("pull", 2.0, 24.0, None, "refused: VERIFY-CAPACITY")])
    facts = {"number": RUNGS.index("pull") + 1, "rung": text("zh", "today.rungs.pull")}
    assert text("zh", "runs.rung.refused", **facts) in said(opened())


def test_kept_plans_are_listed_with_what_sets_them_apart(database):
    kept = table(opened(), "settings")
    assert kept["run_no"].str.startswith(NOW).tolist() == [True, False]
    assert kept["note"].tolist() == [text("zh", "runs.kept.current"), text("zh", "runs.kept.compared")]
    assert kept["settings"].tolist() == [text("zh", "runs.setting.frozen_days", value=days) for days in ("3", "0")]


def test_an_older_plan_is_restored_by_one_button_and_taken_back_by_another(database):
    app = opened(run=BEFORE)
    assert text("zh", "runs.restore_why", current=NOW, run_no=BEFORE) in said(app)
    app.button(key="restore").click().run()
    assert not app.exception
    store = open_store(str(database))
    restored = latest_run(store)
    assert restored == "P-000003"
    assert read_plan(store, restored).objective == 10
    app = opened()
    assert restored in app.subheader[0].value
    assert text("zh", "runs.restored_from", run_no=BEFORE) in said(app)
    app = opened(run=NOW)
    app.button(key="restore").click().run()
    app = opened()
    assert "P-000004" in app.subheader[0].value
    assert text("zh", "runs.restored_from", run_no=NOW) in said(app)


def test_the_plan_in_view_offers_planning_and_no_restoring(database):
    app = opened()
    keys = [button.key for button in app.button]
    assert "plan_now" in keys
    assert "restore" not in keys
    assert not app.warning


def test_a_restored_plan_of_other_facts_is_shown_as_out_of_date_and_offers_a_new_one(database):
    with Store.open(database) as store, store.write("test", "a fact") as writer:
        writer.execute("UPDATE sales_order SET qty = qty + 1")
    app = opened(run=BEFORE)
    assert text("zh", "runs.restore_stale", run_no=BEFORE) in said(app)
    app.button(key="restore").click().run()
    app = opened()
    assert app.warning[0].value == text("zh", "runs.stale")
    assert app.button(key="plan_now")


def test_the_first_plan_has_nothing_to_compare_with(tmp_path, monkeypatch):
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        fill(store)
        plan(store)
    monkeypatch.setenv("PAICHAN_DB", str(path))
    app = opened()
    assert text("zh", "runs.first") in said(app)
    assert text("zh", "runs.moved.head") not in said(app)


def test_two_plans_alike_say_that_nothing_moved(tmp_path, monkeypatch):
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        fill(store)
        plan(store)
        plan(store)
    monkeypatch.setenv("PAICHAN_DB", str(path))
    app = opened()
    assert text("zh", "runs.nothing_moved", run_no=BEFORE, as_of="11-24 (周二)") in said(app)
