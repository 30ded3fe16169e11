-- Attainment in pieces of each station and day that had a plan, the stations that lost most hours first. is_worst: the one
-- that attained least among days with at least half the station's usual hours, if any day was short at all.
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
        sum(planned_qty * worth) AS planned_hours,
        sum((planned_qty - attained_qty) * worth) AS short_hours
    FROM output
    GROUP BY ALL
    HAVING sum(planned_qty) > 0
),
worst AS (
    SELECT station_no, work_date
    FROM cell
    QUALIFY short_qty > 1e-9 AND planned_hours >= 0.5 * median(planned_hours) OVER (PARTITION BY station_no)
    ORDER BY attained_qty / planned_qty, planned_hours DESC, station_no, work_date
    LIMIT 1
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
    worst.station_no IS NOT NULL AS is_worst
FROM cell
LEFT JOIN worst USING (station_no, work_date)
LEFT JOIN station USING (station_no)
WINDOW of_station AS (PARTITION BY cell.station_no)
ORDER BY station_short_hours DESC, cell.station_no, cell.work_date
