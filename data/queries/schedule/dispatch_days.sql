-- The days on which a station has planned work, with how much.
SELECT work_date, count(DISTINCT order_ref) AS lots, CAST(sum(hours) AS DOUBLE) AS hours
FROM plan_schedule
WHERE run_no = $run_no
  AND station_no = $station_no
GROUP BY work_date
ORDER BY work_date
