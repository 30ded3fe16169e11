-- How many stretches of work all stations have between $from_date and $to_date.
SELECT count(*) AS bars
FROM plan_schedule
WHERE run_no = $run_no
  AND work_date BETWEEN $from_date AND $to_date
