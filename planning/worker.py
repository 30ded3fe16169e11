"""The child process in which plans run: `python -m planning.worker FOLDER`.

FOLDER holds the PlanInput as Parquet; the plan comes back into it. Standard output carries one JSON object
a line: {"step": …} for each rung, then {"done": true} or {"error": {"code", "rule", "facts"}}. A line "cancel"
on standard input keeps the best plan so far; when standard input closes the process ends, so that no plan
outlives its planner.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import threading
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TextIO

import pandas as pd

from planning.errors import PaichanError
from planning.model import INPUT_COLUMNS, RESULT_COLUMNS, PlanInput, PlanResult, Settings, Step
from planning.plan import make_plan

PLAIN_RESULT = tuple(
    item.name for item in fields(PlanResult) if item.name not in RESULT_COLUMNS and item.name != "trail"
)


def write_input(folder: Path, plan_input: PlanInput) -> None:
    """Put `plan_input` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in INPUT_COLUMNS:
        getattr(plan_input, name).to_parquet(folder / f"in_{name}.parquet")
    about = {
        "as_of_date": plan_input.as_of_date.isoformat(),
        "data_version": plan_input.data_version,
        "settings": asdict(plan_input.settings),
    }
    (folder / "input.json").write_text(json.dumps(about), encoding="utf-8")


def read_input(folder: Path) -> PlanInput:
    """The PlanInput that `write_input` put into `folder`."""
    about = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    return PlanInput(
        dt.date.fromisoformat(about["as_of_date"]),
        Settings(**about["settings"]),
        about["data_version"],
        **{name: pd.read_parquet(folder / f"in_{name}.parquet") for name in INPUT_COLUMNS},
    )


def write_result(folder: Path, result: PlanResult) -> None:
    """Put `result` into `folder`."""
    for name, rows in result.frames().items():
        rows.to_parquet(folder / f"out_{name}.parquet")
    about: dict[str, Any] = {name: getattr(result, name) for name in PLAIN_RESULT}
    about["trail"] = [asdict(step) for step in result.trail]
    (folder / "result.json").write_text(json.dumps(about, default=str), encoding="utf-8")


def read_result(folder: Path) -> PlanResult:
    """The PlanResult that `write_result` put into `folder`."""
    about = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    about["as_of_date"] = dt.date.fromisoformat(about["as_of_date"])
    about["horizon_end"] = dt.date.fromisoformat(about["horizon_end"])
    about["trail"] = tuple(Step(**step) for step in about["trail"])
    return PlanResult(**about, **{name: pd.read_parquet(folder / f"out_{name}.parquet") for name in RESULT_COLUMNS})


def main(folder: Path, commands: TextIO, answers: TextIO) -> int:
    """Run the plan in `folder`. Returns 0 where a plan was made, 1 where the data could not be planned."""
    cancel = threading.Event()
    threading.Thread(target=_listen, args=(commands, cancel), daemon=True).start()

    def say(what: dict[str, Any]) -> None:
        answers.write(json.dumps(what, default=str) + "\n")
        answers.flush()

    megabytes = 0
    try:
        plan_input = read_input(folder)
        megabytes = plan_input.settings.memory_limit_mb
        cap_memory(megabytes)
        result = make_plan(plan_input, lambda step: say({"step": asdict(step)}), cancel.is_set)
        _keep(folder, result)
    except PaichanError as error:
        say({"error": {"code": error.code, "rule": error.rule, "facts": error.facts}})
        return 1
    except MemoryError:
        cap_memory(None)  # there must be some left to say so
        say({"error": {"code": "JOB-MEMORY", "rule": "JOB-MEMORY", "facts": {"limit": megabytes}}})
        return 1
    say({"done": True})
    return 0


def _keep(folder: Path, result: PlanResult) -> None:
    try:
        write_result(folder, result)
    except OSError as error:
        raise PaichanError("JOB-DISK", cause=error.strerror or str(error)) from error


def _listen(commands: TextIO, cancel: threading.Event) -> None:
    for line in commands:
        if line.strip() == "cancel":
            cancel.set()
    os._exit(3)  # the planner is gone


def cap_memory(megabytes: int | None) -> None:
    """Let this process have no more memory than that, where the system can hold it to it (Linux); None: all there is.

    Beyond it an allocation fails, which costs the rung of the search that asked for it, not the machine.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = most if megabytes is None else megabytes << 20
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if most < 0 else min(wanted, most), most))


if __name__ == "__main__":
    # the solver greets on standard output; what is meant for the planner goes past it, and stays open to the very end:
    # a planner who sees it closed closes its own end, which this process takes for the planner's leaving
    to_planner = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    code = main(Path(sys.argv[1]), sys.stdin, to_planner)
    to_planner.flush()
    os._exit(code)
