-- Open order lines whose date lies in the window, and whether all their material is there, by the latest plan.
WITH demand AS (
    {{plan_input/demand}}
)
SELECT
    plan_kit.order_ref,
    demand.customer_no,
    demand.item_no,
    CAST(demand.qty AS DOUBLE) AS qty,
    demand.target_date,
    plan_kit.status,
    plan_kit.kit_date,
    CAST(plan_kit.can_make_qty AS DOUBLE) AS can_make_qty,
    plan_kit.blocking,
    CAST(plan_kit.status = 'full' AS DOUBLE) AS kitted,
    1.0::DOUBLE AS due
FROM plan_kit
JOIN demand ON plan_kit.order_ref = demand.sales_order_no || '/' || demand.line_no
WHERE plan_kit.run_no = $run_no
  AND demand.target_date BETWEEN $kit_since AND $kit_until
ORDER BY demand.target_date, plan_kit.order_ref
