-- Hours that the latest plan needs against the hours there are, per station and day of the window.
-- Needed: standard hours, changeover included. Available: calendar hours x units x efficiency, without overtime, so that
-- a station that needs overtime stands above 1.
WITH calendar_hours AS (
    {{schedule/calendar_hours}}
),
available AS (
    SELECT
        station.station_no,
        calendar_hours.work_date,
        calendar_hours.hours * coalesce(station.parallel_units, 1) * coalesce(station.efficiency, 1) AS available_hours
    FROM station
    JOIN calendar_hours USING (calendar_no)
    JOIN plan_run ON plan_run.run_no = $run_no
    WHERE calendar_hours.work_date BETWEEN $ahead_since AND $ahead_until
      AND calendar_hours.work_date > plan_run.as_of_date
      AND calendar_hours.work_date <= plan_run.horizon_end
),
needed AS (
    SELECT station_no, work_date, sum(hours) AS needed_hours
    FROM plan_schedule
    WHERE run_no = $run_no AND work_date BETWEEN $ahead_since AND $ahead_until
    GROUP BY ALL
)
SELECT
    station_no,
    work_date,
    CAST(coalesce(needed.needed_hours, 0) AS DOUBLE) AS needed_hours,
    CAST(coalesce(available.available_hours, 0) AS DOUBLE) AS available_hours
FROM available
FULL JOIN needed USING (station_no, work_date)
WHERE needed_hours > 0 OR available_hours > 0
ORDER BY station_no, work_date
