"""Work orders under way are scheduled for what is left of them."""

from __future__ import annotations

from typing import Any

from planning.model import Schedule
from tests.planning.schedule.shops import lot, runs, schedule, step, takes

ROUTING = (step("A", 10, "S"), step("A", 20, "T"), step("A", 30, "U"))


def under_way(left: float, *handed: tuple[int, float], ordered: float = 8.0) -> dict[str, Any]:
    """The tables of work order W1: `left` pieces must still come out, (step, good pieces) were handed over."""
    return {
        "firm_make": [{"order_ref": "W1", "item_no": "A", "ordered_qty": ordered, "qty": left}],
        "progress": [{"order_ref": "W1", "step_no": number, "good_qty": good} for number, good in handed],
    }


def pieces(plan: Schedule) -> dict[int, float]:
    """Good pieces by step."""
    return {int(number): float(qty) for number, qty in plan.rows.groupby("step_no")["qty"].sum().items()}


def test_a_step_that_is_done_is_skipped() -> None:
    plan = schedule([*ROUTING], [lot("W1", "A", 8, due=9)], **under_way(8, (10, 8)))
    assert pieces(plan) == {20: 8.0, 30: 8.0}
    assert runs(plan)["W1", 20][1] == "1 08:00"


def test_a_step_half_done_has_the_other_half_to_do() -> None:
    plan = schedule([*ROUTING], [lot("W1", "A", 6, due=9)], **under_way(6, (10, 8), (20, 5), (30, 2)))
    assert pieces(plan) == {20: 3.0, 30: 6.0}


def test_the_next_step_waits_for_the_rest() -> None:
    plan = schedule([*ROUTING], [lot("W1", "A", 8, due=9)], **under_way(8, (10, 4)))
    assert runs(plan)["W1", 20] == ("T/1", "1 12:00", "2 12:00")


def test_pieces_that_lay_between_two_steps_are_not_made_again() -> None:
    """With scrap in the yield the earlier step owes what is left of its own pieces, not of the order's."""
    routing = [step("A", 10, "S", yield_rate=0.5), step("A", 20, "T", yield_rate=0.5)]
    plan = schedule(routing, [lot("W1", "A", 8, due=9)], **under_way(8, (10, 10)))
    assert pieces(plan) == {10: 6.0, 20: 8.0}
    assert plan.rows.groupby("step_no")["hours"].sum().tolist() == [12.0, 16.0]


def test_overlapping_pieces_already_handed_over_do_not_hold_the_rest_up() -> None:
    """Six pieces wait at T; of the last two, handed on one by one, the first is out at 09:00."""
    routing = [step("A", 10, "S", transfer_qty=1), step("A", 20, "T")]
    plan = schedule(routing, [lot("W1", "A", 8, due=9)], **under_way(8, (10, 6)))
    assert runs(plan)["W1", 10] == ("S/1", "1 08:00", "1 10:00")
    assert runs(plan)["W1", 20] == ("T/1", "1 09:00", "2 09:00")


def test_material_of_a_step_that_is_done_is_waited_for_by_the_next() -> None:
    plan = schedule(
        [*ROUTING], [lot("W1", "A", 8, due=9)], [takes("W1", "PB", available=3, step_no=10)], **under_way(8, (10, 8))
    )
    assert runs(plan)["W1", 20][1] == "3 08:00"


def test_handed_over_pieces_of_other_orders_change_nothing() -> None:
    tables = under_way(8)
    tables["progress"] = [{"order_ref": "W7", "step_no": 10, "good_qty": 8.0}]
    plan = schedule([*ROUTING], [lot("W1", "A", 8, due=9)], **tables)
    assert pieces(plan) == {10: 8.0, 20: 8.0, 30: 8.0}
