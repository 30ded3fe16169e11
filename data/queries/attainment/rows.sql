-- Planned and actual per item, step, station and day, one row for each exception that explains part of what is short and one
-- for the part that nothing explains; $everything: rows that met their plan or had none, too. Latest days first. $station,
-- $day, $item and $category narrow it, as in attainment/chosen.
WITH short AS (
    {{kpi/shortfall}}
),
output AS (
    {{kpi/plan_attainment}}
),
found AS (
    SELECT * FROM short
    UNION ALL BY NAME
    SELECT item_no, step_no, station_no, work_date, planned_qty, actual_qty
    FROM output
    WHERE $everything AND actual_qty >= planned_qty
)
SELECT
    found.work_date,
    found.station_no,
    coalesce(station.name, found.station_no) AS station_name,
    found.item_no,
    coalesce(item.name, '') AS item_name,
    found.step_no,
    coalesce(routing_step.name, '') AS step_name,
    found.planned_qty,
    found.actual_qty,
    greatest(found.actual_qty - found.planned_qty, 0) AS beyond_qty,
    coalesce(found.short_qty, 0) AS short_qty,
    coalesce(found.short_hours, 0) AS short_hours,
    coalesce(found.short_value, 0) AS short_value,
    coalesce(found.category, '') AS category,
    coalesce(found.exception_no, '') AS exception_no,
    coalesce(exception_report.reason, '') AS reason,
    coalesce(exception_report.department, '') AS department
FROM found
LEFT JOIN station USING (station_no)
LEFT JOIN item USING (item_no)
LEFT JOIN exception_report USING (exception_no)
LEFT JOIN routing_step
    ON routing_step.item_no = found.item_no
    AND routing_step.step_no = found.step_no
    AND routing_step.station_no = found.station_no
WHERE ($station = '' OR found.station_no = $station)
  AND ($day = '' OR found.work_date = TRY_CAST(nullif($day, '') AS DATE))
  AND ($item = '' OR contains(lower(found.item_no || ' ' || coalesce(item.name, '')), lower($item)))
  AND ($category = '' OR found.category = $category)
ORDER BY found.work_date DESC, short_hours DESC, found.station_no, found.item_no, found.step_no, exception_no
