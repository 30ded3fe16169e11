-- Load of each station on each day from $from_date to $to_date: standard hours planned against standard hours available.
-- Available: calendar hours x units x efficiency. Overtime stands apart: what may be worked on top of a working day.
WITH calendar_hours AS (
    {{schedule/calendar_hours}}
),
available AS (
    SELECT
        station.station_no,
        station.name AS station_name,
        calendar_hours.work_date,
        calendar_hours.hours * coalesce(station.parallel_units, 1) * coalesce(station.efficiency, 1) AS available_hours,
        CASE WHEN calendar_hours.hours > 0
            THEN coalesce(station.overtime_hours, 0) * coalesce(station.parallel_units, 1)
                * coalesce(station.efficiency, 1)
            ELSE 0
        END AS overtime_available_hours
    FROM station
    JOIN calendar_hours USING (calendar_no)
    WHERE calendar_hours.work_date BETWEEN $from_date AND $to_date
),
planned AS (
    SELECT station_no, work_date, sum(hours) AS hours, sum(coalesce(overtime_hours, 0)) AS overtime_hours
    FROM plan_schedule
    WHERE run_no = $run_no
    GROUP BY ALL
)
SELECT
    available.station_no,
    available.station_name,
    available.work_date,
    CAST(available.available_hours AS DOUBLE) AS available_hours,
    CAST(available.overtime_available_hours AS DOUBLE) AS overtime_available_hours,
    CAST(coalesce(planned.hours, 0) AS DOUBLE) AS load_hours,
    CAST(coalesce(planned.hours, 0) - coalesce(planned.overtime_hours, 0) AS DOUBLE) AS regular_hours,
    CAST(coalesce(planned.overtime_hours, 0) AS DOUBLE) AS overtime_hours,
    CAST(coalesce(planned.hours, 0) / nullif(available.available_hours, 0) AS DOUBLE) AS load_rate
FROM available
LEFT JOIN planned USING (station_no, work_date)
ORDER BY available.station_no, available.work_date
