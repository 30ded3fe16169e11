-- The newest plan of each day that was planned up to $as_of, the last $points of them, in order.
SELECT run_no, as_of_date
FROM plan_run
WHERE scenario IS NULL
  AND as_of_date <= $as_of
QUALIFY row_number() OVER (PARTITION BY as_of_date ORDER BY created_at DESC, run_no DESC) = 1
ORDER BY as_of_date DESC
LIMIT $points
