-- What was achieved on each day of the period, per item, step and station: pieces started per hour dispatched. A hand-over tells
-- pieces, not hours, so the hours are those dispatched for the day, less one changeover on the first day of each work order.
-- stopped: nothing was made, or people, machine, material, surroundings or planning stood in the way by the day's exception
-- reports; that says nothing about the standard. Made without a dispatch: no hours are known, so it is left out.
WITH day_output AS (
    {{kpi/plan_attainment}}
),
begun AS (
    SELECT work_order_no, step_no, station_no, min(work_date) AS work_date
    FROM dispatch
    GROUP BY ALL
),
changeover AS (
    SELECT work_order.item_no, begun.step_no, begun.station_no, begun.work_date, sum(routing_step.setup_hours) AS hours
    FROM begun
    JOIN work_order USING (work_order_no)
    JOIN routing_step USING (item_no, step_no, station_no)
    WHERE begun.work_date BETWEEN $since AND $until
    GROUP BY ALL
),
trouble AS (
    SELECT DISTINCT
        exception_report.report_date AS work_date,
        work_order.item_no,
        exception_report.step_no,
        exception_report.station_no
    FROM exception_report
    LEFT JOIN work_order USING (work_order_no)
    WHERE exception_report.report_date BETWEEN $since AND $until
      AND exception_report.category IN ('manpower', 'machine', 'material', 'environment', 'planning')
      AND coalesce(work_order.item_no, exception_report.station_no) IS NOT NULL
),
hindered AS (
    SELECT item_no, step_no, station_no, work_date
    FROM trouble
    WHERE item_no IS NOT NULL AND step_no IS NOT NULL AND station_no IS NOT NULL
    UNION  -- a report that leaves one of them open hinders all that fit, and is rare
    SELECT day_output.item_no, day_output.step_no, day_output.station_no, day_output.work_date
    FROM day_output
    JOIN trouble
        ON trouble.work_date = day_output.work_date
        AND coalesce(trouble.item_no = day_output.item_no, TRUE)
        AND coalesce(trouble.step_no = day_output.step_no, TRUE)
        AND coalesce(trouble.station_no = day_output.station_no, TRUE)
    WHERE trouble.item_no IS NULL OR trouble.step_no IS NULL OR trouble.station_no IS NULL
)
SELECT
    item_no,
    step_no,
    station_no,
    work_date,
    day_output.actual_qty,
    CAST(day_output.planned_hours - coalesce(changeover.hours, 0) AS DOUBLE) AS run_hours,
    CAST(routing_step.units_per_hour AS DOUBLE) AS standard,
    CAST(
        day_output.actual_qty / coalesce(nullif(routing_step.yield_rate, 0), 1)
        / (day_output.planned_hours - coalesce(changeover.hours, 0))
        AS DOUBLE
    ) AS achieved,
    day_output.actual_qty = 0 OR hindered.item_no IS NOT NULL AS stopped
FROM day_output
JOIN routing_step USING (item_no, step_no, station_no)
LEFT JOIN changeover USING (item_no, step_no, station_no, work_date)
LEFT JOIN hindered USING (item_no, step_no, station_no, work_date)
WHERE day_output.planned_hours - coalesce(changeover.hours, 0) > 0
  AND day_output.work_date <= $as_of
