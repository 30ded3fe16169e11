-- On-time delivery by customer in each period of $days days from $since to $until, numbered from 0.
WITH line AS (
    {{kpi/on_time_delivery}}
)
SELECT
    date_diff('day', CAST($since AS DATE), target_date) // $days AS period,
    customer_no,
    sum(on_time_line) AS on_time_line,
    sum(due_line) AS due_line,
    sum(on_time_qty) AS on_time_qty,
    sum(qty) AS qty
FROM line
GROUP BY ALL
