-- The rows of attainment/output of one station, day or item, where the reader chose one, with the names people use.
WITH output AS (
    {{attainment/output}}
)
SELECT
    output.*,
    coalesce(station.name, output.station_no) AS station_name,
    coalesce(item.name, '') AS item_name
FROM output
LEFT JOIN station USING (station_no)
LEFT JOIN item USING (item_no)
WHERE ($station = '' OR output.station_no = $station)
  AND ($day = '' OR output.work_date = TRY_CAST(nullif($day, '') AS DATE))
  AND ($item = '' OR contains(lower(output.item_no || ' ' || coalesce(item.name, '')), lower($item)))
