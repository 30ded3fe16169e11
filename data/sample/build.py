"""The sample factory put together: design, demand, lots, floor, purchases, stock, sales, one after the other."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from data.sample.clock import Bools, Clock, Ints
from data.sample.demand import draw_demand
from data.sample.design import Design, design
from data.sample.floor import run_floor
from data.sample.lots import LotParts, Lots, LotSteps, daily_usage, lot_parts, lot_rules, lot_steps, make_lots, released
from data.sample.masters import TERMS_DAYS, item_numbers, master_tables
from data.sample.purchases import buy, draw_terms, slipping_raw, supplier_count
from data.sample.sales import order_heads, sales_tables, ship, shipped_moves
from data.sample.stock import Moves
from data.sample.warehouse import stock_tables
from data.tables import TABLES

HISTORY_DAYS = 90
SHORT_HISTORY_DAYS = 14


def build(
    as_of: dt.date, language: str, scale: float, load: float, seed: int, history: bool
) -> dict[str, pd.DataFrame]:
    """All tables of the factory, in the order of their declarations."""
    clock = Clock.around(as_of)
    past = clock.ago(HISTORY_DAYS if history else SHORT_HISTORY_DAYS)
    dice = [np.random.default_rng([seed, subject]) for subject in range(8)]
    plan = design(scale, dice[0])
    demand = draw_demand(plan, scale, load, past, dice[1])
    usage = daily_usage(plan, demand.daily)
    rules = lot_rules(plan, demand.daily)
    terms = draw_terms(plan, usage, scale, dice[2])
    every_lot, _every_step, every_part = make_lots(plan, demand, rules, dice[3])
    raw = slipping_raw(plan)
    real = released(plan, every_lot, raw) & (every_lot.finish + every_lot.delay >= past)
    lots, steps, parts = _kept(plan, every_lot, real)
    item_no = item_numbers(plan)
    heads = order_heads(demand, clock)
    floor = run_floor(plan, lots, steps, parts, heads, clock, item_no, language, dice[4])
    used = _used(every_lot, every_part)
    box = int(plan.box_of[demand.lines.good[demand.waiting]])
    buying = buy(plan, terms, used, floor.issues, box, past, heads, clock, item_no, language, dice[5])
    shipped = ship(demand, dice[6])
    masters = master_tables(plan, demand, rules, terms, usage, supplier_count(scale), clock, item_no, language)
    names = masters["item"]["name"].to_numpy(dtype=object)
    days = np.array(TERMS_DAYS)[np.arange(plan.customers) % len(TERMS_DAYS)]
    tables = {
        **masters,
        **floor.tables,
        **buying.tables,
        **stock_tables(
            plan, floor, buying, shipped_moves(demand, shipped), usage, terms, box, past, history, clock, item_no
        ),
        **sales_tables(plan, demand, heads, shipped, lots, floor, clock, item_no, names, days, language, dice[7]),
    }
    return {name: tables[name] for name in TABLES if name in tables}


def _kept(plan: Design, lots: Lots, real: Bools) -> tuple[Lots, LotSteps, LotParts]:
    """The lots that are work orders, in order of their release, with steps and parts."""
    kept = np.flatnonzero(real)
    kept = kept[np.argsort(lots.start[kept], kind="stable")]
    chosen = Lots(*(getattr(lots, name)[kept] for name in Lots.__slots__))
    steps = lot_steps(plan, chosen)
    return chosen, steps, lot_parts(plan, chosen, steps)


def _used(lots: Lots, parts: LotParts) -> Moves:
    """What all lots of the time line use: what purchases are made for."""
    kept = ~lots.cancelled[parts.lot]
    nothing: Ints = np.full(int(kept.sum()), -1)
    return Moves(parts.component[kept], parts.day[kept], parts.qty[kept], nothing)
