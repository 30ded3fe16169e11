"""Whether what rows name is there: in the store, or in the same batch."""

from __future__ import annotations

import pandas as pd

from data.imports.stage import Staged
from data.store import Store
from data.tables import Reference, Table
from planning.bom import check_acyclic
from planning.errors import BomCycleError

Keys = set[tuple[str, ...]]
NEAR = 0.9  # Jaro-Winkler similarity from which one code may be meant for another
SUGGESTED = 30  # different unknown codes of a column for which near ones are looked up


def reject_unknown(store: Store, batch: list[Staged], skip_rejected: bool) -> None:
    """Reject rows that name what is nowhere, then rows that name a rejected row, until nothing changes.

    What may stand in a file that cannot be read is not looked for: that file stops the batch, and once it can be read
    its rows are there. Where it is left out (`skip_rejected`), they are not.
    """
    readable = [staged for staged in batch if staged.table is not None and not staged.unreadable]
    unread = {staged.table.name if staged.table else "" for staged in batch if staged.unreadable and not skip_rejected}
    if "" in unread:
        return
    stored: dict[tuple[str, tuple[str, ...]], Keys] = {}
    named: dict[tuple[str, tuple[str, ...]], Keys] = {}
    while True:
        before = sum(len(staged.rejected) for staged in readable)
        for staged, reference in _references(readable):
            if reference.table in unread:
                continue
            key = (reference.table, reference.target_columns)
            if key not in stored:
                stored[key] = _stored_keys(store, reference)
                named[key] = stored[key] | _batch_keys(readable, reference, good=False)
            _reject_dangling(store, staged, reference, stored[key] | _batch_keys(readable, reference), named[key])
        if sum(len(staged.rejected) for staged in readable) == before:
            return


def _references(batch: list[Staged]) -> list[tuple[Staged, Reference]]:
    return [(staged, reference) for staged in batch if staged.table for reference in staged.table.all_references]


def _stored_keys(store: Store, reference: Reference) -> Keys:
    columns = ", ".join(f"CAST({column} AS VARCHAR)" for column in reference.target_columns)
    with store.read() as cursor:
        return set(cursor.execute(f"SELECT DISTINCT {columns} FROM {reference.table}").fetchall())


def _batch_keys(batch: list[Staged], reference: Reference, good: bool = True) -> Keys:
    found: Keys = set()
    for staged in batch:
        if staged.table is not None and staged.table.name == reference.table:
            rows = (staged.good if good else staged.rows)[list(reference.target_columns)].dropna()
            found.update(rows.itertuples(index=False, name=None))
    return found


def _reject_dangling(store: Store, staged: Staged, reference: Reference, known: Keys, named: Keys) -> None:
    """Reject the rows that name what is not `known`; where it is `named`, it stands in a row that was rejected."""
    columns = list(reference.columns)
    if staged.table is None or not set(columns) & set(staged.given):
        return
    rows = staged.good
    if not set(columns) <= set(staged.given):
        rows = _with_stored(store, staged.table, rows, columns)
    rows = rows[columns].dropna()
    rows = rows[(rows != "").all(axis=1)]
    unknown = [
        (int(row), key)
        for row, key in zip(rows.index, rows.itertuples(index=False, name=None), strict=True)
        if key not in known
    ]
    column = next(name for name in reversed(columns) if name in staged.given)
    near = _near(store, {key[0] for _, key in unknown if key not in named}, {key[0] for key in known})
    for row, key in unknown:
        if key in named:
            staged.reject(row, column, "REF", "/".join(key), words="REF-REJECTED", target=reference.table)
        else:
            meant = near.get(key[0], "")
            words = "REF-NEAR" if meant else "REF"
            staged.reject(row, column, "REF", "/".join(key), words=words, target=reference.table, near=meant)


def _with_stored(store: Store, table: Table, rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """`rows` with the columns that the file lacks as the store has them."""
    lacking = [name for name in columns if name not in rows.columns]
    wanted = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in (*table.keys, *lacking))
    with store.read() as cursor:
        stored = cursor.execute(f"SELECT {wanted} FROM {table.name}").df().astype("object")
    joined = rows.reset_index().merge(stored, on=list(table.keys), how="left").set_index("row")
    return joined.where(joined.notna(), None)


def _near(store: Store, unknown: set[str], known: set[str]) -> dict[str, str]:
    """For each unknown code up to three known ones that look like it, the likest first."""
    if not unknown or not known:
        return {}
    with store.read() as cursor:
        rows = cursor.execute(
            """
            SELECT meant, string_agg(code, ', ' ORDER BY likeness DESC, code)
            FROM (
                SELECT meant, code, jaro_winkler_similarity(upper(meant), upper(code)) AS likeness
                FROM (SELECT unnest($unknown::VARCHAR[]) AS meant), (SELECT unnest($known::VARCHAR[]) AS code)
                WHERE likeness >= $near
                QUALIFY row_number() OVER (PARTITION BY meant ORDER BY likeness DESC, code) <= 3
            )
            GROUP BY meant
            """,
            {"unknown": sorted(unknown)[:SUGGESTED], "known": sorted(known), "near": NEAR},
        ).fetchall()
    return dict(rows)


def reject_cycles(store: Store, batch: list[Staged]) -> None:
    """Reject BOM lines of the batch that close a circle; each round names one circle with its way."""
    lines = [
        staged for staged in batch if staged.table is not None and staged.table.name == "bom_line" and staged.given
    ]
    if not lines:
        return
    pair = ["parent_item_no", "component_item_no"]
    with store.read() as cursor:
        stored = cursor.execute(f"SELECT DISTINCT {', '.join(pair)} FROM bom_line").df().astype("object")
    while True:
        union = pd.concat([stored, *(staged.good[pair] for staged in lines)], ignore_index=True).drop_duplicates()
        try:
            check_acyclic(union)
            return
        except BomCycleError as error:
            if not _reject_circle(lines, error):
                return  # the circle stands in the store already; `check` names it


def _reject_circle(lines: list[Staged], error: BomCycleError) -> bool:
    edges = set(zip(error.path, error.path[1:], strict=False))
    hit = False
    for staged in lines:
        for row, parent, component in staged.good[["parent_item_no", "component_item_no"]].itertuples(name=None):
            if (parent, component) in edges:
                value = f"{parent} → {component}"
                staged.reject(int(row), "component_item_no", "CYCLE", value, path=error.facts["path"])
                hit = True
    return hit
