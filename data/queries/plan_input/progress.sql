-- Good and scrapped pieces that open work orders have handed over, per step.
SELECT
    handover.work_order_no AS order_ref,
    handover.from_step_no AS step_no,
    sum(handover.good_qty) AS good_qty,
    sum(coalesce(handover.scrap_qty, 0)) AS scrap_qty
FROM handover
JOIN work_order USING (work_order_no)
WHERE coalesce(work_order.status, 'released') IN ('released', 'started')
  AND CAST(handover.handover_time AS DATE) <= $as_of
GROUP BY ALL
ORDER BY ALL
