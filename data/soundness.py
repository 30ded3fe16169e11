"""Whether the data and the last plan are sound: what is wrong, one fault a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data.plans import latest_run, read_input, read_plan, run_settings
from data.store import Store, StoreError
from data.tables import TABLES, Table
from data.tables.dangling import dangling
from planning.bom import check_acyclic
from planning.errors import BomCycleError, PaichanError
from planning.verify import verify


@dataclass(frozen=True, slots=True)
class DataFault:
    """Something that must not be: its code, the rule whose words fit it, and the facts."""

    code: str
    rule: str
    facts: dict[str, Any]

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.facts.items())
        return f"{self.code}: {told}"


def check(store: Store) -> list[DataFault]:
    """All faults of the data, then of the latest plan; empty where both are sound."""
    faults = [fault for table in TABLES.values() for fault in _dangling(store, table)]
    faults += _cycle(store)
    if not faults:
        faults += _plan_faults(store)
    return faults


def plan_is_current(store: Store, run_no: str) -> bool:
    """True where nothing that a plan is made from has changed since the run."""
    with store.read() as cursor:
        row = cursor.execute("SELECT data_version FROM plan_run WHERE run_no = ?", [run_no]).fetchone()
    return row is not None and str(store.facts_version()) == row[0]


def _dangling(store: Store, table: Table) -> list[DataFault]:
    if table.kind == "plan":
        return []
    faults = []
    with store.read() as cursor:
        for reference in table.all_references:
            rows = cursor.execute(dangling(table, reference)).fetchall()
            column = reference.columns[-1].upper().replace("_", "-")
            faults += [
                DataFault(
                    f"{table.code}-{column}-REF",
                    "REF",
                    {"table": table.name, "key": "/".join(str(part) for part in row[:-1]), "value": row[-1]},
                )
                for row in rows
            ]
    return faults


def _cycle(store: Store) -> list[DataFault]:
    with store.read() as cursor:
        lines = cursor.execute("SELECT parent_item_no, component_item_no FROM bom_line").df()
    try:
        check_acyclic(lines)
    except BomCycleError as error:
        return [DataFault("BOM-CYCLE", "BOM-CYCLE", {"path": error.facts["path"]})]
    return []


def _plan_faults(store: Store) -> list[DataFault]:
    """Faults of the latest plan against the data it was made from; none where the data has moved on since."""
    run_no = latest_run(store)
    if run_no is None or not plan_is_current(store, run_no):
        return []
    try:
        plan = read_plan(store, run_no)
        plan_input = read_input(store, plan.as_of_date, run_settings(store, run_no))
    except StoreError:
        raise  # no fault of the plan
    except PaichanError as error:
        return [DataFault(error.code, error.rule, error.facts)]
    return [
        DataFault(fault.code, "PLAN-FAULT", {"run_no": run_no, "fault": fault.message})
        for fault in verify(plan_input, plan)
    ]
