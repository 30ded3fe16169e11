"""Pegging: which order lines every supply serves, at any depth, and when the lines are delivered.

A lot's material belongs to the lines that take the lot's output, in proportion to what they take; what a lot makes
beyond that is nobody's. Works level by level on whole arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.bom import Floats, Ints, ranges
from planning.demand import ranked_lines
from planning.model import RESULT_COLUMNS, PlanInput

_NOTHING = 1e-12


def attribute(line: Ints, demand_lot: Ints, supply_lot: Ints, qty: Floats, lots: int) -> tuple[Ints, Ints, Floats]:
    """(ledger row, order line, quantity) of every ledger row that serves an order line, directly or through lots.

    Row by row of the ledger: the order line or the lot that takes (-1: none), the lot that gives (-1: other
    supply), and how much. Lots are 0 .. lots - 1; no lot may, through others, supply itself.
    """
    given = supply_lot >= 0
    output = np.bincount(supply_lot[given], qty[given], minlength=lots)
    order = np.argsort(demand_lot, kind="stable")
    first = np.searchsorted(demand_lot[order], np.arange(lots + 1))
    row = np.flatnonzero(line >= 0)
    lines, share = line[row], qty[row]
    found = []
    width = int(line.max(initial=-1)) + 1
    while len(row):
        found.append((row, lines, share))
        through = supply_lot[row] >= 0
        pair, place = np.unique(supply_lot[row[through]] * width + lines[through], return_inverse=True)
        part = np.bincount(place, share[through], minlength=len(pair))
        lot = pair // width if width else pair
        count = first[lot + 1] - first[lot]
        row = order[ranges(first[lot], count)]
        lines = np.repeat(pair % width if width else pair, count)
        share = np.repeat(part / output[lot], count) * qty[row]
    if not found:
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing, np.zeros(0)
    rows, takers, shares = (np.concatenate([part[at] for part in found]) for at in (0, 1, 2))
    return rows, takers, shares


@dataclass(frozen=True, slots=True)
class Chain:
    """An allocation's references as numbers: lots and order lines by position, -1 where a row has none."""

    lots: pd.Index
    lines: pd.MultiIndex
    line: Ints
    demand_lot: Ints
    supply_lot: Ints
    qty: Floats

    @classmethod
    def of(cls, allocation: pd.DataFrame) -> Chain:
        """The chain of `allocation` (MATERIAL_COLUMNS or RESULT_COLUMNS)."""
        by_lot = (allocation["demand_kind"] == "make").to_numpy()
        for_line = (allocation["demand_kind"] == "sales_order").to_numpy()
        made = allocation["supply_kind"].isin(("firm_make", "planned_make")).to_numpy()
        taker, giver = allocation["demand_ref"], allocation["supply_ref"]
        lots = pd.Index(pd.concat([giver[made], taker[by_lot]]).unique())
        wanted = pd.DataFrame(
            {"sales_order_no": taker[for_line], "line_no": allocation["demand_line_no"][for_line].astype("int64")}
        )
        group = wanted.groupby(["sales_order_no", "line_no"], sort=True)
        line, demand_lot, supply_lot = (np.full(len(allocation), -1, dtype=np.int64) for _ in range(3))
        line[for_line] = group.ngroup().to_numpy()
        demand_lot[by_lot] = lots.get_indexer(taker[by_lot])
        supply_lot[made] = lots.get_indexer(giver[made])
        lines = pd.MultiIndex.from_frame(group.size().reset_index()[["sales_order_no", "line_no"]])
        return cls(lots, lines, line, demand_lot, supply_lot, allocation["qty"].to_numpy())

    def attributed(self) -> tuple[Ints, Ints, Floats]:
        """`attribute` of the whole chain."""
        return attribute(self.line, self.demand_lot, self.supply_lot, self.qty, len(self.lots))


def peg(plan_input: PlanInput, allocation: pd.DataFrame) -> pd.DataFrame:
    """RESULT_COLUMNS["plan_pegging"]: every supply of each order line, at any depth, and how much is for it.

    `allocation` as in RESULT_COLUMNS["plan_allocation"]. Supply that comes after the horizon (available_date
    empty) has the day behind it as its date.
    """
    chain = Chain.of(allocation)
    row, line, qty = chain.attributed()
    beyond = np.datetime64(plan_input.horizon_end, "D") + np.timedelta64(1, "D")
    available = allocation["available_date"].fillna(pd.Timestamp(beyond)).to_numpy()
    supply = allocation.groupby(["item_no", "supply_kind", "supply_ref"], sort=True)
    number = supply.ngroup().to_numpy()
    kinds = supply.agg(available_date=("qty", "size")).reset_index()[["item_no", "supply_kind", "supply_ref"]]
    pair, place = np.unique(line * max(len(kinds), 1) + number[row], return_inverse=True)
    total = np.bincount(place, qty, minlength=len(pair))
    latest = np.full(len(pair), np.datetime64(0, "us"))
    np.maximum.at(latest, place, available[row])
    keep = total > _NOTHING
    pair, total, latest = pair[keep], total[keep], latest[keep]
    whose, what = pair // max(len(kinds), 1), pair % max(len(kinds), 1)
    pegged = {
        "sales_order_no": chain.lines.get_level_values(0).take(whose).to_numpy(),
        "line_no": chain.lines.get_level_values(1).take(whose).to_numpy(),
        **{name: kinds[name].array.take(what) for name in kinds.columns},
        "qty": total,
        "available_date": latest,
    }
    rows = pd.DataFrame(pegged, columns=list(RESULT_COLUMNS["plan_pegging"]))
    return rows.astype({"sales_order_no": "str", "line_no": "int64"})


