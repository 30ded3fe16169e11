-- Good and scrapped pieces that each step of each item handed over in the period.
SELECT
    work_order.item_no,
    handover.from_step_no AS step_no,
    CAST(sum(handover.good_qty) AS DOUBLE) AS good_qty,
    CAST(sum(coalesce(handover.scrap_qty, 0)) AS DOUBLE) AS scrap_qty,
    CAST(sum(handover.good_qty + coalesce(handover.scrap_qty, 0)) AS DOUBLE) AS made_qty
FROM handover
JOIN work_order USING (work_order_no)
WHERE CAST(handover.handover_time AS DATE) BETWEEN $since AND least(CAST($until AS DATE), CAST($as_of AS DATE))
GROUP BY ALL
HAVING made_qty > 0
ORDER BY item_no, step_no
