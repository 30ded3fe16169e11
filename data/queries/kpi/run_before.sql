-- The plan of today's data that came before $run_no.
SELECT run_no
FROM plan_run
WHERE scenario IS NULL
  AND (created_at, run_no) < (SELECT (created_at, run_no) FROM plan_run WHERE run_no = $run_no)
ORDER BY created_at DESC, run_no DESC
LIMIT 1
