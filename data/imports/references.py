"""Whether what rows name is there: in the store, or in the same batch."""

from __future__ import annotations

import difflib

import pandas as pd

from data.imports.stage import Staged
from data.store import Store
from data.tables import Reference
from planning.bom import check_acyclic
from planning.errors import BomCycleError


def reject_unknown(store: Store, batch: list[Staged]) -> None:
    """Reject rows that name what is nowhere, and rows that name a rejected row, until nothing changes."""
    stored: dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]]] = {}
    while True:
        before = sum(len(staged.rejected) for staged in batch)
        for staged in batch:
            if staged.table is None or staged.unreadable:
                continue
            for reference in staged.table.all_references:
                key = (reference.table, reference.target_columns)
                if key not in stored:
                    stored[key] = _stored_keys(store, reference)
                _reject_dangling(staged, reference, stored[key] | _batch_keys(batch, reference))
        if sum(len(staged.rejected) for staged in batch) == before:
            return


def _stored_keys(store: Store, reference: Reference) -> set[tuple[str, ...]]:
    columns = ", ".join(f"CAST({column} AS VARCHAR)" for column in reference.target_columns)
    with store.read() as cursor:
        return set(cursor.execute(f"SELECT DISTINCT {columns} FROM {reference.table}").fetchall())


def _batch_keys(batch: list[Staged], reference: Reference) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for staged in batch:
        if staged.table is not None and staged.table.name == reference.table and not staged.unreadable:
            good = staged.good[list(reference.target_columns)].dropna()
            found.update(good.itertuples(index=False, name=None))
    return found


def _reject_dangling(staged: Staged, reference: Reference, known: set[tuple[str, ...]]) -> None:
    columns = [column for column in reference.columns if column in staged.rows.columns]
    if len(columns) < len(reference.columns):
        return
    good = staged.good[columns].dropna()
    good = good[(good != "").all(axis=1)]
    nearest: dict[tuple[str, ...], str] = {}
    names = sorted({key[0] for key in known})
    for row, key in zip(good.index, good.itertuples(index=False, name=None), strict=True):
        if key in known:
            continue
        if key not in nearest:
            close = difflib.get_close_matches(key[0], names, n=1, cutoff=0.8) if len(nearest) < 50 else []
            nearest[key] = close[0] if close else ""
        staged.reject(int(row), columns[-1], "REF", "/".join(key), target=reference.table, near=nearest[key])


def reject_cycles(store: Store, batch: list[Staged]) -> None:
    """Reject BOM lines of the batch that close a circle; each round names one circle with its way."""
    lines = [staged for staged in batch if staged.table is not None and staged.table.name == "bom_line"]
    if not lines:
        return
    pair = ["parent_item_no", "component_item_no"]
    with store.read() as cursor:
        stored = cursor.execute(f"SELECT DISTINCT {', '.join(pair)} FROM bom_line").df().astype("object")
    while True:
        good = [staged.good[pair].dropna() for staged in lines if not staged.unreadable]
        union = pd.concat([stored, *good], ignore_index=True).drop_duplicates()
        try:
            check_acyclic(union)
            return
        except BomCycleError as error:
            if not _reject_circle(lines, error):
                return  # the circle stands in the store already; `check` names it


def _reject_circle(lines: list[Staged], error: BomCycleError) -> bool:
    edges = set(zip(error.path, error.path[1:], strict=False)) | set(zip(error.path[1:], error.path, strict=False))
    hit = False
    for staged in lines:
        for row, parent, component in staged.good[["parent_item_no", "component_item_no"]].itertuples(name=None):
            if (parent, component) in edges:
                staged.reject(
                    int(row), "component_item_no", "CYCLE", f"{parent} → {component}", path=error.facts["path"]
                )
                hit = True
    return hit
