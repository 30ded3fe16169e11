-- First-pass yield in each period of $days days from $since to $until, numbered from 0.
SELECT
    date_diff('day', CAST($since AS DATE), CAST(handover.handover_time AS DATE)) // $days AS period,
    CAST(sum(handover.good_qty) AS DOUBLE) AS good_qty,
    CAST(sum(handover.good_qty + coalesce(handover.scrap_qty, 0)) AS DOUBLE) AS made_qty
FROM handover
JOIN work_order USING (work_order_no)
WHERE CAST(handover.handover_time AS DATE) BETWEEN $since AND least(CAST($until AS DATE), CAST($as_of AS DATE))
GROUP BY ALL
