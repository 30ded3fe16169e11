-- Each station on each day from $from_date to $to_date: load, overtime planned and allowed with what it costs, and what one more
-- hour of a machine there is worth (worth, weighted days late; none where the plan's model does not know). Overtime is paid by the
-- clock: its standard hours ÷ efficiency × units of money per hour.
WITH station_day AS (
    {{schedule/station_days}}
),
price AS (
    SELECT resource_no AS station_no, work_date, price
    FROM plan_price
    WHERE run_no = $run_no
      AND kind = 'station'
)
SELECT
    station_day.*,
    greatest(station_day.overtime_available_hours - station_day.overtime_hours, 0) AS overtime_left,
    CAST(
        station_day.overtime_hours / coalesce(nullif(station.efficiency, 0), 1) * station.overtime_cost AS DOUBLE
    ) AS overtime_cost,
    CAST(price.price AS DOUBLE) AS worth
FROM station_day
JOIN station USING (station_no)
LEFT JOIN price USING (station_no, work_date)
ORDER BY station_no, work_date
