-- Attainment in pieces of each station and day that had a plan, the stations that lost most hours first.
WITH output AS (
    {{attainment/output}}
),
cell AS (
    SELECT
        station_no,
        work_date,
        sum(planned_qty) AS planned_qty,
        sum(attained_qty) AS attained_qty,
        sum(planned_qty - attained_qty) AS short_qty,
        sum((planned_qty - attained_qty) * worth) AS short_hours
    FROM output
    GROUP BY ALL
    HAVING sum(planned_qty) > 0
)
SELECT
    cell.station_no,
    coalesce(station.name, cell.station_no) AS station_name,
    cell.work_date,
    cell.planned_qty,
    cell.attained_qty,
    cell.attained_qty / cell.planned_qty AS rate,
    cell.short_qty,
    cell.short_hours,
    sum(cell.short_hours) OVER of_station AS station_short_hours,
    sum(cell.attained_qty) OVER of_station / sum(cell.planned_qty) OVER of_station AS station_rate
FROM cell
LEFT JOIN station USING (station_no)
WINDOW of_station AS (PARTITION BY cell.station_no)
ORDER BY station_short_hours DESC, cell.station_no, cell.work_date
