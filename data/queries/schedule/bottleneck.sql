-- Stations by load from $from_date to $to_date, the fullest first.
WITH station_day AS (
    {{schedule/station_days}}
)
SELECT
    station_no,
    any_value(station_name) AS station_name,
    sum(load_hours) AS load_hours,
    sum(available_hours) AS available_hours,
    sum(overtime_hours) AS overtime_hours,
    sum(overtime_available_hours) AS overtime_available_hours,
    greatest(sum(overtime_available_hours) - sum(overtime_hours), 0) AS overtime_left,
    sum(load_hours) / nullif(sum(available_hours), 0) AS load_rate,
    max(load_rate) AS peak_rate,
    arg_max(work_date, load_rate) AS peak_date,
    count(*) FILTER (WHERE load_hours > available_hours + 0.005) AS days_over
FROM station_day
GROUP BY station_no
ORDER BY load_rate DESC NULLS LAST, station_no
