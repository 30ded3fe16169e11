-- The plan that $run_no is compared with: the newest of those made before it whose as-of date is earlier, so that a day is
-- compared with the day before; where there is none, the one made just before it.
WITH chosen AS (
    SELECT run_no, created_at, as_of_date FROM plan_run WHERE run_no = $run_no
)
SELECT plan_run.run_no, plan_run.created_at, plan_run.as_of_date
FROM plan_run
JOIN chosen ON (plan_run.created_at, plan_run.run_no) < (chosen.created_at, chosen.run_no)
WHERE plan_run.scenario IS NULL
ORDER BY plan_run.as_of_date < chosen.as_of_date DESC, plan_run.created_at DESC, plan_run.run_no DESC
LIMIT 1
