-- The units of the stations that are looked at (all where the list $stations is empty), in the order they are drawn.
SELECT
    station.station_no,
    station.name AS station_name,
    CAST(unit.unit_no AS BIGINT) AS unit_no,
    unit.unit_no = 1 AS is_first
FROM station
CROSS JOIN LATERAL (
    SELECT unnest(generate_series(1, CAST(greatest(coalesce(station.parallel_units, 1), 1) AS BIGINT))) AS unit_no
) AS unit
WHERE len($stations) = 0 OR list_contains($stations, station.station_no)
ORDER BY station.station_no, unit.unit_no
