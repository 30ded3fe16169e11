-- Make orders of the latest plan that are due to start in the window, and whether all their material is there.
-- Work orders that have been started are past their start.
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
    CAST(plan_kit.status = 'full' AS DOUBLE) AS kitted,
    1.0::DOUBLE AS due
FROM plan_kit
JOIN plan_order USING (run_no, order_ref)
LEFT JOIN work_order ON work_order.work_order_no = plan_order.order_ref
WHERE plan_kit.run_no = $run_no
  AND plan_order.kind IN ('firm_make', 'planned_make')
  AND plan_order.start_date BETWEEN $ahead_since AND $ahead_until
  AND coalesce(work_order.status, 'released') <> 'started'
ORDER BY plan_order.start_date, plan_kit.order_ref
