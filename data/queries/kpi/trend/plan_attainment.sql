-- Plan attainment by station in each period of $days days from $since to $until, numbered from 0.
WITH output AS (
    {{kpi/plan_attainment}}
)
SELECT
    date_diff('day', CAST($since AS DATE), work_date) // $days AS period,
    station_no,
    sum(planned_qty) AS planned_qty,
    sum(actual_qty) AS actual_qty,
    sum(attained_qty) AS attained_qty
FROM output
GROUP BY ALL
