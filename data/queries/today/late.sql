-- The late lines of the plan, the most weighted days first.
WITH line AS (
    {{orders/backlog_lines}}
)
SELECT *, days_late * (6 - priority) AS weighted_days
FROM line
WHERE state = 'late'
ORDER BY weighted_days DESC, target_date, sales_order_no, line_no
