-- Open lines by the week of their date: on time, at risk, late by the plan, or not planned yet.
WITH backlog AS (
    {{orders/backlog}}
)
SELECT
    week,
    count(*) FILTER (WHERE state = 'on_time') AS on_time,
    count(*) FILTER (WHERE state = 'at_risk') AS at_risk,
    count(*) FILTER (WHERE state = 'late') AS late,
    count(*) FILTER (WHERE state = 'unplanned') AS unplanned
FROM backlog
GROUP BY week
ORDER BY week
