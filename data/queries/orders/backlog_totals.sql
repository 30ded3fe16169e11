-- The backlog in figures, under the filters of the list.
WITH backlog AS (
    {{orders/backlog}}
)
SELECT
    count(*) AS lines,
    coalesce(sum(open_value), 0) AS open_value,
    count(*) FILTER (WHERE days_overdue > 0) AS overdue_lines,
    coalesce(sum(open_value) FILTER (WHERE days_overdue > 0), 0) AS overdue_value,
    count(*) FILTER (WHERE state = 'late') AS late_lines,
    coalesce(sum(open_value) FILTER (WHERE state = 'late'), 0) AS late_value,
    count(*) FILTER (WHERE state = 'at_risk') AS at_risk_lines,
    coalesce(sum(open_value) FILTER (WHERE state = 'at_risk'), 0) AS at_risk_value
FROM backlog
