-- Late order lines whose lateness comes from queueing at $station, the one that is most late first.
WITH line_state AS (
    {{schedule/line_states}}
)
SELECT
    sales_order_no || '/' || line_no AS line,
    sales_order_no,
    line_no,
    customer_name,
    item_no,
    qty,
    value,
    priority,
    target_date,
    planned_date,
    days_late,
    days_late * (6 - priority) AS weighted_days,
    detail ->> 'order_ref' AS order_ref,
    CAST(detail ->> 'from' AS DATE) AS queue_from,
    CAST(detail ->> 'to' AS DATE) AS queue_to
FROM line_state
WHERE days_late > 0
  AND (detail ->> 'kind') IN ('capacity', 'frozen')
  AND (detail ->> 'station_no') = $station
ORDER BY weighted_days DESC, sales_order_no, line_no
