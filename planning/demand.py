"""Open order lines in the order in which they are served."""

from __future__ import annotations

import pandas as pd

from planning.model import PlanInput


def ranked_lines(plan_input: PlanInput) -> pd.DataFrame:
    """The demand in the order in which it is served: priority, target date, order number, line."""
    return plan_input.demand.sort_values(["priority", "target_date", "sales_order_no", "line_no"], ignore_index=True)
