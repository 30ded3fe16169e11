"""What is done at the same time ends as if it had been done one after the other, or is refused in words."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from data.imports import ImportReport, Upload, import_uploads, undo
from data.runs import Job, cancel, job_state, start_plan, wait
from data.soundness import check, plan_is_current
from data.store import Store
from planning.errors import InputError, PaichanError
from planning.model import Settings
from tests.faults.conftest import Run, assert_no_worker, assert_sound, content

QUICK = Settings(time_limit_seconds=2, horizon_days=60)


def customers(mark: str, count: int = 300) -> list[Upload]:
    rows = "".join(f"{mark}-{number},{mark}\n" for number in range(count))
    return [Upload("customer.csv", f"customer_no,name\n{rows}".encode())]


def load(store: Store, mark: str, **more: Any) -> ImportReport:
    return import_uploads(store, customers(mark, **more), author=mark)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned or raised; all are let go at the same moment."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], Any]) -> Any:
        gate.wait()
        try:
            return call()
        except PaichanError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def count(store: Store, mark: str) -> int:
    with store.read() as cursor:
        row = cursor.execute("SELECT count(*) FROM customer WHERE name = ?", [mark]).fetchone()
    return int(row[0]) if row else 0


@pytest.fixture
def planned_store(planned: Path, tmp_path: Path) -> Iterator[Store]:
    with Store.open(Path(shutil.copyfile(planned, tmp_path / "factory.duckdb"))) as opened:
        yield opened


def under_way(store: Store, job_no: str) -> Job:
    """The job once its child process has said something."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        job = job_state(store, job_no)
        if job and (job.steps or job.status != "running"):
            return job
        time.sleep(0.01)
    raise AssertionError("the plan never began")


def test_imports_at_the_same_time_are_all_saved_whole(store: Store):
    reports = together(*(lambda mark=mark: load(store, mark) for mark in ("ann", "bob", "cat", "dan")))
    assert sorted(report.batch for report in reports) == ["B-000001", "B-000002", "B-000003", "B-000004"]
    assert [count(store, mark) for mark in ("ann", "bob", "cat", "dan")] == [300] * 4
    assert check(store) == []


def test_imports_of_the_same_rows_leave_those_of_one_of_them(store: Store):
    def one(author: str) -> ImportReport:
        rows = "".join(f"SAME-{number},{author}\n" for number in range(300))
        return import_uploads(store, [Upload("customer.csv", f"customer_no,name\n{rows}".encode())], author=author)

    reports = together(lambda: one("ann"), lambda: one("bob"))
    assert sorted((report.files[0].new, report.files[0].changed) for report in reports) == [(0, 300), (300, 0)]
    assert sorted([count(store, "ann"), count(store, "bob")]) == [0, 300]
    with pytest.raises(InputError) as refusal:
        undo(store, "B-000001", author="ann")
    assert refusal.value.code == "UNDO-LATER"
    undo(store, "B-000002", author="ann")
    undo(store, "B-000001", author="ann")
    assert count(store, "ann") + count(store, "bob") == 0


def test_two_programs_that_import_do_so_one_at_a_time(factory: Path, files: Path):
    both = [Run.of("import", files, "--db", factory, "--lang", "en") for _ in range(2)]
    ends = [one.end() for one in [one.go() for one in both]]
    codes = sorted(code for code, *_ in ends)
    assert codes in ([0, 2], [0, 0])
    assert all(code == 0 or "[STORE-LOCKED]" in err for code, _, err in ends)
    assert_sound(factory)


def test_an_import_during_a_plan_is_saved_and_the_plan_is_of_before(planned_store: Store):
    job_no = start_plan(planned_store, "planner", settings=QUICK)
    under_way(planned_store, job_no)
    assert load(planned_store, "ann").saved
    job = wait(planned_store, job_no)
    assert (job.status, job.error) == ("done", None)
    assert not plan_is_current(planned_store, str(job.run_no)), "the page says that facts have changed since"
    assert count(planned_store, "ann") == 300
    assert check(planned_store) == []


