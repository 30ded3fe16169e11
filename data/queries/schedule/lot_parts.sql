-- What one step of a lot takes that has to come first: part, how much, from what, usable from when, the last to come on top.
-- What arrives is usable when work begins that day; what another lot makes, as soon as that lot is done.
WITH first_step AS (
    SELECT min(step_no) AS step_no
    FROM plan_schedule
    WHERE run_no = $run_no
      AND order_ref = $order_ref
),
made AS (
    SELECT order_ref, max(finish_time) AS finish_time
    FROM plan_schedule
    WHERE run_no = $run_no
    GROUP BY order_ref
)
SELECT
    plan_allocation.item_no,
    any_value(item.name) AS item_name,
    any_value(item.uom) AS uom,
    CAST(sum(plan_allocation.qty) AS DOUBLE) AS qty,
    plan_allocation.supply_kind,
    coalesce(plan_allocation.supply_ref, '') AS supply_ref,
    max(coalesce(made.finish_time, CAST(plan_allocation.available_date AS TIMESTAMP))) AS available_time
FROM plan_allocation
CROSS JOIN first_step
LEFT JOIN item USING (item_no)
LEFT JOIN made ON made.order_ref = plan_allocation.supply_ref
WHERE plan_allocation.run_no = $run_no
  AND plan_allocation.demand_kind = 'make'
  AND plan_allocation.demand_ref = $order_ref
  AND coalesce(plan_allocation.step_no, first_step.step_no) = $step_no
  AND plan_allocation.supply_kind <> 'stock'
GROUP BY plan_allocation.item_no, plan_allocation.supply_kind, coalesce(plan_allocation.supply_ref, '')
ORDER BY available_time DESC, plan_allocation.item_no
