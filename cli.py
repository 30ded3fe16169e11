"""The command line: the same services as the pages, without a browser.

Results go to standard output, everything else to standard error. Exit 0: done; 1: the data said no; 2: it could not
run.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.exports import export_table
from data.imports import import_files, undo
from data.kpi import figures
from data.plans import FIRST_DAY, LAST_DAY, Notice, default_as_of, notices, run_summary, stored_settings
from data.runs import Job, cancel, recover, start_plan, wait
from data.sample import build_sample
from data.soundness import check
from data.store import Store, StoreError
from data.tables import TABLES
from locales import LANGUAGES, error_text, text
from planning.errors import InputError, PaichanError
from planning.model import Settings

ROOT = Path(__file__).parent
AUTHOR = "command line"
COULD_NOT_RUN = {"FILE-MISSING", "FILE-NONE", "FILE-UNREADABLE", "EXPORT-WRITE"}  # no data that could say no


def default_database() -> Path:
    """The app's own database: PAICHAN_DB where it is set."""
    return Path(os.environ.get("PAICHAN_DB") or ROOT / "var" / "paichan.duckdb")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character still shows the rest
    options = _parser().parse_args(arguments)
    try:
        code = int(options.run(options))
        sys.stdout.flush()
        return code
    except PaichanError as error:
        _complain(*error_text(options.lang, error.rule, error.facts), code=error.code)
        return 2 if isinstance(error, StoreError) or error.code in COULD_NOT_RUN else 1
    except KeyboardInterrupt:
        _complain(text(options.lang, "cli.interrupted"))
        return 2
    except BrokenPipeError:  # whoever read the results has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except Exception as error:  # noqa: BLE001 nobody is shown a traceback
        where = traceback.extract_tb(error.__traceback__)[-1]
        cause = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        _complain(*error_text(options.lang, "PROGRAM", {"cause": cause}), code="PROGRAM")
        return 2


@contextmanager
def _opened(options: argparse.Namespace) -> Iterator[Store]:
    """The database of the command; jobs that a crash cut off are closed."""
    with Store.open(options.db) as store:
        recover(store)
        yield store


