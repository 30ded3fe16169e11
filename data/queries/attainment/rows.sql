-- Planned and actual per item, step, station and day, one row for each exception that explains part of what is short and one
-- for the part that nothing explains; $everything: rows that met their plan or had none, too. Latest days first.
WITH chosen AS (
    {{attainment/chosen}}
),
short AS (
    {{kpi/shortfall}}
)
SELECT
    chosen.work_date,
    chosen.station_no,
    chosen.station_name,
    chosen.item_no,
    chosen.item_name,
    chosen.step_no,
    coalesce(routing_step.name, '') AS step_name,
    chosen.planned_qty,
    chosen.actual_qty,
    chosen.beyond_qty,
    coalesce(short.short_qty, 0) AS short_qty,
    coalesce(short.short_hours, 0) AS short_hours,
    coalesce(short.short_value, 0) AS short_value,
    coalesce(short.category, '') AS category,
    coalesce(short.exception_no, '') AS exception_no,
    coalesce(exception_report.reason, '') AS reason,
    coalesce(exception_report.department, '') AS department
FROM chosen
LEFT JOIN short USING (item_no, step_no, station_no, work_date)
LEFT JOIN exception_report USING (exception_no)
LEFT JOIN routing_step USING (item_no, step_no, station_no)
WHERE ($everything OR short.short_qty IS NOT NULL)
  AND ($category = '' OR short.category = $category)
ORDER BY
    chosen.work_date DESC,
    coalesce(short.short_hours, 0) DESC,
    chosen.station_no,
    chosen.item_no,
    chosen.step_no,
    exception_no
