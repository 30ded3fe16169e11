-- Open lines by the week of their date: on time, at risk or late by the plan.
WITH backlog AS (
    {{orders/backlog}}
)
SELECT
    week,
    count(*) FILTER (WHERE state = 'on_time') AS on_time,
    count(*) FILTER (WHERE state = 'at_risk') AS at_risk,
    count(*) FILTER (WHERE state NOT IN ('on_time', 'at_risk')) AS late
FROM backlog
GROUP BY week
ORDER BY week
