-- The backlog in figures, under the filters of the list.
WITH backlog AS (
    {{orders/backlog}}
)
SELECT
    count(*) AS lines,
    coalesce(sum(open_value), 0) AS open_value,
    count(*) FILTER (WHERE days_overdue > 0) AS overdue_lines,
    count(*) FILTER (WHERE days_late > 0) AS late_lines
FROM backlog
