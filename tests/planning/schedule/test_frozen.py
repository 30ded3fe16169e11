"""Frozen work is kept as it is, and everything else goes around it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planning.model import Schedule
from tests.planning.schedule.shops import at, day, lot, runs, schedule, station, step


def frozen(order_ref: str, number: int, start: str, finish: str, qty: float, **more: Any) -> dict[str, Any]:
    """A frozen row of step 10 at station S on one day."""
    begin, end = at(number, start), at(number, finish)
    return {
        "order_ref": order_ref,
        "step_no": 10,
        "station_no": "S",
        "unit_no": 1,
        "work_date": day(number),
        "item_no": "A",
        "qty": float(qty),
        "hours": (end - begin).total_seconds() / 3600,
        "start_time": begin,
        "finish_time": end,
    } | more


def firm(order_ref: str, item_no: str, qty: float) -> dict[str, Any]:
    """A released work order."""
    return {"order_ref": order_ref, "item_no": item_no, "qty": float(qty)}


def rows_of(plan: Schedule, order_ref: str) -> pd.DataFrame:
    """The rows of one lot without their index."""
    return plan.rows[plan.rows["order_ref"] == order_ref].reset_index(drop=True)


def test_a_frozen_row_is_kept_to_the_minute() -> None:
    kept = frozen("W1", 2, "09:10", "13:10", 4)
    plan = schedule([step("A")], [lot("W1", "A", 4, due=9)], firm_make=[firm("W1", "A", 4)], frozen=[kept])
    assert [{name: row[name] for name in kept} for row in plan.rows.to_dict("records")] == [kept]
    assert plan.lots["finish_time"].tolist() == [at(2, "13:10")]
    assert plan.lots["finish_date"].tolist() == [day(2)]


def test_another_lot_fits_before_it_or_starts_after_it() -> None:
    """A lot of two hours fits before 11:00, one of four hours would straddle the frozen work and waits for its end."""
    plan = schedule(
        [step("A"), step("B")],
        [lot("W1", "A", 2, due=9), lot("L1", "B", 4, due=1), lot("L2", "B", 2, due=1)],
        firm_make=[firm("W1", "A", 2)],
        frozen=[frozen("W1", 1, "11:00", "13:00", 2)],
    )
    assert runs(plan)["L2", 10] == ("S/1", "1 08:00", "1 10:00")
    assert runs(plan)["L1", 10] == ("S/1", "1 13:00", "2 09:00")


def test_the_other_unit_is_free_meanwhile() -> None:
    plan = schedule(
        [step("A"), step("B")],
        [lot("W1", "A", 2, due=9), lot("L1", "B", 4, due=1)],
        firm_make=[firm("W1", "A", 2)],
        frozen=[frozen("W1", 1, "10:00", "12:00", 2)],
        station=[station("S", parallel_units=2)],
    )
    assert runs(plan)["L1", 10] == ("S/2", "1 08:00", "1 12:00")


def test_the_next_step_waits_for_it_and_its_drying() -> None:
    routing = [step("A", 10, "S", wait_hours=1), step("A", 20, "T")]
    plan = schedule(
        routing,
        [lot("W1", "A", 2, due=9)],
        firm_make=[firm("W1", "A", 2)],
        frozen=[frozen("W1", 1, "11:00", "13:00", 2)],
    )
    assert runs(plan)["W1", 20] == ("T/1", "1 14:00", "1 16:00")


class TestWhatIsLeftOfAFrozenStep:
    """It goes on on the same unit on the next day, before any other lot, without another changeover."""

    routing = (step("A", setup_hours=1), step("B", setup_hours=1))

    def plan(self) -> Schedule:
        """Six of ten pieces are frozen on day 1 until 15:00; another lot is due on day 1."""
        return schedule(
            [*self.routing],
            [lot("W1", "A", 10, due=9), lot("L1", "B", 1, due=1, weight=5)],
            firm_make=[firm("W1", "A", 10)],
            frozen=[frozen("W1", 1, "08:00", "15:00", 6, hours=7.0)],
        )

    def test_it_follows_on_the_same_unit_without_changeover(self) -> None:
        rows = rows_of(self.plan(), "W1")
        assert rows["qty"].tolist() == [6.0, 4.0]
        assert rows["hours"].tolist() == [7.0, 4.0]
        assert rows["start_time"].tolist() == [at(1, "08:00"), at(2, "08:00")]

    def test_no_other_lot_comes_between(self) -> None:
        """The hour from 15:00 stays free, though the other lot is late for it."""
        assert runs(self.plan())["L1", 10] == ("S/1", "2 12:00", "2 14:00")

    def test_the_lot_is_finished_with_it(self) -> None:
        assert self.plan().lots.set_index("order_ref")["finish_time"]["W1"] == at(2, "12:00")


def test_the_lot_after_frozen_work_changes_over_from_it() -> None:
    """B needs its hour of changeover after A, and none after B."""
    routing = [step("A", setup_hours=1), step("B", setup_hours=1)]
    lots = [lot("W1", "A", 1, due=9), lot("L1", "B", 2, due=1), lot("L2", "B", 2, due=2)]
    kept = [frozen("W1", 1, "08:00", "10:00", 1)]
    plan = schedule(routing, lots, firm_make=[firm("W1", "A", 1)], frozen=kept)
    assert runs(plan)["L1", 10] == ("S/1", "1 10:00", "1 13:00")
    assert runs(plan)["L2", 10] == ("S/1", "1 13:00", "1 15:00")


def test_frozen_work_of_an_order_that_is_gone_is_dropped() -> None:
    plan = schedule([step("A")], [lot("L1", "A", 8, due=1)], frozen=[frozen("W9", 1, "08:00", "16:00", 8)])
    assert runs(plan) == {("L1", 10): ("S/1", "1 08:00", "1 16:00")}


def test_frozen_overtime_counts() -> None:
    kept = [frozen("W1", 1, "14:00", "18:00", 4, overtime_hours=2.0)]
    plan = schedule([step("A")], [lot("W1", "A", 4, due=9)], firm_make=[firm("W1", "A", 4)], frozen=kept)
    assert plan.overtime_hours == 2.0


def test_frozen_work_on_a_station_its_routing_no_longer_names() -> None:
    """The frozen pieces stay on S; what is left goes where the routing sends it."""
    routing = [step("A", 10, "T"), step("B", 10, "S")]
    plan = schedule(
        routing,
        [lot("W1", "A", 10, due=9)],
        firm_make=[firm("W1", "A", 10)],
        frozen=[frozen("W1", 1, "08:00", "14:00", 6)],
    )
    assert rows_of(plan, "W1")[["station_no", "qty"]].to_numpy().tolist() == [["S", 6.0], ["T", 4.0]]
