-- How the search for the plan $run_no went, step by step. value: the least weighted lateness so far; bound: the greatest proven so
-- far, none where it was taken back in the end. refused: the checker refused the plan of that rung, which counts no more.
WITH step AS (
    SELECT
        entry.id AS position,
        entry.value ->> 'rung' AS rung,
        CAST(entry.value ->> 'seconds' AS DOUBLE) AS seconds,
        CAST(entry.value ->> 'objective' AS DOUBLE) AS objective,
        CAST(entry.value ->> 'bound' AS DOUBLE) AS bound,
        coalesce(entry.value ->> 'failed', '') AS failed
    FROM plan_run, json_each(plan_run.settings, '$.trail') AS entry
    WHERE plan_run.run_no = $run_no
)
SELECT
    row_number() OVER (ORDER BY step.position) AS step,
    step.rung,
    step.seconds,
    min(step.objective) OVER so_far AS value,
    CASE WHEN plan_run.bound IS NOT NULL THEN max(step.bound) OVER so_far END AS bound,
    step.failed,
    starts_with(step.failed, 'refused') AS refused
FROM step
JOIN plan_run ON plan_run.run_no = $run_no
WINDOW so_far AS (ORDER BY step.position)
ORDER BY step.position
