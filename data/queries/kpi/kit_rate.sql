-- Make orders of the latest plan that are due to start in the window: whether all their material is in hand (kitted), and
-- whether it will be on the day they start, from supply that exists (kitted_at_start). Work orders that have been started are
-- past their start.
WITH at_start AS (
    {{materials/kit_at_start}}
)
SELECT
    plan_kit.order_ref,
    plan_order.kind,
    plan_order.item_no,
    CAST(plan_order.qty AS DOUBLE) AS qty,
    plan_order.start_date,
    plan_kit.status,
    plan_kit.kit_date,
    CAST(plan_kit.can_make_qty AS DOUBLE) AS can_make_qty,
    plan_kit.blocking,
    at_start.missing_at_start,
    CAST(plan_kit.status = 'full' AS DOUBLE) AS kitted,
    CAST(at_start.full_at_start AS DOUBLE) AS kitted_at_start,
    1.0::DOUBLE AS due
FROM plan_kit
JOIN plan_order USING (run_no, order_ref)
JOIN at_start USING (order_ref)
LEFT JOIN work_order ON work_order.work_order_no = plan_order.order_ref
WHERE plan_kit.run_no = $run_no
  AND plan_order.start_date BETWEEN $kit_since AND $kit_until
  AND coalesce(work_order.status, 'released') <> 'started'
ORDER BY plan_order.start_date, plan_kit.order_ref
