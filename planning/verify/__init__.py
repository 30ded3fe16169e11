"""An independent checker of plans: it works out everything again from the plan's own rows and the input.

It shares no code with the parts that make plans (import-linter holds this), so a mistake there and a mistake here
would have to agree for a wrong plan to pass. Every fault has one of these codes:

- orders: VERIFY-DUPLICATE, -VALUE, -REFERENCE, -ITEM, -FIRM-MISSING, -FIRM-UNKNOWN, -FIRM-CHANGED, -FIRM-DATE, -MOQ,
  -MULTIPLE, -LEAD-TIME, -UNFINISHED, -STEP-MISSING, -STEP-UNKNOWN, -STEP-QTY, -ORDER-DATES, -FROZEN
- capacity: VERIFY-STATION, -UNIT, -HORIZON, -WORK-DATE, -CALENDAR, -OVERTIME, -CLOCK, -CAPACITY, -SPLIT, -ALTERNATIVE,
  -INTERRUPTED, -HOURS, -DAY-QTY
- precedence: VERIFY-PRECEDENCE, -TRANSFER
- material: VERIFY-SUPPLY-UNKNOWN, -DEMAND-UNKNOWN, -ALLOCATION-ITEM, -ALLOCATION-STEP, -AVAILABLE-DATE, -USED-DATE,
  -REQUIREMENT, -OVERALLOCATED, -OVERDRAWN, -STOCK, -MATERIAL, -SUBASSEMBLY, -BALANCE
- delivery: VERIFY-DELIVERY-LINE, -DELIVERY-DATE, -DELIVERY-QTY, -DELIVERY-SUPPLY, -LATE-UNNAMED, -LATE-WRONG,
  -LATE-DATES, -LATE-CAUSE, -FIGURE, -BOUND
- pegging: VERIFY-PEGGING, -PEGGING-DATE
- kits: VERIFY-KIT-ORDER, -KIT-STATUS, -KIT-DATE, -KIT-QTY, -KIT-BLOCKING
- messages: VERIFY-MESSAGE-ORDER, -MESSAGE-QTY, -MESSAGE-DATE, -MESSAGE-MISSING

Frozen work is kept as it was: it is held to its unit and to being alone there, not to today's calendar, routing or
material.
"""

from __future__ import annotations

from planning.model import PlanInput, PlanResult
from planning.verify.capacity import check_capacity, work_content
from planning.verify.delivery import check_delivery
from planning.verify.facts import read_facts
from planning.verify.fault import Fault
from planning.verify.kits import check_kits
from planning.verify.material import check_material, supplies
from planning.verify.messages import check_messages
from planning.verify.orders import check_orders
from planning.verify.pegging import check_pegging
from planning.verify.precedence import check_precedence

__all__ = ["Fault", "verify"]


def verify(plan_input: PlanInput, plan_result: PlanResult) -> list[Fault]:
    """The faults of a plan; an empty list means that it is sound. Never raises on a wrong plan."""
    facts = read_facts(plan_input, plan_result)
    work, supply = work_content(facts), supplies(facts)
    return [
        *check_orders(facts),
        *check_capacity(facts, work),
        *check_precedence(facts, work),
        *check_material(facts, supply),
        *check_delivery(facts, supply),
        *check_pegging(facts),
        *check_kits(facts),
        *check_messages(facts),
    ]
