-- The station's day that attained least of its plan, among days with at least half the station's usual hours; the category
-- and reason that explain most of it, and all that this reason cost the station in the period.
WITH output AS (
    {{attainment/output}}
),
short AS (
    {{kpi/shortfall}}
),
cell AS (
    SELECT
        station_no,
        work_date,
        sum(planned_qty) AS planned_qty,
        sum(attained_qty) AS attained_qty,
        sum(planned_qty * worth) AS planned_hours
    FROM output
    GROUP BY ALL
    HAVING sum(planned_qty) > 0
),
worst AS (
    SELECT *
    FROM cell
    WHERE attained_qty < planned_qty
    QUALIFY planned_hours >= 0.5 * median(planned_hours) OVER (PARTITION BY station_no)
    ORDER BY attained_qty / planned_qty, planned_hours DESC, station_no, work_date
    LIMIT 1
),
told AS (
    SELECT short.*, trim(exception_report.reason) AS reason
    FROM short
    LEFT JOIN exception_report USING (exception_no)
    WHERE short.station_no = (SELECT station_no FROM worst)
),
main AS (
    SELECT category, reason
    FROM told
    WHERE work_date = (SELECT work_date FROM worst)
    GROUP BY category, reason
    ORDER BY sum(short_qty) DESC, category, reason
    LIMIT 1
)
SELECT
    worst.station_no,
    any_value(coalesce(station.name, worst.station_no)) AS station_name,
    worst.work_date,
    worst.planned_qty,
    worst.attained_qty,
    worst.attained_qty / worst.planned_qty AS rate,
    main.category,
    coalesce(main.reason, '') AS reason,
    count(DISTINCT told.work_date) AS days,
    min(told.work_date) AS first_date,
    max(told.work_date) AS last_date,
    count(DISTINCT told.exception_no) AS exceptions,
    coalesce(min(told.exception_no), '') AS first_exception_no,
    sum(told.short_qty) AS short_qty,
    sum(told.short_hours) AS short_hours
FROM worst
CROSS JOIN main
JOIN told ON told.category = main.category AND told.reason IS NOT DISTINCT FROM main.reason
LEFT JOIN station ON station.station_no = worst.station_no
GROUP BY ALL
