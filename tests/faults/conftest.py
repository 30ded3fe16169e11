"""What the suite of faults shares: factories to break, a digest of what they hold, and processes to kill."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from data.runs import recover, start_plan, wait
from data.sample import build_sample, make_tables
from data.soundness import check
from data.store import Store
from planning.model import Settings

ROOT = Path(__file__).resolve().parents[2]
AS_OF = dt.date(2026, 11, 23)
SCALE = 0.1
# when and by which numbers something was written differs from run to run; what was written does not
PASSING = re.compile(r"_at$")
OF_JOBS = ("job", "data_version", "counter", "audit")


def everything(store: Store) -> dict[str, str]:
    """A digest of each table of the file, books and versions included: equal where not one cell was written."""
    with store.read() as cursor:
        names = [row[0] for row in cursor.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()]
        return {name: _digest(cursor.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()) for name in names}


def content(store: Store, without: Sequence[str] = OF_JOBS) -> dict[str, str]:
    """A digest of what each table holds, whenever it was written: equal for two runs of the same import or undo."""
    found = {}
    with store.read() as cursor:
        columns = cursor.execute(
            "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE NOT internal "
            "GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        for name, every in columns:
            if name in without:
                continue
            kept = ", ".join(
                f'regexp_replace({column}, \'"recorded_at":"[^"]*"\', \'\')' if column.startswith("row_") else column
                for column in every
                if not PASSING.search(column)
            )
            found[name] = _digest(cursor.execute(f"SELECT {kept} FROM {name} ORDER BY ALL").fetchall())
    return found


def _digest(rows: Sequence[tuple[Any, ...]]) -> str:
    return f"{len(rows)} rows, {hashlib.sha256(repr(rows).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def plan_works(store: Store, seconds: float = 1.0) -> bool:
    """Whether a plan can be made and kept."""
    job = wait(store, start_plan(store, "test", settings=Settings(time_limit_seconds=seconds, horizon_days=60)))
    return job.status == "done" and not job.error


def assert_sound(path: Path) -> None:
    """The store opens, is sound, and no job is left running in its books."""
    with Store.open(path) as store:
        recover(store)
        assert check(store) == []
        with store.read() as cursor:
            assert cursor.execute("SELECT count(*) FROM job WHERE status = 'running'").fetchone() == (0,)


# factories


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a closed database with a small sample factory, to be copied."""
    path = tmp_path_factory.mktemp("sample") / "factory.duckdb"
    with Store.open(path) as store:
        build_sample(store, AS_OF, "en", SCALE)
    return path


@pytest.fixture(scope="session")
def planned(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a closed database with the factory and a plan of it, to be copied."""
    path = tmp_path_factory.mktemp("planned") / "factory.duckdb"
    shutil.copyfile(sample, path)
    with Store.open(path) as store:
        assert plan_works(store)
    return path


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of a larger factory, which change the small one and add to it."""
    folder = tmp_path_factory.mktemp("files")
    for name, rows in make_tables(AS_OF, "en", 2 * SCALE).items():
        rows.to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture
def factory(sample: Path, tmp_path: Path) -> Path:
    """A copy of the small factory."""
    return Path(shutil.copyfile(sample, tmp_path / "factory.duckdb"))


@pytest.fixture
def store(factory: Path) -> Iterator[Store]:
    """The small factory, opened."""
    with Store.open(factory) as opened:
        yield opened


# processes

DRIVER = """
import sys
import cli, planning.plan  # what takes long to import is there before the clock starts
from pathlib import Path
from data.store import Store
print("ready", flush=True)
sys.stdin.readline()
{action}
"""
COMMAND = "sys.exit(cli.main(sys.argv[1:]))"


@dataclass
class Run:
    """A process that has imported everything and waits for `go`."""

    process: subprocess.Popen[str]
    started: float = field(default=0.0)

    @classmethod
    def of(cls, *words: object, action: str = COMMAND, **more: Any) -> Run:
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER.format(action=action), *map(str, words)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            **more,
        )
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise AssertionError(process.communicate()[1])
        return cls(process)

    def go(self) -> Run:
        assert self.process.stdin is not None
        self.started = time.monotonic()
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self

    def until(self, seconds: float) -> Run:
        """Wait until so long after `go`, or to the end if that comes first."""
        deadline = self.started + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            time.sleep(min(0.005, max(0.0, deadline - time.monotonic())))
        return self

    def kill(self, number: int = signal.SIGKILL) -> Run:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self

    def end(self, timeout: float = 120) -> tuple[int, str, str]:
        """The exit code, standard output and standard error; a traceback is a failure in itself."""
        out, err = self.process.communicate(timeout=timeout)
        assert "Traceback" not in err, err
        return self.process.returncode, out, err


def run(*words: object, **more: Any) -> tuple[int, str, str]:
    """Run a command in a process of its own: exit code, standard output, standard error."""
    return Run.of(*words, **more).go().end()


def workers(path: Path) -> list[int]:
    """Processes that plan for the database at `path`."""
    found = []
    mark = f"{path.stem}.runs".encode()
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes() if process.name.isdigit() else b""
        except OSError:
            continue
        if b"planning.worker" in words and str(path.parent).encode() in words and mark in words:
            found.append(int(process.name))
    return found


def assert_no_worker(path: Path, seconds: float = 10) -> None:
    """No planning process outlives its planner."""
    deadline = time.monotonic() + seconds
    while workers(path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers(path) == []
