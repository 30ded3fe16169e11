"""A process that is killed at any moment leaves its work done or not begun, never half done."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from data.imports import import_files
from data.store import Store
from tests.faults.conftest import (
    COMMAND,
    Run,
    assert_no_worker,
    assert_sound,
    content,
    plan_works,
    run,
    workers,
)

MOMENTS = 8
BESIDE = 2  # runs side by side


@dataclass(frozen=True)
class Case:
    """What is killed: the words of the command (or an action of its own) on the factory in `start`."""

    start: Path | None
    words: tuple[object, ...]
    action: str = COMMAND


@pytest.fixture(scope="session")
def imported(sample: Path, files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a database in which the files have been imported as batch B-000001."""
    path = tmp_path_factory.mktemp("imported") / "factory.duckdb"
    shutil.copyfile(sample, path)
    with Store.open(path) as store:
        assert import_files(store, [files], author="command line").saved
    return path


@pytest.fixture(scope="session")
def with_backup(imported: Path, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database after the import, with a backup of before beside it."""
    path = tmp_path_factory.mktemp("with_backup") / "factory.duckdb"
    shutil.copyfile(imported, path)
    shutil.copyfile(sample, path.with_name("before.duckdb"))
    return path


@pytest.fixture(scope="session")
def old(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that lacks a table, as if it had been written before the table was declared."""
    path = tmp_path_factory.mktemp("old") / "factory.duckdb"
    shutil.copyfile(imported, path)
    with Store.open(path) as store, store.write("test", "as before") as writer:
        writer.execute("DROP TABLE customer_feedback")
    return path


OPEN = "store = Store.open(sys.argv[1]); "
ACTIONS: Mapping[str, Callable[[pytest.FixtureRequest], Case]] = {
    "import": lambda got: Case(got.getfixturevalue("sample"), ("import", got.getfixturevalue("files"))),
    "undo": lambda got: Case(got.getfixturevalue("imported"), ("undo", "B-000001")),
    "plan": lambda got: Case(got.getfixturevalue("planned"), ("plan", "--time-limit", 1, "--days", 60)),
    "demo": lambda got: Case(None, ("demo", "--as-of", "2026-11-23", "--scale", 0.3)),
    "backup": lambda got: Case(
        got.getfixturevalue("imported"), (), f"{OPEN}[store.backup(f'n{{n}}') for n in range(6)]; store.close()"
    ),
    "restore": lambda got: Case(
        got.getfixturevalue("with_backup"), (), f"{OPEN}store.restore(Path(sys.argv[1]).with_name('before.duckdb'))"
    ),
    "migration": lambda got: Case(got.getfixturevalue("old"), (), f"{OPEN}store.close()"),
}


def prepared(case: Case, folder: Path) -> tuple[Path, tuple[object, ...]]:
    """The database of a run in `folder`, and the words that the run gets."""
    folder.mkdir()
    path = folder / "factory.duckdb"
    if case.start is not None:
        for file in case.start.parent.glob("*.duckdb"):
            shutil.copyfile(file, folder / file.name)
    return path, (*case.words, "--db", path, "--lang", "en") if case.words else (path,)


def held(path: Path) -> dict[str, str]:
    """What the store holds once nothing runs; of plans only how many are whole, since no two are the same."""
    with Store.open(path) as store:
        found = content(store)
        with store.read() as cursor:
            runs = cursor.execute("SELECT count(*), count(*) FILTER (verified) FROM plan_run").fetchone()
            for name in [name for name in found if name.startswith("plan_")]:
                found.pop(name)
    return {**found, "whole plans": str(runs)}


@pytest.mark.parametrize("name", ACTIONS)
def test_killed_at_any_moment(name: str, request: pytest.FixtureRequest, tmp_path: Path):
    case = ACTIONS[name](request)
    path, words = prepared(case, tmp_path / "whole")
    before = held(path) if case.start else held(tmp_path / "empty.duckdb")
    whole = Run.of(*words, action=case.action).go()
    code, _, told = whole.end()
    lasted = time.monotonic() - whole.started
    assert code == 0, told
    after = held(path)
    if name not in ("backup", "migration"):
        assert after != before, "the run would change nothing"
    dice = random.Random(name)
    moments = [lasted * (number + dice.random()) / MOMENTS for number in range(MOMENTS)]

    def one(number: int) -> str:
        path, words = prepared(case, tmp_path / str(number))
        killed = Run.of(*words, action=case.action).go().until(moments[number]).kill()
        code = killed.process.wait()
        killed.process.communicate()
        assert_no_worker(path)
        assert_sound(path)
        found = held(path)
        assert found in (before, after), f"killed after {moments[number]:.3f} of {lasted:.3f} s: between"
        for backup in path.with_name("factory.backups").glob("*.duckdb"):
            assert held(backup) in (before, after), backup.name
        return f"{code} {'before' if found == before else 'after'}"

    with ThreadPoolExecutor(BESIDE) as pool:
        ends = list(pool.map(one, range(MOMENTS)))
    assert sum(end.startswith("-9") for end in ends) >= MOMENTS // 2, f"hardly any run was killed: {ends}"
    with Store.open(tmp_path / str(MOMENTS - 1) / "factory.duckdb") as store:
        if store.count("item"):
            assert plan_works(store), "a new plan works"


@pytest.mark.parametrize("number", range(MOMENTS))
def test_the_planning_process_is_killed(number: int, planned: Path, tmp_path: Path):
    path = Path(shutil.copyfile(planned, tmp_path / "factory.duckdb"))
    before = held(path)
    planner = Run.of("plan", "--time-limit", 30, "--db", path, "--lang", "en").go()
    deadline = time.monotonic() + 30
    while not (found := workers(path)) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(number * 0.4)
    for process in found:
        os.kill(process, signal.SIGKILL)
    code, out, told = planner.end()
    assert (code, out) == (2, "")
    assert "[JOB-KILLED]" in told
    assert "signal 9" in told
    assert_no_worker(path)
    assert_sound(path)
    assert held(path) == before
    with Store.open(path) as store, store.read() as cursor:
        assert cursor.execute("SELECT status FROM job ORDER BY started_at DESC LIMIT 1").fetchone() == ("failed",)


def test_a_job_that_was_cut_off_is_named_so_by_the_next_command(planned: Path, tmp_path: Path):
    path = Path(shutil.copyfile(planned, tmp_path / "factory.duckdb"))
    planner = Run.of("plan", "--time-limit", 30, "--db", path).go()
    deadline = time.monotonic() + 30
    while not workers(path) and time.monotonic() < deadline:
        time.sleep(0.01)
    planner.kill().process.communicate()
    assert_no_worker(path)
    assert run("check", "--db", path)[0] == 0
    with Store.open(path) as store:
        with store.read() as cursor:
            status, error = cursor.execute("SELECT status, error FROM job ORDER BY started_at DESC").fetchone()
        assert (status, "JOB-LOST" in error) == ("failed", True)
        assert not list(path.with_name("factory.runs").iterdir())
        assert plan_works(store)


def test_ctrl_c_keeps_the_best_plan_so_far(planned: Path, tmp_path: Path):
    path = Path(shutil.copyfile(planned, tmp_path / "factory.duckdb"))
    planner = Run.of("plan", "--time-limit", 60, "--db", path, "--lang", "en", start_new_session=True).go()
    assert planner.process.stderr is not None
    said = ""
    while "dispatch" not in said:
        said = planner.process.stderr.readline()
    os.killpg(planner.process.pid, signal.SIGINT)  # a terminal sends it to the whole group
    code, out, _ = planner.end()
    assert (code, "verified True" in out) == (0, True)
    assert_sound(path)
    with Store.open(path) as store, store.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM plan_run").fetchone() == (2,)


LONG = "SELECT sum(a.range * b.range % 7) FROM range(1000000) AS a, range(100000) AS b"


@pytest.mark.parametrize("way", ["read", "write"])
def test_ctrl_c_ends_a_statement_that_runs_and_the_store_goes_on(way: str, store: Store):
    before = content(store)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt), store.read() if way == "read" else store.write("test", "long") as running:  # noqa: PT012
        running.execute("SELECT 1" if way == "read" else "INSERT INTO setting VALUES ('half', 'done')")
        running.execute(LONG)
    timer.join()
    assert content(store) == before
    with store.write("test", "after") as writer:
        writer.execute("INSERT INTO setting VALUES ('after', 'done')")


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_ctrl_c_takes_an_import_back(share: float, sample: Path, files: Path, tmp_path: Path):
    def started(folder: Path) -> tuple[Path, Run]:
        path, words = prepared(Case(sample, ("import", files)), folder)
        return path, Run.of(*words)

    path, whole = started(tmp_path / "whole")
    before = held(path)
    whole.go().end()
    lasted, after = time.monotonic() - whole.started, held(path)
    path, importing = started(tmp_path / "stopped")
    code, _, told = importing.go().until(lasted * share).kill(signal.SIGINT).end()
    assert code in (0, 2), told
    assert code == 0 or "Stopped" in told
    assert held(path) == (after if code == 0 else before)
    assert_sound(path)
