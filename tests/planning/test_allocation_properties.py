"""A far need takes nothing from a near one, on needs, supply and lead times drawn at random."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.model import MaterialPlan
from tests.planning.factories import bought, buy, order, plan

LEAD = 10
SURE = LEAD + 1  # the day on which a new order is there
quantities = st.integers(1, 40)
relaxed = settings(deadline=None, max_examples=200)

Lines = list[tuple[int, int, int]]  # day, quantity, priority


def planned(lines: Lines, supply: list[tuple[int, int]], on_hand: int, least: float = 0.0) -> MaterialPlan:
    return plan(
        item=[bought("X", LEAD, min_order_qty=least)],
        demand=[order(f"SO{k}", "X", when, qty, rank) for k, (when, qty, rank) in enumerate(lines)],
        stock=[{"item_no": "X", "qty": float(on_hand)}] if on_hand else [],
        firm_buy=[buy(f"PO{k}/1", "X", when, qty) for k, (when, qty) in enumerate(supply)],
    )


def late_pieces(materials: MaterialPlan) -> pd.Series:
    """Pieces of each order that come after its need."""
    rows = materials.allocation
    late = rows["qty"].where(rows["available_date"] > rows["need_date"], 0.0)
    return late.groupby(rows["demand_ref"]).sum()


cases = (
    st.lists(st.tuples(st.integers(1, 30), quantities, st.integers(1, 5)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(1, 30), quantities), max_size=4),
    st.integers(0, 80),
)


@relaxed
@given(*cases)
def test_near_lines_are_served_as_if_there_were_no_far_ones(
    lines: Lines, supply: list[tuple[int, int]], on_hand: int
) -> None:
    """Whatever the priorities; and far lines are all in time, by what is left over or by a new order."""
    late = late_pieces(planned(lines, supply, on_hand))
    near = [line for line in lines if line[0] < SURE]
    numbers = [f"SO{k}" for k, line in enumerate(lines) if line[0] < SURE]
    alone = late_pieces(planned(near, supply, on_hand)) if near else pd.Series(dtype="float64")
    assert late.reindex(numbers).tolist() == pytest.approx(alone.reindex(f"SO{k}" for k in range(len(near))).tolist())
    assert late.drop(numbers).sum() == 0


@relaxed
@given(*cases, st.sampled_from([0.0, 25.0]))
def test_no_more_is_bought_than_lacks(lines: Lines, supply: list[tuple[int, int]], on_hand: int, least: float) -> None:
    """What is bought is what lines of one priority would have to buy, whoever comes first."""
    materials = planned(lines, supply, on_hand, least)
    equal = planned([(when, qty, 3) for when, qty, _ in lines], supply, on_hand, least)

    def taken(plan: MaterialPlan) -> float:
        return float(plan.allocation["qty"][plan.allocation["supply_kind"] == "planned_buy"].sum())

    assert taken(materials) <= taken(equal) + 1e-6
