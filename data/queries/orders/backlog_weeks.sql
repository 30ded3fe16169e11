-- Open lines by the week of their date: on time or late by the plan.
WITH backlog AS (
    {{orders/backlog}}
)
SELECT
    CAST(week AS DATE) AS week,
    count(*) FILTER (WHERE days_late = 0) AS on_time,
    count(*) FILTER (WHERE days_late > 0) AS late
FROM backlog
GROUP BY week
ORDER BY week
