-- The settings in which the kept plans differ, with each plan's value; a setting that all have alike is left out.
WITH setting AS (
    SELECT plan_run.run_no, entry.key AS name, entry.value ->> '$' AS value
    FROM plan_run, json_each(plan_run.settings) AS entry
    WHERE plan_run.scenario IS NULL
      AND entry.key NOT IN ('trail', 'restores', 'memory_limit_mb')
),
differs AS (
    SELECT name
    FROM setting
    GROUP BY name
    HAVING count(DISTINCT value) > 1
)
SELECT setting.run_no, setting.name, setting.value
FROM setting
JOIN differs USING (name)
ORDER BY setting.run_no, setting.name
