-- One station's day in figures: lots, hours, load, and the next day on which it has work.
WITH station_day AS (
    {{schedule/station_days}}
)
SELECT
    station.name AS station_name,
    coalesce(station.team, '') AS team,
    (
        SELECT count(DISTINCT order_ref)
        FROM plan_schedule
        WHERE run_no = $run_no AND station_no = $station_no AND work_date = $work_date
    ) AS lots,
    coalesce(station_day.load_hours, 0) AS load_hours,
    coalesce(station_day.available_hours, 0) AS available_hours,
    station_day.load_rate,
    (
        SELECT min(work_date)
        FROM plan_schedule
        WHERE run_no = $run_no AND station_no = $station_no AND work_date > $work_date
    ) AS next_day
FROM station
LEFT JOIN station_day ON station_day.station_no = station.station_no AND station_day.work_date = $work_date
WHERE station.station_no = $station_no
