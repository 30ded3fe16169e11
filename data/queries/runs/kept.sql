-- The plans of today's data that are kept, the newest first, each with its figures. stale: facts have changed since it was made.
-- restores: the plan that it is a copy of.
SELECT
    run_no,
    as_of_date,
    created_at,
    status,
    verified,
    CAST(objective AS DOUBLE) AS objective,
    CAST(bound AS DOUBLE) AS bound,
    CAST(gap AS DOUBLE) AS gap,
    CAST(seconds AS DOUBLE) AS seconds,
    coalesce(late, 0) AS late,
    coalesce(orders, 0) AS orders,
    CAST(coalesce(overtime_hours, 0) AS DOUBLE) AS overtime_hours,
    CAST(coalesce(CAST(settings ->> 'frozen_days' AS DOUBLE), 0) AS BIGINT) AS frozen_days,
    coalesce(settings ->> 'restores', '') AS restores,
    data_version <> CAST((SELECT facts FROM data_version) AS VARCHAR) AS stale
FROM plan_run
WHERE scenario IS NULL
ORDER BY created_at DESC, run_no DESC