def deliveries(plan_input: PlanInput, allocation: pd.DataFrame, first_day: Any) -> pd.DataFrame:
    """RESULT_COLUMNS["plan_delivery"]: per order line and day what is delivered, from `first_day` (a date) on.

    A line is delivered when its supply is available. What comes after the horizon (or has no available_date)
    delivers nothing.
    """
    rows = allocation[allocation["demand_kind"] == "sales_order"]
    day = rows["available_date"].clip(lower=pd.Timestamp(first_day))
    inside = (day <= pd.Timestamp(plan_input.horizon_end)).to_numpy()
    rows = rows[inside]
    found = pd.DataFrame(
        {
            "sales_order_no": rows["demand_ref"].astype("str"),
            "line_no": rows["demand_line_no"].astype("int64"),
            "delivery_date": day[inside].astype("datetime64[us]"),
            "qty": rows["qty"],
        }
    )
    return found.groupby(["sales_order_no", "line_no", "delivery_date"], as_index=False)["qty"].sum()


def orders_behind(allocation: pd.DataFrame, supply_ref: str, supply_kind: str = "", item_no: str = "") -> pd.DataFrame:
    """The order lines that cause a supply: sales_order_no, line_no, qty (of the supply, that is for the line).

    Most first. supply_kind and item_no narrow what supply_ref alone does not tell (stock without a lot number).
    """
    chosen = allocation["supply_ref"] == supply_ref
    if supply_kind:
        chosen &= allocation["supply_kind"] == supply_kind
    if item_no:
        chosen &= allocation["item_no"] == item_no
    return _behind(allocation, chosen.to_numpy())


def orders_behind_requirement(allocation: pd.DataFrame, order_ref: str, item_no: str = "") -> pd.DataFrame:
    """The order lines that cause what make order `order_ref` uses (of `item_no` only): as `orders_behind`."""
    chosen = (allocation["demand_kind"] == "make") & (allocation["demand_ref"] == order_ref)
    if item_no:
        chosen &= allocation["item_no"] == item_no
    return _behind(allocation, chosen.to_numpy())


def _behind(allocation: pd.DataFrame, chosen: Any) -> pd.DataFrame:
    """Walks from the chosen rows up to the lines: a lot's share of a part goes to the takers of its output."""
    chain = Chain.of(allocation)
    made = chain.supply_lot >= 0
    output = np.bincount(chain.supply_lot[made], chain.qty[made], minlength=len(chain.lots))
    order = np.argsort(chain.supply_lot, kind="stable")
    first = np.searchsorted(chain.supply_lot[order], np.arange(len(chain.lots) + 1))
    row = np.flatnonzero(chosen)
    share = chain.qty[row]
    total = np.zeros(len(chain.lines))
    while len(row):
        served = chain.line[row] >= 0
        np.add.at(total, chain.line[row[served]], share[served])
        through = chain.demand_lot[row] >= 0
        lot, place = np.unique(chain.demand_lot[row[through]], return_inverse=True)
        part = np.bincount(place, share[through], minlength=len(lot))
        count = first[lot + 1] - first[lot]
        row = order[ranges(first[lot], count)]
        share = np.repeat(part / np.where(output[lot] > 0, output[lot], 1.0), count) * chain.qty[row]
    rows = chain.lines[total > _NOTHING].to_frame(index=False)
    rows["qty"] = total[total > _NOTHING]
    return rows.sort_values(["qty", "sales_order_no", "line_no"], ascending=[False, True, True], ignore_index=True)


def best_lines(plan_input: PlanInput, allocation: pd.DataFrame) -> dict[str, str]:
    """Per make order the first in rank of the order lines it serves at any depth, as "SO-1203/1"."""
    chain = Chain.of(allocation)
    lines = ranked_lines(plan_input)[["sales_order_no", "line_no"]]
    rank = pd.MultiIndex.from_frame(lines).get_indexer(chain.lines)
    nobody = len(lines)
    best = np.full(len(chain.lots), nobody, dtype=np.int64)
    direct = (chain.supply_lot >= 0) & (chain.line >= 0)
    np.minimum.at(best, chain.supply_lot[direct], rank[chain.line[direct]])
    through = (chain.supply_lot >= 0) & (chain.demand_lot >= 0)
    giver, taker = chain.supply_lot[through], chain.demand_lot[through]
    for _ in range(len(chain.lots)):  # at most one round per level
        before = best.copy()
        np.minimum.at(best, giver, best[taker])
        if (best == before).all():
            break
    refs = line_refs(lines["sales_order_no"], lines["line_no"])
    served = np.flatnonzero(best < nobody)
    return dict(zip(chain.lots.to_numpy()[served], refs[best[served]], strict=True))


def line_refs(sales_order_no: pd.Series, line_no: pd.Series) -> npt.NDArray[np.object_]:
    """Order lines as one text each: "SO-1203/1"."""
    lines = line_no.to_numpy().astype(np.int64).astype(str).astype(object)
    refs: npt.NDArray[np.object_] = sales_order_no.to_numpy(dtype=object) + "/" + lines
    return refs
