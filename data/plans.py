"""The PlanInput out of the store, and the plan back in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from data.imports.values import LARGEST
from data.store import Store, Writer
from data.tables import TABLES
from planning.calendar import WorkingDays
from planning.errors import InputError
from planning.model import INPUT_COLUMNS, RESULT_COLUMNS, PlanInput, PlanResult, Settings, Step, frame

KEPT_RUNS = 20
# a day outside of these is a slip of the finger, and the arithmetic of dates ends not far behind them
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2199, 12, 31)
LONGEST_HORIZON = 3660


@dataclass(frozen=True, slots=True)
class Notice:
    """Something odd in the data that was planned nevertheless: the rule, how many rows, since when, an example."""

    rule: str
    rows: int
    first_date: dt.date | None
    example: str


def default_as_of(store: Store) -> dt.date:
    """The last day that the data knows. Raises InputError where there is no data at all, or it is of no real day."""
    day = store.query("plan_input/default_as_of")["as_of"].iloc[0]
    if pd.isna(day):
        raise InputError("PLAN-NO-DATA")
    found: dt.date = pd.Timestamp(day).date()
    _refuse_unreal(found)
    return found


def _refuse_unreal(as_of: dt.date) -> None:
    if not FIRST_DAY <= as_of <= LAST_DAY:
        raise InputError("PLAN-AS-OF", as_of=as_of, first=FIRST_DAY, last=LAST_DAY)


def stored_settings(store: Store) -> Settings:
    """The planning settings that were saved, defaults for the rest."""
    saved = store.setting("planning")
    return Settings(**json.loads(saved)) if saved else Settings()


def read_input(store: Store, as_of: dt.date | None = None, settings: Settings | None = None) -> PlanInput:
    """One snapshot of the factory as of the end of `as_of` (the last known day unless given).

    Raises InputError where the data cannot be planned.
    """
    as_of = as_of or default_as_of(store)
    _refuse_unreal(as_of)
    settings = settings or stored_settings(store)
    if settings.horizon_days > LONGEST_HORIZON:
        raise InputError("PLAN-HORIZON-LONG", value=settings.horizon_days, most=LONGEST_HORIZON)
    tables = {}
    with store.read() as cursor:
        cursor.execute("BEGIN")  # one snapshot for all questions
        snapshot = Writer(cursor, "", "")
        for name in INPUT_COLUMNS:
            if name == "frozen":
                continue
            tables[name] = frame(INPUT_COLUMNS[name], snapshot.query(f"plan_input/{name}", as_of=as_of))
        version = cursor.execute("SELECT facts FROM data_version").fetchone()
        plan_input = PlanInput(as_of, settings, str(version[0]) if version else "", **tables)
        if settings.frozen_days:
            until = WorkingDays.of(plan_input).add(np.datetime64(as_of), settings.frozen_days)
            rows = snapshot.query("plan_input/frozen", as_of=as_of, frozen_until=until.item())
            plan_input = replace(plan_input, frozen=_still_to_do(frame(INPUT_COLUMNS["frozen"], rows), plan_input))
        cursor.execute("COMMIT")
    return plan_input


def _still_to_do(frozen: pd.DataFrame, plan_input: PlanInput) -> pd.DataFrame:
    """Frozen rows of orders that are open, whose step has made no progress since they were planned."""
    touched = set(zip(plan_input.progress["order_ref"], plan_input.progress["step_no"], strict=True))
    keys = zip(frozen["order_ref"], frozen["step_no"], strict=True)
    keep = [key not in touched for key in keys]
    open_orders = set(plan_input.firm_make["order_ref"])
    return frozen[frozen["order_ref"].isin(open_orders) & pd.Series(keep, index=frozen.index, dtype=bool)]


def notices(store: Store, as_of: dt.date) -> list[Notice]:
    """What is odd about the data as of a day. Everything named here was planned by a stated rule."""
    found = store.query("plan_input/notices", as_of=as_of)
    return [
        Notice(
            str(row.rule),
            int(row.rows),
            None if pd.isna(row.first_date) else pd.Timestamp(row.first_date).date(),
            str(row.example),
        )
        for row in found.itertuples()
        if row.rows
    ]


def save_plan(store: Store, result: PlanResult, plan_input: PlanInput, author: str, scenario: str | None = None) -> str:
    """Keep a plan; returns its run number. Plans older than the last `KEPT_RUNS` of their kind are dropped."""
    settings: dict[str, Any] = asdict(plan_input.settings)
    _refuse_too_large(result, plan_input)
    with store.write(author, "plan", facts=False) as writer:
        run_no = writer.next_number("P")
        run = {
            "run_no": run_no,
            "created_at": dt.datetime.now(),
            "as_of_date": result.as_of_date,
            "scenario": scenario,
            "horizon_end": result.horizon_end,
            "data_version": plan_input.data_version,
            "gap": result.gap,
            "settings": json.dumps({**settings, "trail": [asdict(step) for step in result.trail]}),
        }
        run |= {
            item.name: getattr(result, item.name) for item in fields(result) if item.name in TABLES["plan_run"].names
        }
        writer.execute(
            f"INSERT INTO plan_run ({', '.join(run)}) VALUES ({', '.join('?' * len(run))})", list(run.values())
        )
        for name, rows in result.frames().items():
            _insert(writer, name, rows, run_no)
        _drop_runs(writer, _old_runs(writer, scenario))
        writer.audit("plan", "plan_run", run_no, {"objective": result.objective, "late": result.late})
    return run_no


def _refuse_too_large(result: PlanResult, plan_input: PlanInput) -> None:
    """Refuse a plan with a number that the store cannot hold, and name the item whose data it comes from."""
    for name, rows in result.frames().items():
        for column in TABLES[name].columns:
            if column.type != "decimal" or column.name not in rows or not len(rows):
                continue
            largest = rows.loc[rows[column.name].abs().idxmax()] if rows[column.name].notna().any() else None
            if largest is not None and abs(largest[column.name]) >= LARGEST:
                about = largest.get("item_no") or largest.get("order_ref") or largest.get("sales_order_no")
                raise InputError("PLAN-LARGE", table=name, column=column.name, value=largest[column.name], item=about)
    for column in TABLES["plan_run"].columns:
        value = getattr(result, column.name, None)
        if column.type == "decimal" and value is not None and abs(value) >= LARGEST:
            demand = plan_input.demand
            about = demand.loc[demand["qty"].idxmax(), "item_no"] if len(demand) else ""
            raise InputError("PLAN-LARGE", table="plan_run", column=column.name, value=value, item=about)


def _insert(writer: Writer, name: str, rows: pd.DataFrame, run_no: str) -> None:
    table = TABLES[name]
    empty_is_null = [
        f"nullif({column.name}, '') AS {column.name}"
        if column.type in ("text", "enum") and column.need == "optional"
        else column.name
        for column in table.columns
        if column.name != "run_no"
    ]
    names = [column.name for column in table.columns if column.name != "run_no"]
    writer.cursor.register("incoming_rows", rows)
    try:
        writer.execute(
            f"INSERT INTO {name} (run_no, {', '.join(names)}) SELECT ?, {', '.join(empty_is_null)} FROM incoming_rows",
            [run_no],
        )
    finally:
        writer.cursor.unregister("incoming_rows")


def restore_plan(store: Store, run_no: str, author: str) -> str:
    """Make a kept plan the newest of its kind again, as a copy under a number of its own, which is returned.

    All its rows and the version of the data it was made from are the plan's own, so that it is known to be out of date
    where facts have changed since. Raises InputError where there is no such plan; then nothing has changed.
    """
    with store.write(author, "plan", facts=False) as writer:
        row = writer.execute("SELECT scenario, settings FROM plan_run WHERE run_no = ?", [run_no]).fetchone()
        if row is None:
            raise InputError("PLAN-RUN-UNKNOWN", run_no=run_no)
        restored = writer.next_number("P")
        own = {
            "run_no": restored,
            "created_at": dt.datetime.now(),
            "settings": json.dumps({**json.loads(row[1] or "{}"), "restores": run_no}),
        }
        for table in TABLES.values():
            if table.kind == "plan":
                values = {name: "?" if name in own else name for name in table.names}
                writer.execute(
                    f"INSERT INTO {table.name} ({', '.join(values)}) "
                    f"SELECT {', '.join(values.values())} FROM {table.name} WHERE run_no = ?",
                    [*(own[name] for name in table.names if name in own), run_no],
                )
        if _old_runs(writer, row[0]):
            _drop_runs(writer, [run_no])  # its rows stand under the new number, so that no other plan is lost
        writer.audit("restore", "plan_run", restored, {"restores": run_no})
    return restored


def _old_runs(writer: Writer, scenario: str | None) -> list[str]:
    return [
        str(row[0])
        for row in writer.execute(
            "SELECT run_no FROM plan_run WHERE scenario IS NOT DISTINCT FROM ? "
            "ORDER BY created_at DESC, run_no DESC OFFSET ?",
            [scenario, KEPT_RUNS],
        ).fetchall()
    ]


def _drop_runs(writer: Writer, run_nos: Sequence[str]) -> None:
    for table in TABLES.values():
        if run_nos and table.kind == "plan":
            writer.execute(f"DELETE FROM {table.name} WHERE run_no IN (SELECT unnest(?))", [run_nos])


def read_plan(store: Store, run_no: str) -> PlanResult:
    """The plan that was kept under `run_no`. Raises InputError where there is none."""
    with store.read() as cursor:
        run = cursor.execute("SELECT * FROM plan_run WHERE run_no = ?", [run_no]).df()
        if run.empty:
            raise InputError("PLAN-RUN-UNKNOWN", run_no=run_no)
        frames = {
            name: frame(columns, cursor.execute(f"SELECT * FROM {name} WHERE run_no = ?", [run_no]).df())
            for name, columns in RESULT_COLUMNS.items()
        }
    row = run.iloc[0]
    plain = {
        item.name: _plain(row[item.name])
        for item in fields(PlanResult)
        if item.name in run.columns and item.name not in ("as_of_date", "horizon_end")
    }
    trail = tuple(Step(**step) for step in json.loads(row["settings"])["trail"])
    return PlanResult(
        as_of_date=row["as_of_date"].date(), horizon_end=row["horizon_end"].date(), trail=trail, **plain, **frames
    )


def run_settings(store: Store, run_no: str) -> Settings:
    """The settings that a kept plan was made with."""
    with store.read() as cursor:
        row = cursor.execute("SELECT settings FROM plan_run WHERE run_no = ?", [run_no]).fetchone()
    if row is None:
        raise InputError("PLAN-RUN-UNKNOWN", run_no=run_no)
    known = {item.name for item in fields(Settings)}
    return Settings(**{name: value for name, value in json.loads(row[0]).items() if name in known})


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def run_summary(store: Store, run_no: str) -> Mapping[str, Any]:
    """The figures of one plan, as the command line prints them; what is not known is None."""
    names = (
        "run_no",
        "status",
        "verified",
        "orders",
        "late",
        "objective",
        "bound",
        "gap",
        "relaxed_objective",
        "relaxed_gap",
        "whole_order_days_late",
        "quantity_days_late",
        "stock_days",
        "seconds",
    )
    with store.read() as cursor:
        row = cursor.execute(f"SELECT {', '.join(names)} FROM plan_run WHERE run_no = ?", [run_no]).fetchone()
    if row is None:
        raise InputError("PLAN-RUN-UNKNOWN", run_no=run_no)
    plain = [float(value) if hasattr(value, "as_tuple") else value for value in row]
    return dict(zip(names, plain, strict=True))


def latest_run(store: Store, scenario: str | None = None) -> str | None:
    """The number of the newest plan of today's data (or of `scenario`); None where there is none."""
    with store.read() as cursor:
        row = cursor.execute(
            "SELECT run_no FROM plan_run WHERE scenario IS NOT DISTINCT FROM ? ORDER BY created_at DESC, run_no DESC",
            [scenario],
        ).fetchone()
    return str(row[0]) if row else None
