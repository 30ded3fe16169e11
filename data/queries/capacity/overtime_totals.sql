-- Overtime from $from_date to $to_date: planned, allowed, and what it costs. unpriced: planned hours of stations without a price.
WITH station_day AS (
    {{capacity/days}}
)
SELECT
    coalesce(sum(overtime_hours), 0) AS overtime_hours,
    coalesce(sum(overtime_available_hours), 0) AS overtime_available_hours,
    sum(overtime_hours) / nullif(sum(overtime_available_hours), 0) AS overtime_rate,
    coalesce(sum(overtime_cost), 0) AS overtime_cost,
    coalesce(sum(overtime_hours) FILTER (WHERE overtime_cost IS NULL), 0) AS unpriced_hours,
    count(DISTINCT station_no) FILTER (WHERE overtime_hours > 0.005) AS stations
FROM station_day
