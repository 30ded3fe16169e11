"""Plans as jobs: each runs in a child process, can be watched and cancelled, and leaves a row in `job`.

What a job has reached is kept in memory; the row says how it began and ended, so that a job that was cut off
by a crash is named as such when the store is opened again.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from data.plans import read_input, save_plan
from data.store import Store, in_words
from planning import worker
from planning.errors import PaichanError
from planning.model import Settings

ROOT = Path(__file__).parent.parent
SOLVER_GREETING = ("Running HiGHS", "Includes third-party")  # on the child's error output, no complaint
JobStatus = Literal["running", "done", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """What is known of a job: its last rung, and the run or the error it ended with.

    steps: dicts with rung, seconds, objective, bound. error: {"code", "rule", "facts"}.
    """

    job_no: str
    status: JobStatus
    started_at: dt.datetime
    steps: tuple[dict[str, Any], ...] = ()
    run_no: str | None = None
    error: dict[str, Any] | None = None
    cancelling: bool = False


@dataclass(slots=True)
class _Running:
    job: Job
    process: subprocess.Popen[str] | None = None
    ended: threading.Event = field(default_factory=threading.Event)


_running: dict[tuple[Path, str], _Running] = {}
_lock = threading.Lock()


def start_plan(
    store: Store,
    author: str,
    as_of: dt.date | None = None,
    settings: Settings | None = None,
    scenario: str | None = None,
) -> str:
    """Start a plan in a child process; returns its job number.

    Where a plan of this store is already running its number is returned, so that two planners who press the button
    share one run.
    """
    with _lock:
        for (path, job_no), running in _running.items():
            if path == store.path and not running.ended.is_set():
                return job_no
        with store.write(author, "plan", facts=False) as writer:
            job_no = writer.next_number("J")
            started = dt.datetime.now()
            writer.execute(
                "INSERT INTO job (job_no, kind, author, started_at, status) VALUES (?, 'plan', ?, ?, 'running')",
                [job_no, author, started],
            )
        running = _Running(Job(job_no, "running", started))
        _running[store.path, job_no] = running
    threading.Thread(target=_run, args=(store, running, author, as_of, settings, scenario), daemon=True).start()
    return job_no


def job_state(store: Store, job_no: str) -> Job | None:
    """The job as it is now; None where the number is unknown."""
    running = _running.get((store.path, job_no))
    if running:
        return running.job
    with store.read() as cursor:
        row = cursor.execute(
            "SELECT job_no, status, started_at, progress, result, error FROM job WHERE job_no = ?", [job_no]
        ).fetchone()
    if row is None:
        return None
    return Job(
        row[0],
        row[1],
        row[2],
        tuple(json.loads(row[3] or "[]")),
        row[4] or None,
        json.loads(row[5]) if row[5] else None,
    )


def latest_job(store: Store) -> Job | None:
    """The job that was started last; None where there was none."""
    with store.read() as cursor:
        row = cursor.execute("SELECT job_no FROM job ORDER BY started_at DESC, job_no DESC LIMIT 1").fetchone()
    return job_state(store, row[0]) if row else None


def cancel(store: Store, job_no: str) -> None:
    """Ask a running job to stop with the best plan it has. A job that has ended is left alone."""
    running = _running.get((store.path, job_no))
    if running and not running.ended.is_set():
        with _lock:
            running.job = replace(running.job, cancelling=True)
        if running.process:
            _say_cancel(running.process)


def _say_cancel(process: subprocess.Popen[str]) -> None:
    try:
        if process.stdin:
            process.stdin.write("cancel\n")
            process.stdin.flush()
    except (BrokenPipeError, ValueError):
        return  # it ended at this moment


def wait(store: Store, job_no: str, timeout: float | None = None) -> Job:
    """The job once it has ended, or as it is after `timeout` seconds."""
    running = _running.get((store.path, job_no))
    if running:
        running.ended.wait(timeout)
    job = job_state(store, job_no)
    if job is None:
        raise PaichanError("JOB-UNKNOWN", job_no=job_no)
    return job


def recover(store: Store) -> None:
    """Close the books on jobs that were running when the program last ended."""
    with store.read() as cursor:
        rows = cursor.execute("SELECT job_no FROM job WHERE status = 'running'").fetchall()
    lost = [row[0] for row in rows if (store.path, row[0]) not in _running]
    for job_no in lost:
        error = {"code": "JOB-LOST", "rule": "JOB-LOST", "facts": {"job_no": job_no}}
        _close(store, Job(job_no, "failed", dt.datetime.now(), error=error), "system")
    runs = _runs(store)
    for folder in runs.iterdir() if runs.is_dir() else ():
        if (store.path, folder.name) not in _running:
            shutil.rmtree(folder, ignore_errors=True)


def _runs(store: Store) -> Path:
    return store.path.parent / f"{store.path.stem}.runs"


def _run(
    store: Store,
    running: _Running,
    author: str,
    as_of: dt.date | None,
    settings: Settings | None,
    scenario: str | None,
) -> None:
    folder = _runs(store) / running.job.job_no
    try:
        plan_input = read_input(store, as_of, settings)
        with in_words(store.path):
            worker.write_input(folder, plan_input)
            _follow(running, folder)
        result = worker.read_result(folder)
        run_no = save_plan(store, result, plan_input, author, scenario)
        ended: Job = replace(running.job, status="cancelled" if running.job.cancelling else "done", run_no=run_no)
    except PaichanError as error:
        facts = {"code": error.code, "rule": error.rule, "facts": error.facts}
        ended = replace(running.job, status="failed", error=facts)
    except Exception as error:  # noqa: BLE001 a job must end with a row, whatever happened
        facts = {"code": "JOB-BROKEN", "rule": "JOB-BROKEN", "facts": {"cause": f"{type(error).__name__}: {error}"}}
        ended = replace(running.job, status="failed", error=facts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    try:
        _close(store, ended, author)
    except Exception as error:  # noqa: BLE001 the row says "running" until the store is opened again
        if ended.status != "failed" and isinstance(error, PaichanError):
            facts = {"code": error.code, "rule": error.rule, "facts": error.facts}
            ended = replace(ended, error=facts)
    finally:
        with _lock:
            running.job = ended
        running.ended.set()


def _follow(running: _Running, folder: Path) -> None:
    """Start the child and listen until it ends. Raises PaichanError with what it said."""
    with (folder / "stderr.txt").open("w+", encoding="utf-8") as complaints:
        process = subprocess.Popen(  # noqa: S603 our own module, our own folder
            [sys.executable, "-m", "planning.worker", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the planner, who then asks for the best plan so far
        )
        running.process = process
        if running.job.cancelling:
            _say_cancel(process)
        with process:
            error = _listen(running, process)
        if error:
            raise PaichanError(error["code"], error["rule"], **error["facts"])
        if process.returncode < 0:
            raise PaichanError("JOB-KILLED", signal=-process.returncode)
        if process.returncode:
            complaints.seek(0)
            said = [line for line in complaints.read().strip().splitlines() if not line.startswith(SOLVER_GREETING)]
            last = said[-1] if said else f"exit code {process.returncode}"
            raise PaichanError("JOB-BROKEN", cause=last, exit_code=process.returncode)


def _listen(running: _Running, process: subprocess.Popen[str]) -> dict[str, Any] | None:
    error: dict[str, Any] | None = None
    for line in process.stdout or ():
        said = json.loads(line)
        if "step" in said:
            with _lock:
                running.job = replace(running.job, steps=(*running.job.steps, said["step"]))
        error = said.get("error", error)
    return error


def _close(store: Store, job: Job, author: str) -> None:
    with store.write(author, "plan", facts=False) as writer:
        writer.execute(
            "UPDATE job SET status = ?, finished_at = ?, progress = ?, result = ?, error = ? WHERE job_no = ?",
            [
                job.status,
                dt.datetime.now(),
                json.dumps(job.steps),
                job.run_no or "",
                json.dumps(job.error, default=str) if job.error else "",
                job.job_no,
            ],
        )
