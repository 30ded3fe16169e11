-- Shortfall by category in each period of $days days from $since to $until, numbered from 0.
WITH short AS (
    {{kpi/shortfall}}
)
SELECT
    date_diff('day', CAST($since AS DATE), work_date) // $days AS period,
    category,
    sum(short_qty) AS short_qty,
    sum(short_hours) AS short_hours,
    sum(short_value) AS short_value
FROM short
GROUP BY ALL
