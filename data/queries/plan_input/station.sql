-- Stations with their units and what overtime they may work.
SELECT
    station_no,
    coalesce(parallel_units, 1) AS parallel_units,
    coalesce(efficiency, 1) AS efficiency,
    calendar_no,
    coalesce(overtime_hours, 0) AS overtime_hours,
    coalesce(overtime_cost, 0) AS overtime_cost
FROM station
ORDER BY station_no
