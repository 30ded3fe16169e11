"""The sample factory: a metal finisher with three months behind it and two months of orders ahead, from a seed.

Everything is relative to the as-of date. Troubles are planted in `troubles`.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from data.sample.orders import OPEN_DAYS, Books, buy, make, sell
from data.sample.products import Good, Row, goods, masters
from data.sample.troubles import plant
from data.store import Store
from data.tables import TABLES
from data.tables.declare import SQL_TYPE

SEED = 20261124


def make_tables(
    as_of: dt.date, language: str = "zh", scale: float = 1.0, load: float = 0.9, seed: int = SEED
) -> dict[str, pd.DataFrame]:
    """The factory's tables as frames. scale 1: 60 goods and about 1,000 open lines; load: of plating, 0..1."""
    books = Books(as_of, language == "zh", np.random.default_rng(seed))
    found = goods(scale, books.random)
    books.tables = masters(found, as_of, books.zh, scale, books.random)
    bom: dict[str, list[Row]] = {}
    for line in books.tables["bom_line"]:
        if line.get("alt_rank", 1) == 1 and (line.get("effective_from") or as_of) <= as_of:
            bom.setdefault(line["parent_item_no"], []).append(line)
    routing: dict[str, list[Row]] = {}
    for step in books.tables["routing_step"]:
        if step.get("alt_rank", 1) == 1:
            routing.setdefault(step["item_no"], []).append(step)
    open_lines = sell(books, found, scale, load)
    usage = _daily_usage(open_lines, bom)
    buy(books, {item: daily for item, daily in usage.items() if not item.startswith(("FG", "SF", "BL"))})
    in_work = _produce(books, open_lines, bom, routing)
    _stock(books, found, open_lines, in_work, usage, bom)
    plant(books, found, open_lines, usage)
    return {name: pd.DataFrame(books.tables[name]) for name in TABLES if name in books.tables}


def build_sample(
    store: Store, as_of: dt.date, language: str = "zh", scale: float = 1.0, load: float = 0.9, seed: int = SEED
) -> None:
    """Write the sample factory into an empty store, in one transaction."""
    with store.write("sample", "sample factory") as writer:
        for name, rows in make_tables(as_of, language, scale, load, seed).items():
            table = TABLES[name]
            columns = [column for column in table.columns if column.name in rows.columns]
            values = ", ".join(
                f"CAST({column.name} AS {SQL_TYPE[column.type]})"
                if column.default is None
                else f"coalesce(CAST({column.name} AS {SQL_TYPE[column.type]}), '{column.default}')"
                for column in columns
            )
            writer.cursor.register("incoming_rows", rows)
            writer.execute(
                f"INSERT INTO {name} ({', '.join(column.name for column in columns)}) "
                f"SELECT {values} FROM incoming_rows"
            )
            writer.cursor.unregister("incoming_rows")
        writer.audit("sample", "sales_order", language, {"scale": scale, "seed": seed})


def _daily_usage(open_lines: list[Row], bom: dict[str, list[Row]]) -> dict[str, float]:
    """Pieces a day of every item that the open orders need, level by level."""
    need: dict[str, float] = {}
    for line in open_lines:
        need[line["item_no"]] = need.get(line["item_no"], 0.0) + line["qty"] / OPEN_DAYS
    for prefix in ("FG", "SF", "BL"):
        for parent in [item for item in need if item.startswith(prefix)]:
            for part in bom.get(parent, ()):
                name = part["component_item_no"]
                need[name] = need.get(name, 0.0) + 1.04 * need[parent] * part["qty_per"]
    return need


def _produce(
    books: Books, open_lines: list[Row], bom: dict[str, list[Row]], routing: dict[str, list[Row]]
) -> list[Row]:
    """Work orders of the past weeks, and those that are on the floor now. Returns the lines in work."""
    history = [row for row in books.tables["sales_order"] if row["status"] in ("closed", "delivered", "shipped")]
    for row in history[:: max(1, len(history) // max(1, len(history) // 2))]:
        start = books.day((row["promised_date"] - books.as_of).days - 7)
        make(books, row, bom, routing, start, 9)
    in_work = []
    for line in sorted(open_lines, key=lambda row: (row["promised_date"], row["sales_order_no"])):
        ahead = (line["promised_date"] - books.as_of).days
        if 2 < ahead <= 9:
            through = int(books.random.integers(0, 3)) if ahead <= 6 else 0
            through = min(through, len(routing[line["item_no"]]) - 1)
            make(books, line, bom, routing, books.day(-through + 1 if through else 1), through)
            line["status"] = "in_production"
            in_work.append(line)
    return in_work


def _stock(
    books: Books,
    found: list[Good],
    open_lines: list[Row],
    in_work: list[Row],
    usage: dict[str, float],
    bom: dict[str, list[Row]],
) -> None:
    """The snapshot of the as-of date: goods for what is due now, parts for what is in work, material for two weeks."""
    random = books.random
    stock: dict[str, float] = {}
    for line in open_lines:
        if (line["promised_date"] - books.as_of).days <= 2 and random.random() < 0.9:
            stock[line["item_no"]] = stock.get(line["item_no"], 0.0) + line["qty"]
            line["status"] = "ready"
    working = {(row["sales_order_no"]) for row in in_work}
    part_of = {good.item_no: good for good in found}
    for line in open_lines:
        ahead = (line["promised_date"] - books.as_of).days
        good = part_of[line["item_no"]]
        if line["sales_order_no"] in working:
            stock[good.part_no] = stock.get(good.part_no, 0.0) + round(line["qty"] * 1.05)
        elif 9 < ahead <= 20:
            stock[good.blank_no] = stock.get(good.blank_no, 0.0) + round(line["qty"] * 1.1)
    for item, daily in usage.items():
        if not item.startswith(("FG", "SF", "BL")):
            stock[item] = round(daily * float(random.uniform(14, 26)), 2)
    for item, qty in sorted(stock.items()):
        shelf = dt.timedelta(days=120) if item.startswith("CH") else None
        books.add(
            "stock_balance",
            as_of_date=books.as_of,
            item_no=item,
            location="A01" if item[:2] != "FG" else "F01",
            lot_no="",
            on_hand_qty=qty,
            quality_status="available",
            expiry_date=books.as_of + shelf if shelf else None,
        )
        books.add(
            "stock_balance",
            as_of_date=books.as_of - dt.timedelta(days=90),
            item_no=item,
            location="A01",
            lot_no="",
            on_hand_qty=round(qty * 0.9, 2),
            quality_status="available",
            expiry_date=None,
        )
