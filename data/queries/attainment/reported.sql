-- Exceptions that were reported in the period, and those still open from before it (in_period false). Lost pieces: what the
-- report states as missed. Days to close count from the report; age is that of one still open, on the as-of date.
SELECT
    exception_report.exception_no,
    exception_report.report_date,
    exception_report.category,
    trim(exception_report.reason) AS reason,
    coalesce(exception_report.department, '') AS department,
    coalesce(exception_report.action, '') AS action,
    exception_report.status,
    exception_report.status <> 'closed' AS is_open,
    exception_report.report_date >= $since AS in_period,
    coalesce(exception_report.station_no, '') AS station_no,
    coalesce(station.name, exception_report.station_no, '') AS station_name,
    coalesce(exception_report.work_order_no, '') AS work_order_no,
    coalesce(work_order.sales_order_no, '') AS sales_order_no,
    work_order.sales_order_line_no AS line_no,
    coalesce(work_order.item_no, '') AS item_no,
    coalesce(item.name, '') AS item_name,
    exception_report.step_no,
    -- greatest() leaves NULL out, but a report that states no quantities says nothing of pieces
    CAST(CASE WHEN exception_report.planned_qty - exception_report.actual_qty IS NOT NULL
              THEN greatest(exception_report.planned_qty - exception_report.actual_qty, 0)
         END AS DOUBLE) AS lost_qty,
    CAST(exception_report.lost_hours AS DOUBLE) AS lost_hours,
    exception_report.closed_date,
    CASE WHEN exception_report.status = 'closed'
         THEN greatest(date_diff('day', exception_report.report_date, exception_report.closed_date), 0)
    END AS days_to_close,
    CASE WHEN exception_report.status <> 'closed'
         THEN date_diff('day', exception_report.report_date, CAST($as_of AS DATE))
    END AS age_days
FROM exception_report
LEFT JOIN station USING (station_no)
LEFT JOIN work_order USING (work_order_no)
LEFT JOIN item USING (item_no)
WHERE exception_report.report_date <= least(CAST($until AS DATE), CAST($as_of AS DATE))
  AND (exception_report.report_date >= $since OR exception_report.status <> 'closed')
