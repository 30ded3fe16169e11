-- How many exceptions the period had, how long it took to close them, and how many are open, since when and with whom.
WITH reported AS (
    {{attainment/reported}}
),
owner AS (
    SELECT department, count(*) AS open_here
    FROM reported
    WHERE is_open
    GROUP BY department
    ORDER BY open_here DESC, department
    LIMIT 1
)
SELECT
    count(*) FILTER (WHERE in_period) AS exceptions,
    count(*) FILTER (WHERE in_period AND NOT is_open) AS closed,
    count(*) FILTER (WHERE is_open) AS open,
    CAST(median(days_to_close) FILTER (WHERE in_period) AS DOUBLE) AS median_days,
    max(age_days) AS oldest_days,
    arg_min(exception_no, (report_date, exception_no)) FILTER (WHERE is_open) AS oldest_no,
    (SELECT department FROM owner) AS owner,
    (SELECT open_here FROM owner) AS owner_open
FROM reported
