-- Supplier on time by supplier in each period of $days days from $since to $until, numbered from 0.
WITH line AS (
    {{kpi/supplier_on_time}}
)
SELECT
    date_diff('day', CAST($since AS DATE), target_date) // $days AS period,
    supplier_no,
    sum(on_time) AS on_time,
    sum(promised) AS promised
FROM line
GROUP BY ALL
