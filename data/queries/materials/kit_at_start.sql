-- Make orders of a plan: whether supply that exists has every component there on the day the order starts, and which
-- components it lacks. Supply that exists: stock, arrivals under inspection, open purchase lines and work orders, on the days
-- the plan counts on. What is only planned does not count, nor does a purchase line that is overdue: its day is a guess.
WITH used AS (
    SELECT
        plan_allocation.demand_ref AS order_ref,
        plan_allocation.item_no,
        plan_allocation.supply_kind NOT IN ('planned_buy', 'planned_make')
        AND plan_allocation.available_date <= plan_order.start_date
        AND coalesce(coalesce(purchase_order.confirmed_date, purchase_order.due_date) > plan_run.as_of_date, TRUE)
            AS there
    FROM plan_allocation
    JOIN plan_run USING (run_no)
    JOIN plan_order ON plan_order.run_no = plan_allocation.run_no AND plan_order.order_ref = plan_allocation.demand_ref
    LEFT JOIN purchase_order
        ON purchase_order.purchase_order_no || '/' || purchase_order.line_no  -- one comparison: a condition on the left
        = CASE WHEN plan_allocation.supply_kind = 'firm_buy' THEN plan_allocation.supply_ref END  -- compares all with all
    WHERE plan_allocation.run_no = $run_no
      AND plan_allocation.demand_kind = 'make'
),
missing AS (
    SELECT order_ref, string_agg(DISTINCT item_no, ',' ORDER BY item_no) AS missing_at_start
    FROM used
    WHERE NOT there
    GROUP BY order_ref
)
SELECT
    plan_order.order_ref,
    missing.order_ref IS NULL AS full_at_start,
    coalesce(missing.missing_at_start, '') AS missing_at_start
FROM plan_order
LEFT JOIN missing USING (order_ref)
WHERE plan_order.run_no = $run_no
  AND plan_order.kind IN ('firm_make', 'planned_make')
  AND plan_order.start_date IS NOT NULL
