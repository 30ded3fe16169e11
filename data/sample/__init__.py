"""The sample factory: a metal finisher with three months behind it and two months of orders ahead, from a seed.

Everything is relative to the as-of date. `troubles` names what is wrong in it.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from data.sample.build import build
from data.store import Store
from data.tables import TABLES

SEED = 20261124


def make_tables(
    as_of: dt.date,
    language: str = "zh",
    scale: float = 1.0,
    load: float = 0.9,
    seed: int = SEED,
    history: bool = True,
) -> dict[str, pd.DataFrame]:
    """The factory's tables as frames, in the contract's columns; the same arguments give the same rows.

    language: "zh" or "en", the words only. scale: 1 has 60 finished goods and about 1,000 open order lines; stations
    grow with it. load: of plating in the weeks ahead, 0.9 being nine tenths of its standard hours. history: without
    it only the last two weeks are told, for sizes at which three months would be in the way.
    """
    return build(as_of, language, scale, load, seed, history)


def build_sample(
    store: Store,
    as_of: dt.date,
    language: str = "zh",
    scale: float = 1.0,
    load: float = 0.9,
    seed: int = SEED,
    author: str = "sample",
    history: bool = True,
) -> None:
    """Write the sample factory into an empty store, in one transaction. The arguments are those of `make_tables`."""
    tables = make_tables(as_of, language, scale, load, seed, history)
    with store.write(author, "sample factory") as writer:
        for name, rows in tables.items():
            columns = ", ".join(TABLES[name].names)
            writer.cursor.register("incoming_rows", rows)
            writer.execute(
                f"INSERT INTO {name} ({columns}, recorded_by) SELECT {columns}, ? FROM incoming_rows", [author]
            )
            writer.cursor.unregister("incoming_rows")
        detail = {"as_of": as_of, "language": language, "scale": scale, "load": load, "seed": seed}
        writer.audit("sample", "sales_order", "sample factory", detail)
