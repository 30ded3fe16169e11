-- Open order lines with the week they are due in: overdue, one of the $weeks weeks from that of the first plan day, or later; soon:
-- due within the first four of them. Judged as data/kpi.py judges the backlog, by the date that $by_due_date names; state, planned
-- date and cause are those of the plan.
WITH line AS (
    {{orders/backlog_lines}}
),
dated AS (
    SELECT
        * REPLACE (
            CAST(greatest(date_diff('day', CASE WHEN $by_due_date THEN due_date ELSE target_date END, CAST($as_of AS DATE)), 0)
                AS BIGINT) AS days_overdue
        ),
        CAST(date_trunc('week', CASE WHEN $by_due_date THEN due_date ELSE target_date END) AS DATE) AS due_week,
        CAST(date_trunc('week', CAST($first_day AS DATE)) AS DATE) AS this_week
    FROM line
)
SELECT
    *,
    CASE
        WHEN days_overdue > 0 THEN 'overdue'
        WHEN due_week >= this_week + 7 * $weeks THEN 'later'
        ELSE strftime(due_week, '%Y-%m-%d')
    END AS bucket,
    days_overdue = 0 AND due_week < this_week + 28 AS soon
FROM dated
