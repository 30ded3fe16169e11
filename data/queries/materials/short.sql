-- What is short: rows of the ledger in which a part is needed before the supply that was allotted to it can be used.
-- Needed is the day the backward schedule wants it, or the first plan day where that has passed. Supply counts that
-- somebody must chase: arrivals under inspection, open purchase lines, and planned purchases that come late even if they
-- are ordered on the first plan day (one that is ordered later was timed to its use). Safety stock is no need.
SELECT
    plan_allocation.allocation_no,
    plan_allocation.item_no,
    plan_allocation.demand_kind,
    plan_allocation.demand_ref,
    CAST(plan_allocation.demand_line_no AS BIGINT) AS demand_line_no,
    CAST(plan_allocation.step_no AS BIGINT) AS step_no,
    greatest(plan_allocation.need_date, CAST($first_day AS DATE)) AS needed_on,
    plan_allocation.used_date,
    plan_allocation.supply_kind,
    plan_allocation.supply_ref,
    plan_allocation.available_date,
    plan_allocation.qty
FROM plan_allocation
LEFT JOIN plan_order
    ON plan_order.run_no = plan_allocation.run_no
    AND plan_order.order_ref = plan_allocation.supply_ref
WHERE plan_allocation.run_no = $run_no
  AND plan_allocation.demand_kind <> 'safety_stock'
  AND plan_allocation.supply_kind IN ('inspection', 'firm_buy', 'planned_buy')
  AND plan_allocation.available_date > greatest(plan_allocation.need_date, CAST($first_day AS DATE))
  AND (plan_allocation.supply_kind <> 'planned_buy' OR plan_order.start_date <= $first_day)