def test_an_undo_during_a_plan_takes_the_batch_back(planned_store: Store):
    before = content(planned_store)["customer"]
    batch = str(load(planned_store, "ann").batch)
    job_no = start_plan(planned_store, "planner", settings=QUICK)
    under_way(planned_store, job_no)
    undo(planned_store, batch, author="bob")
    job = wait(planned_store, job_no)
    assert (job.status, job.error) == ("done", None)
    assert content(planned_store)["customer"] == before
    assert check(planned_store) == []


def test_two_undos_of_one_batch_take_it_back_once(store: Store):
    before = content(store)["customer"]
    batch = str(load(store, "ann").batch)
    ends = together(*(lambda: undo(store, batch, author="bob") for _ in range(3)))
    assert sorted(end.code if isinstance(end, InputError) else "done" for end in ends) == [
        "UNDO-DONE",
        "UNDO-DONE",
        "done",
    ]
    assert content(store)["customer"] == before


def test_planners_who_press_at_the_same_time_share_one_plan(planned_store: Store):
    numbers = together(*(lambda: start_plan(planned_store, "planner", settings=QUICK) for _ in range(4)))
    assert len(set(numbers)) == 1
    assert wait(planned_store, numbers[0]).status == "done"
    with planned_store.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM plan_run").fetchone() == (2,)


def test_two_programs_that_plan_do_so_one_at_a_time(planned: Path, tmp_path: Path):
    path = Path(shutil.copyfile(planned, tmp_path / "factory.duckdb"))
    both = [Run.of("plan", "--time-limit", 2, "--db", path, "--lang", "en") for _ in range(2)]
    ends = [one.end() for one in [one.go() for one in both]]
    assert sorted(code for code, *_ in ends) in ([0, 2], [0, 0])
    assert all(code == 0 or "[STORE-LOCKED]" in err for code, _, err in ends)
    assert_no_worker(path)
    assert_sound(path)


def test_a_plan_that_is_cancelled_at_once_stops_early_and_keeps_what_it_has(planned_store: Store):
    started = time.monotonic()
    job_no = start_plan(planned_store, "planner", settings=Settings(time_limit_seconds=120, horizon_days=60))
    cancel(planned_store, job_no)  # before its process is there to be told
    job = wait(planned_store, job_no)
    assert (job.status, job.error) == ("cancelled", None)
    assert job.run_no
    assert time.monotonic() - started < 90
    assert check(planned_store) == []


def test_a_restore_during_imports_and_questions_disturbs_neither(store: Store):
    backup = store.backup("good")
    stop = threading.Event()
    asked: list[int] = []

    def ask() -> None:
        while not stop.is_set():
            asked.append(store.count("item"))

    def restore() -> None:
        for _ in range(3):
            store.restore(backup)

    reader = threading.Thread(target=ask)
    reader.start()
    ends = together(restore, *(lambda mark=mark: load(store, mark) for mark in ("ann", "bob")))
    stop.set()
    reader.join()
    assert ends[0] is None
    assert all(isinstance(end, ImportReport) and end.saved for end in ends[1:])
    assert len(set(asked)) == 1
    assert [count(store, mark) in (0, 300) for mark in ("ann", "bob")] == [True, True]
    assert check(store) == []


def test_a_restore_during_a_plan_leaves_a_sound_store(planned_store: Store):
    backup = planned_store.backup("good")
    job_no = start_plan(planned_store, "planner", settings=QUICK)
    under_way(planned_store, job_no)
    planned_store.restore(backup)
    job = wait(planned_store, job_no)
    assert job.status in ("done", "failed")
    assert check(planned_store) == []
    with planned_store.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM job WHERE status = 'running'").fetchone() == (0,)
    assert wait(planned_store, start_plan(planned_store, "planner", settings=QUICK)).status == "done"
