-- How many lines due in the next four weeks are late, at risk or on time by the plan, and how many are overdue already.
WITH line AS (
    {{delivery/owed}}
)
SELECT
    count(*) FILTER (WHERE soon) AS lines,
    count(*) FILTER (WHERE soon AND state = 'late') AS late,
    count(*) FILTER (WHERE soon AND state = 'at_risk') AS at_risk,
    count(*) FILTER (WHERE soon AND state = 'on_time') AS on_time,
    coalesce(sum(open_value) FILTER (WHERE soon AND state = 'late'), 0) AS late_value,
    coalesce(sum(open_value) FILTER (WHERE soon AND state = 'at_risk'), 0) AS at_risk_value,
    count(*) FILTER (WHERE days_overdue > 0) AS overdue,
    coalesce(sum(open_value) FILTER (WHERE days_overdue > 0), 0) AS overdue_value
FROM line
