-- Why one station was short on one day ($since and $until): the category and reason that explain most of it, and what reports
-- of the same category and reason said the station lost, from $from_date to $to_date.
WITH short AS (
    {{kpi/shortfall}}
),
main AS (
    SELECT short.category, trim(exception_report.reason) AS reason
    FROM short
    LEFT JOIN exception_report USING (exception_no)
    WHERE short.station_no = $station
    GROUP BY ALL
    ORDER BY sum(short.short_qty) DESC, short.category, reason
    LIMIT 1
),
told AS (
    SELECT exception_report.*
    FROM exception_report
    JOIN main ON main.category = exception_report.category AND main.reason = trim(exception_report.reason)
    WHERE coalesce(exception_report.station_no, $station) = $station
      AND exception_report.report_date BETWEEN $from_date AND $to_date
)
SELECT
    main.category,
    coalesce(main.reason, '') AS reason,
    count(told.exception_no) AS exceptions,
    coalesce(min(told.exception_no), '') AS first_exception_no,
    count(DISTINCT told.report_date) AS days,
    CAST(coalesce(sum(greatest(told.planned_qty - told.actual_qty, 0)), 0) AS DOUBLE) AS lost_qty,
    CAST(coalesce(sum(told.lost_hours), 0) AS DOUBLE) AS lost_hours
FROM main
LEFT JOIN told ON true
GROUP BY ALL