def _day(word: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a date such as 2026-01-05: {word}") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise argparse.ArgumentTypeError(f"not between {FIRST_DAY} and {LAST_DAY}: {word}")
    return day


def _positive(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"not a number above 0: {word}")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="paichan", description="Planning for the PMC desk of a factory.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str, prints: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.add_argument("--db", type=Path, default=default_database(), help="database file (default: the app's own)")
        sub.add_argument("--lang", choices=LANGUAGES, default=_language(), help="language of words")
        if prints:
            sub.add_argument("--json", action="store_true", help="print the result as JSON")
        sub.set_defaults(run=run)
        return sub

    demo = command("demo", _demo, "build the sample factory", prints=False)
    demo.add_argument("--as-of", type=_day, default=None, help="its as-of date (default: yesterday)")
    demo.set_defaults(lang="zh")  # as the app opens
    demo.add_argument("--scale", type=_positive, default=1.0, help="size; 1 has 60 finished goods")

    imports = command("import", _import, "import CSV and XLSX files or folders, as one batch")
    imports.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    imports.add_argument(
        "--skip-rejected", action="store_true", help="save what is good, leave rejected rows and unreadable files out"
    )

    back = command("undo", _undo, "take an import back exactly")
    back.add_argument("batch", metavar="BATCH")

    plan = command("plan", _plan, "make, verify and keep a plan")
    plan.add_argument("--as-of", type=_day, default=None, help="the last day that is known")
    plan.add_argument("--scenario", default=None, metavar="NAME", help="plan a saved scenario instead of today's data")
    plan.add_argument("--days", type=int, default=None, help="calendar days to plan")
    plan.add_argument("--time-limit", type=_positive, default=None, metavar="SECONDS", help="how long to search")

    export = command("export", _export, "write a table to a CSV or XLSX file", prints=False)
    export.add_argument("table", choices=sorted(TABLES), metavar="TABLE")
    export.add_argument("--run", dest="run_no", default=None, help="the plan to export (default: the latest)")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    export.set_defaults(lang="en")

    kpi = command("kpi", _kpi, "print the figures with their numerators and denominators")
    kpi.add_argument("--as-of", type=_day, default=None)
    kpi.add_argument("--from", dest="since", type=_day, default=None)
    kpi.add_argument("--to", dest="until", type=_day, default=None)

    command("check", _check, "say whether the data and the last plan are sound")

    serve = command("serve", _serve, "run the app", prints=False)
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument("--host", default="localhost", help="address to listen on (default: this machine only)")
    return parser


def _language() -> str:
    wanted = os.environ.get("PAICHAN_LANG") or os.environ.get("LANG", "")
    return "zh" if wanted.startswith("zh") else "en"


def _complain(*lines: str, code: str = "") -> None:
    print(*([f"[{code}]"] if code else []), *lines, file=sys.stderr)


def _print_json(what: object) -> None:
    plain = "utf" not in (sys.stdout.encoding or "utf-8").lower()
    print(json.dumps(what, ensure_ascii=plain, indent=2, default=str))


def _demo(options: argparse.Namespace) -> int:
    as_of = options.as_of or dt.date.today() - dt.timedelta(days=1)
    with _opened(options) as store:
        if store.count("item"):
            _complain(text(options.lang, "cli.demo_not_empty", path=options.db.name))
            return 1
        build_sample(store, as_of, options.lang, options.scale)
    _complain(text(options.lang, "cli.demo_done", as_of=as_of, path=options.db.name))
    return 0


def _past_stopping() -> None:
    """From here on the work is saved: to say that it was stopped would be wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _import(options: argparse.Namespace) -> int:
    with _opened(options) as store:
        report = import_files(store, options.paths, author=AUTHOR, skip_rejected=options.skip_rejected)
        _past_stopping()
    if options.json:
        _print_json(report.as_json(options.lang))
    else:
        for file in report.files:
            print(
                f"{file.file}: {file.table or '?'}: {file.new} new, {file.changed} changed, "
                f"{file.same} same, {file.rejected} rejected"
            )
    for file in report.files:
        for issue in file.issues:
            where = f"{file.file}:{issue.row or ''} {issue.column or ''} {issue.value or ''}".strip()
            _complain(where, issue.message(options.lang), code=issue.code)
    if report.saved:
        _complain(text(options.lang, "cli.imported", batch=report.batch))
    rejected = any(issue.severity == "error" for file in report.files for issue in file.issues)
    return 1 if rejected else 0


def _undo(options: argparse.Namespace) -> int:
    with _opened(options) as store:
        report = undo(store, options.batch, author=AUTHOR)
        _past_stopping()
    if options.json:
        _print_json({"batch": options.batch, "removed": report.removed, "restored": report.restored})
    _complain(text(options.lang, "cli.undone", batch=options.batch))
    return 0


def _plan(options: argparse.Namespace) -> int:
    if options.scenario is not None:
        raise InputError("SCENARIO-UNKNOWN", name=options.scenario)
    with _opened(options) as store:
        settings = _changed(stored_settings(store), options)
        as_of = options.as_of or default_as_of(store)
        for notice in notices(store, as_of):
            _complain(_notice_text(notice, options.lang))
        job = _followed(store, start_plan(store, AUTHOR, as_of, settings))
        if job.error:
            _complain(*error_text(options.lang, job.error["rule"], job.error["facts"]), code=job.error["code"])
            return 2 if job.error["rule"].startswith(("JOB-", "STORE-")) else 1
        summary = run_summary(store, str(job.run_no))
    if options.json:
        _print_json(summary)
    else:
        print(text(options.lang, "cli.planned", **summary))
    return 0


def _notice_text(notice: Notice, language: str) -> str:
    return text(
        language, f"notices.{notice.rule}", rows=notice.rows, first_date=notice.first_date, example=notice.example
    )


def _changed(settings: Settings, options: argparse.Namespace) -> Settings:
    wanted = {"horizon_days": options.days, "time_limit_seconds": options.time_limit}
    return Settings(**{**_as_dict(settings), **{name: value for name, value in wanted.items() if value is not None}})


def _as_dict(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in Settings.__dataclass_fields__}


def _followed(store: Store, job_no: str) -> Job:
    """The job once it has ended; its rungs are told as they come, and Ctrl-C keeps the best plan so far."""
    told = 0
    while True:
        try:
            job = wait(store, job_no, timeout=0.2)
            for step in job.steps[told:]:
                bound = "" if step["bound"] is None else f", bound {step['bound']:g}"
                _complain(f"{step['seconds']:6.1f} s  {step['rung']}  {step['objective']:g}{bound}")
            told = len(job.steps)
            if job.status != "running":
                return job
        except KeyboardInterrupt:
            cancel(store, job_no)
            time.sleep(0.1)


def _export(options: argparse.Namespace) -> int:
    with _opened(options) as store:
        export_table(store, options.table, options.output, options.lang, options.run_no)
    return 0


def _kpi(options: argparse.Namespace) -> int:
    with _opened(options) as store:
        as_of = options.as_of or default_as_of(store)
        until = options.until or as_of
        since = options.since or until - dt.timedelta(days=29)
        found = figures(store, as_of, since, until)
    if options.json:
        rows = [
            {
                "key": figure.key,
                "value": figure.value,
                "numerator": figure.numerator,
                "denominator": figure.denominator,
                "unit": figure.unit,
                **({"cut": figure.cut} if figure.cut else {}),
            }
            for figure in found
        ]
        _print_json({"as_of": as_of, "from": since, "to": until, "figures": rows})
        return 0
    for figure in found:
        if not figure.cut:
            print(f"{figure.key}: {'-' if figure.value is None else f'{figure.value:.4g}'} {figure.unit}".rstrip())
    return 0


def _check(options: argparse.Namespace) -> int:
    with _opened(options) as store:
        faults = check(store)
    if options.json:
        _print_json({"sound": not faults, "faults": [str(fault) for fault in faults]})
    else:
        for fault in faults:
            print(fault)
        if not faults:
            print(text(options.lang, "cli.sound"))
    return 1 if faults else 0


def _serve(options: argparse.Namespace) -> int:
    environment = {**os.environ, "PAICHAN_DB": str(options.db)}
    app = [sys.executable, "-m", "ui.serve", "--server.port", str(options.port)]
    app += ["--server.address", options.host]
    try:
        return subprocess.run(app, env=environment, cwd=ROOT, check=False).returncode  # noqa: S603 our own app
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
