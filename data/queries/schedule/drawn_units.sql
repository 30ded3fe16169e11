-- The units of part $part of those that are looked at, from the top down.
WITH unit_part AS (
    {{schedule/unit_parts}}
)
SELECT
    station_no,
    station_name,
    unit_no,
    unit_no = min(unit_no) OVER (PARTITION BY station_no) AS is_first,
    units
FROM unit_part
WHERE part = $part
ORDER BY station_no, unit_no
