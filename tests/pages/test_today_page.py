"""The Today page: what needs someone now, each with its reason and the page where it is dealt with."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import kpi
from data.runs import job_state, latest_job
from data.store import Store
from locales import text
from ui.guard import open_store

ROOT = Path(__file__).parents[2]
TILES = ("on_time_delivery_lines", "backlog_lines", "overdue_lines", "plan_attainment", "kit_rate_at_start", "load")


def today(language: str = "en") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    app.query_params["lang"] = language
    return app.run()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_stands_on_top(sample_database, language):
    app = today(language)
    assert not app.error
    assert "P-000001" in app.markdown[0].value
    assert [metric.value for metric in app.metric if metric.value == "–"] == []
    assert len(app.metric) == len(TILES)


def test_late_lines_on_the_page_are_those_of_the_plan(sample_database):
    with Store.open(sample_database) as store, store.read() as cursor:
        late, orders = cursor.execute("SELECT late, orders FROM plan_run").fetchone()
    app = today()
    title = text("en", "today.late", count=f"{late:,}", orders=f"{orders:,}")
    assert title in [heading.value for heading in app.subheader]


@pytest.mark.parametrize("key", TILES)
def test_every_figure_opens_its_formula_and_its_rows(sample_database, key):
    app = today()
    app.session_state[f"tile_{key}"] = True
    app.run()
    assert not app.error
    assert text("en", f"figures.{key}.formula") in [markdown.value for markdown in app.markdown]


def test_what_to_do_names_the_part_or_the_station_and_leads_to_its_page(sample_database):
    with Store.open(sample_database) as store:
        with store.read() as cursor:
            run_no, as_of = cursor.execute("SELECT run_no, as_of_date FROM plan_run").fetchone()
        causes = store.query("today/act", run_no=run_no, as_of=as_of)
    named = [
        cause["station_no"] if cause["kind"] == "capacity" else cause["item_no"]
        for cause in causes.head(5).to_dict("records")
        if cause["kind"] in ("capacity", "material", "lead_time")
    ]
    said = " ".join(markdown.value for markdown in today().markdown)
    assert named
    assert all(name in said for name in named)


def test_reasons_are_gathered_without_losing_a_line(sample_database):
    with Store.open(sample_database) as store:
        with store.read() as cursor:
            run_no, as_of = cursor.execute("SELECT run_no, as_of_date FROM plan_run").fetchone()
        late = store.query("today/late", run_no=run_no, as_of=as_of)
        causes = store.query("today/act", run_no=run_no, as_of=as_of)
        figures = kpi.figures(store, as_of)
    assert causes["lines"].sum() == len(late)
    assert causes["open_value"].sum() == pytest.approx(late["open_value"].sum())
    assert next(figure for figure in figures if figure.key == "backlog_lines" and not figure.cut).value >= len(late)


def test_the_button_starts_a_plan_that_outlives_the_page(sample_database):
    app = today()
    app.button("plan_now").click().run()
    store = open_store(str(sample_database.resolve()))
    job = latest_job(store)
    assert job is not None
    deadline = time.monotonic() + 120
    while job_state(store, job.job_no).status == "running" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert job_state(store, job.job_no).status == "done"
    app.run()
    assert "P-000002" in app.markdown[0].value


def test_a_plan_that_failed_says_why_and_what_to_do(sample_database):
    error = '{"code": "JOB-LOST", "rule": "JOB-LOST", "facts": {"job_no": "J-9"}}'
    with Store.open(sample_database) as store, store.write("test", "plan", facts=False) as writer:
        writer.execute(
            "INSERT INTO job (job_no, kind, author, started_at, status, error) "
            "VALUES ('J-9', 'plan', 't', ?, 'failed', ?)",
            [dt.datetime(2100, 1, 1), error],
        )
    app = today()
    assert app.error[0].value == text("en", "errors.JOB-LOST.remedy")
    assert app.button("plan_now")
