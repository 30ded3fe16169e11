-- What was missed from $since to $until, the most standard hours first: per station, item and reason, with the pieces that were
-- planned and made there.
WITH short AS (
    {{kpi/shortfall}}
)
SELECT
    short.station_no,
    coalesce(station.name, short.station_no) AS station_name,
    short.item_no,
    coalesce(item.name, short.item_no) AS item_name,
    short.category,
    coalesce(trim(exception_report.reason), '') AS reason,
    coalesce(exception_report.department, '') AS department,
    sum(short.planned_qty) AS planned_qty,
    sum(short.actual_qty) AS actual_qty,
    sum(short.short_qty) AS short_qty,
    sum(short.short_hours) AS short_hours
FROM short
LEFT JOIN station USING (station_no)
LEFT JOIN item USING (item_no)
LEFT JOIN exception_report USING (exception_no)
GROUP BY ALL
ORDER BY short_hours DESC, short.station_no, short.item_no, short.category
