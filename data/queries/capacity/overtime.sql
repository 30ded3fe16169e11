-- Days from $from_date to $to_date on which a station works overtime by the plan, with what is allowed and what it costs.
WITH station_day AS (
    {{capacity/days}}
)
SELECT *, overtime_hours / nullif(overtime_available_hours, 0) AS overtime_rate
FROM station_day
WHERE overtime_hours > 0.005
ORDER BY work_date, overtime_hours DESC, station_no
