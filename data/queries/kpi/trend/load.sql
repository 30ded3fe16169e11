-- Load by station that each of the plans $run_nos saw in the $ahead_days days after its own day.
WITH calendar_hours AS (
    {{schedule/calendar_hours}}
),
run AS (
    SELECT run_no, as_of_date, least(horizon_end, as_of_date + CAST($ahead_days AS INTEGER)) AS ahead_until
    FROM plan_run
    WHERE run_no IN (SELECT unnest($run_nos))
),
available AS (
    SELECT
        run.run_no,
        station.station_no,
        sum(calendar_hours.hours * coalesce(station.parallel_units, 1) * coalesce(station.efficiency, 1)) AS hours
    FROM station
    JOIN calendar_hours USING (calendar_no)
    JOIN run ON calendar_hours.work_date > run.as_of_date AND calendar_hours.work_date <= run.ahead_until
    GROUP BY ALL
),
needed AS (
    SELECT run.run_no, plan_schedule.station_no, sum(plan_schedule.hours) AS hours
    FROM plan_schedule
    JOIN run USING (run_no)
    WHERE plan_schedule.work_date BETWEEN run.as_of_date + 1 AND run.as_of_date + CAST($ahead_days AS INTEGER)
    GROUP BY ALL
)
SELECT
    run_no,
    station_no,
    CAST(coalesce(needed.hours, 0) AS DOUBLE) AS needed_hours,
    CAST(coalesce(available.hours, 0) AS DOUBLE) AS available_hours
FROM available
FULL JOIN needed USING (run_no, station_no)
