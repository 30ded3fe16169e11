-- The plan that pages show, the newest of today's data: its figures, its first day and the last of its frozen days.
WITH newest AS (
    SELECT *
    FROM plan_run
    WHERE scenario IS NULL
    ORDER BY created_at DESC, run_no DESC
    LIMIT 1
),
calendar_hours AS (
    {{schedule/calendar_hours}}
),
working_day AS (
    SELECT work_date, row_number() OVER (ORDER BY work_date) AS position
    FROM (
        SELECT DISTINCT calendar_hours.work_date
        FROM calendar_hours
        JOIN station USING (calendar_no)
        JOIN newest ON calendar_hours.work_date > newest.as_of_date
        WHERE calendar_hours.hours > 0
    )
)
SELECT
    run_no,
    created_at,
    as_of_date,
    horizon_end,
    status,
    CAST(objective AS DOUBLE) AS objective,
    CAST(bound AS DOUBLE) AS bound,
    CAST(gap AS DOUBLE) AS gap,
    CAST(seconds AS DOUBLE) AS seconds,
    verified,
    orders,
    late,
    CAST(overtime_hours AS DOUBLE) AS overtime_hours,
    coalesce((SELECT min(work_date) FROM working_day), as_of_date + 1) AS first_day,
    (
        SELECT max(work_date)
        FROM working_day
        WHERE position <= coalesce(CAST(newest.settings ->> 'frozen_days' AS BIGINT), 0)
    ) AS frozen_until
FROM newest
