"""The Today page: what needs someone now, each with its reason and the page where it is dealt with."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data import kpi
from data.plans import read_input, save_plan
from data.runs import job_state, latest_job
from data.store import Store
from locales import text
from planning.model import RESULT_COLUMNS, PlanResult, Settings, frame
from tests.pages.planned_factory import AS_OF as FACTORY_DAY
from tests.pages.planned_factory import day, fill, insert, result
from ui.guard import open_store

ROOT = Path(__file__).parents[2]
AS_OF = dt.date(2026, 11, 23)  # of the sample
TILES = ("on_time_delivery_lines", "backlog_lines", "overdue_lines", "plan_attainment", "kit_rate_at_start", "load")


def today(language: str = "en", **filters: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=90)
    for name, value in {"lang": language, **filters}.items():
        app.query_params[name] = value
    return app.run()


def links(app: AppTest) -> list[str]:
    """The words of every link to a page."""
    return [link.proto.label for link in app.get("page_link")]


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.subheader]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_stands_on_top(sample_database, language):
    app = today(language)
    assert not app.error
    assert text(language, "today.plans", run_no="P-000001") in links(app)
    assert [metric.value for metric in app.metric if metric.value == "–"] == []
    assert len(app.metric) == len(TILES)


def test_late_lines_on_the_page_are_those_of_the_plan(sample_database):
    with Store.open(sample_database) as store, store.read() as cursor:
        late, orders = cursor.execute("SELECT late, orders FROM plan_run").fetchone()
    assert any(f"{late} of {orders} open lines will be late" in label for label in links(today()))


def test_the_plan_leads_to_all_plans(sample_database):
    assert "Plan P-000001" in links(today())


@pytest.mark.parametrize("key", TILES)
def test_every_figure_opens_its_formula_and_its_rows(sample_database, key):
    app = today()
    app.session_state[f"tile_{key}"] = True
    app.run()
    assert not app.error
    assert text("en", f"figures.{key}.formula") in [markdown.value for markdown in app.markdown]


@pytest.mark.parametrize("key", TILES)
def test_every_tile_says_whether_its_target_is_reached(sample_database, key):
    """By sign and word; the backlog has none, since no level of it is right for every factory."""
    app = today()
    tile = TILES.index(key)
    feet = [block.proto.body for block in app.get("html") if "<style>" not in block.proto.body]
    foot = feet[tile]
    target = kpi.ABOUT[key].target
    assert ("✓" in foot or "✗" in foot) == (target is not None)
    assert ("met" in foot or "missed" in foot) == (target is not None)


def test_another_definition_of_a_figure_is_explained_in_a_sentence(sample_database):
    with Store.open(sample_database) as store:
        values = {
            (figure.key, by_due_date): f"{round(figure.value * 100, 1):g} %"
            for by_due_date in (False, True)
            for figure in kpi.figures(
                store, AS_OF, settings=kpi.KpiSettings(by_due_date=by_due_date), keys=kpi.DELIVERY
            )
            if not figure.cut
        }
    app = today()
    app.session_state["tile_on_time_delivery_lines"] = True
    app.run()
    said = " ".join(markdown.value for markdown in app.markdown)
    lines, quantity = kpi.DELIVERY
    assert f"By line **{values[lines, False]}**, by quantity **{values[quantity, False]}**" in said
    assert f"By the promised date **{values[lines, False]}**" in said
    assert f"asked for **{values[lines, True]}**" in said

    app.session_state["tile_on_time_delivery_lines"] = True
    app.segmented_control(key="way_on_time_delivery_lines").set_value(quantity)
    app.segmented_control(key="date_on_time_delivery_lines").set_value("wished").run()
    assert not app.error
    said = " ".join(markdown.value for markdown in app.markdown)
    assert text("en", f"figures.{quantity}.formula") in said
    assert f"= **{values[quantity, True]}**" in said


def test_the_manager_sees_trends_and_risks_and_the_planner_what_to_do(sample_database):
    app = today()
    assert text("en", "today.act") in headings(app)
    assert text("en", "today.manager.risks") not in headings(app)
    app.query_params["view"] = "manager"
    app.run()
    assert not app.error
    assert text("en", "today.manager.trends") in headings(app)
    assert text("en", "today.manager.risks") in headings(app)
    assert text("en", "today.act") not in headings(app)


def test_risks_name_the_part_or_the_station(sample_database):
    with Store.open(sample_database) as store:
        with store.read() as cursor:
            run_no, as_of = cursor.execute("SELECT run_no, as_of_date FROM plan_run").fetchone()
        causes = store.query("today/act", run_no=run_no, as_of=as_of)
    named = [
        cause["station_no"] if cause["kind"] == "capacity" else cause["item_no"]
        for cause in causes.head(5).to_dict("records")
        if cause["kind"] in ("capacity", "material", "lead_time")
    ]
    said = " ".join(links(today(view="manager")))
    assert named
    assert all(name in said for name in named)


def test_a_first_plan_has_nothing_to_be_compared_with(sample_database):
    assert text("en", "today.changes.first_plan") in [markdown.value for markdown in today().markdown]


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
    assert "Plan P-000002" in links(app)


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


# the small factory, with everything that somebody has to do


def reason(**facts: object) -> str:
    return json.dumps(facts, default=str)


LATE = {
    "SO-1": (
        7,
        9,
        reason(kind="material", item_no="RAW", supply_ref="PO-1/1", available=day(6), overdue=False, days=2),
    ),
    "SO-2": (9, 12, reason(kind="capacity", station_no="PLATE", hours=5, orders=[], **{"from": day(5), "to": day(8)})),
    "SO-3": (21, 24, reason(kind="past_due", first_plan_day=day(1), days=3)),
}


def with_late(late: Mapping[str, tuple[int, int, str]]) -> PlanResult:
    """The plan of the small factory in which `late` lines (target, planned, detail) are late."""
    plan = result()
    lateness = pd.DataFrame(
        [
            {
                "sales_order_no": number,
                "line_no": 1,
                "target_date": day(target),
                "planned_date": day(planned),
                "days_late": planned - target,
                "cause": {"past_due": "lead_time"}.get(json.loads(detail)["kind"], json.loads(detail)["kind"]),
                "detail": detail,
                "remedy": "",
            }
            for number, (target, planned, detail) in late.items()
        ]
    )
    deliveries = plan.plan_delivery.copy()
    for number, (_, planned, _) in late.items():
        deliveries.loc[deliveries["sales_order_no"] == number, "delivery_date"] = pd.Timestamp(day(planned))
    columns = RESULT_COLUMNS["plan_lateness"]
    return dataclasses.replace(plan, late=len(late), plan_lateness=frame(columns, lateness), plan_delivery=deliveries)


def keep(store: Store, plan: PlanResult) -> str:
    return save_plan(store, plan, read_input(store, FACTORY_DAY, Settings(horizon_days=60)), "test")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """The path of a database in which every role has something to do, under a plan that follows another one."""
    path = tmp_path / "desk.duckdb"
    with Store.open(path) as store:
        fill(store)
        keep(store, with_late({"SO-1": LATE["SO-1"], "SO-3": LATE["SO-3"]}))
        with store.write("test", "what happened") as writer:
            for table, row in EVENTS:
                insert(writer, table, row)
        keep(store, with_late({number: LATE[number] for number in ("SO-1", "SO-2", "SO-3")}))
    monkeypatch.setenv("PAICHAN_DB", str(path))
    return path


LINE = {"purchase_order_no": "PO-9", "line_no": 1}
EVENTS = [
    (
        "purchase_order",
        LINE | {"supplier_no": "S2", "item_no": "LABEL", "qty": 40, "order_date": day(-20), "due_date": day(-3)},
    ),
    (
        "purchase_order",
        LINE
        | {
            "purchase_order_no": "PO-8",
            "supplier_no": "S1",
            "item_no": "RAW",
            "qty": 40,
            "order_date": day(-20),
            "due_date": day(0),
        },
    ),
    (
        "material_arrival",
        LINE
        | {
            "purchase_order_no": "PO-8",
            "arrival_no": "AR-1",
            "item_no": "RAW",
            "qty": 10,
            "arrival_date": day(-1),
            "inspection": "pending",
        },
    ),
    (
        "material_arrival",
        LINE
        | {
            "purchase_order_no": "PO-8",
            "arrival_no": "AR-2",
            "item_no": "RAW",
            "qty": 5,
            "arrival_date": day(-2),
            "inspection": "accepted",
        },
    ),
    (
        "dispatch",
        {
            "work_order_no": "W-1",
            "step_no": 10,
            "station_no": "CUT",
            "work_date": day(0),
            "planned_qty": 20,
            "planned_hours": 2,
        },
    ),
    (
        "exception_report",
        {
            "exception_no": "EX-1",
            "report_date": day(-1),
            "category": "machine",
            "reason": "belt",
            "lost_hours": 1.5,
            "status": "open",
        },
    ),
    (
        "exception_report",
        {
            "exception_no": "EX-2",
            "report_date": day(-2),
            "category": "quality",
            "reason": " ",
            "lost_hours": 2,
            "status": "open",
        },
    ),
    (
        "exception_report",
        {
            "exception_no": "EX-3",
            "report_date": day(-2),
            "category": "quality",
            "reason": "dull",
            "lost_hours": 9,
            "status": "closed",
        },
    ),
]


def tasks(path: Path) -> pd.DataFrame:
    with Store.open(path) as store:
        asked = {"run_no": "P-000002", "as_of": FACTORY_DAY, "first_day": day(1), "kit_days": 3}
        asked |= {"last_day": day(0), "since": day(0), "until": day(0)}
        return store.query("today/tasks", **asked)


def test_each_role_has_its_tasks_with_what_hangs_on_them(desk):
    found = tasks(desk)
    told = {(row.role, row.task): (row.things, row.lines, row.value) for row in found.itertuples()}
    assert told == {
        ("sales", "tell"): (1, 1, 1000),  # SO-1 is due within the week, for 100 pieces at 10
        ("sales", "promise"): (1, 1, 300),
        ("pmc", "capacity"): (1, 1, 1000),
        ("pmc", "start_short"): (1, 0, 0),  # PM-00001 lacks its labels on the day it starts
        ("purchasing", "overdue"): (2, 0, 0),  # what is left of PO-8 and PO-9; the plan feeds no line from them
        ("purchasing", "chase"): (1, 1, 1000),
        ("warehouse", "receive"): (1, 0, 0),
        ("production", "missed"): (1, 0, 0),
        ("production", "close"): (1, 0, 0),
        ("quality", "inspect"): (1, 0, 0),
        ("quality", "explain"): (1, 0, 0),
    }
    by_task = found.set_index(["role", "task"])
    assert by_task.loc[("purchasing", "overdue"), ["subject", "ref"]].tolist() == ["S2", "PO-9/1"]
    assert by_task.loc[("production", "missed"), "amount"] == pytest.approx(2.0)
    assert by_task.loc[("pmc", "start_short"), "subject"] == "LABEL"


@pytest.mark.parametrize(
    ("task", "page", "wanted"),
    [
        ("sales promise", "backlog", {"late": "1"}),
        ("pmc capacity", "load", {"station": "PLATE"}),
        ("purchasing overdue", "suppliers", {"supplier": "S2", "lines": "overdue"}),
        ("purchasing chase", "shortages", {"q": "RAW"}),
        ("production missed", "attainment", {"day": f"{day(0)}", "category": "unexplained"}),
        ("quality inspect", "mrp", {"item": "RAW"}),
        ("quality explain", "attainment", {"view": "exceptions", "open": "1", "why": "quality"}),
    ],
)
def test_a_task_leads_to_its_page_with_its_filter(desk, task, page, wanted):
    found = tasks(desk)
    place = [f"{row.role} {row.task}" for row in found.itertuples()].index(task)
    app = today()
    badges = [link for link in app.get("page_link") if link.proto.label.startswith(":gray-badge")]
    assert len(badges) == len(found)
    assert badges[place].proto.page == page
    assert dict(parse_qsl(badges[place].proto.query_string)) == {**wanted, "lang": "en"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_moved_since_the_plan_before_is_told_with_its_reason(desk, language):
    app = today(language)
    assert not app.error
    moved = [label for label in links(app) if "SO-2/1" in label]
    assert len(moved) == 1
    assert "PLATE" in moved[0]
    assert not [label for label in links(app) if "SO-1/1" in label]  # as late as it was
    told = " ".join(markdown.value for markdown in app.markdown)
    assert "P-000001" in told
    assert text(language, "today.changes.newly_late", count=1) in told


def test_a_line_that_is_on_time_again_says_what_it_waited_for(desk):
    with Store.open(desk) as store:
        keep(store, with_late({"SO-2": LATE["SO-2"]}))
        rows = store.query("today/changes", run_no="P-000003", before="P-000002", as_of=FACTORY_DAY)
    kinds = dict(zip(rows["sales_order_no"], rows["kind"], strict=True))
    assert kinds == {"SO-1": "on_time_again", "SO-3": "on_time_again"}
    assert "RAW" in rows.set_index("sales_order_no").loc["SO-1", "why"]
