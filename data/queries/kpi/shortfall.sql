-- Pieces missed against the plan, per item, step, station and day, in standard hours and order value, by the category of
-- the exception that explains them. An exception explains rows of its day that fit the work order's item, step and station
-- it names (what it leaves empty fits all), as many pieces as it states as missed, or all where it states none; several
-- exceptions explain in the order of their numbers. The rest, and what waits for its reason, is unexplained.
-- Hours and value of a piece: kpi/output_worth.
WITH output_worth AS (
    {{kpi/output_worth}}
),
priced AS (
    SELECT *, planned_qty - actual_qty AS short_qty
    FROM output_worth
    WHERE planned_qty > actual_qty
),
reason AS (
    SELECT
        exception_report.exception_no,
        exception_report.category,
        exception_report.report_date,
        work_order.item_no,
        exception_report.step_no,
        exception_report.station_no,
        -- greatest() leaves NULL out, but a report that states no quantities explains whatever is missing
        CASE WHEN exception_report.planned_qty - exception_report.actual_qty IS NOT NULL
             THEN greatest(exception_report.planned_qty - exception_report.actual_qty, 0) END AS missed_qty
    FROM exception_report
    LEFT JOIN work_order USING (work_order_no)
    WHERE exception_report.report_date BETWEEN $since AND $until
      AND trim(exception_report.reason) <> ''
),
-- two joins, since one with "names this item, or none" would compare all reasons of a day with all that is short on it
fitting AS (
    SELECT priced.*, reason.exception_no, reason.category, reason.missed_qty
    FROM priced
    JOIN reason
        ON reason.report_date = priced.work_date
        AND reason.item_no = priced.item_no
        AND (reason.step_no IS NULL OR reason.step_no = priced.step_no)
        AND (reason.station_no IS NULL OR reason.station_no = priced.station_no)
    UNION ALL
    SELECT priced.*, reason.exception_no, reason.category, reason.missed_qty
    FROM priced
    JOIN (SELECT * FROM reason WHERE item_no IS NULL) AS reason
        ON reason.report_date = priced.work_date
        AND (reason.step_no IS NULL OR reason.step_no = priced.step_no)
        AND (reason.station_no IS NULL OR reason.station_no = priced.station_no)
),
claim AS (
    SELECT
        * EXCLUDE (missed_qty),
        coalesce(missed_qty, short_qty) AS claimed_qty,
        coalesce(sum(coalesce(missed_qty, short_qty)) OVER (
            PARTITION BY item_no, step_no, station_no, work_date
            ORDER BY exception_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS claimed_before
    FROM fitting
),
explained AS (
    SELECT
        * EXCLUDE (claimed_qty, claimed_before),
        least(claimed_qty, greatest(short_qty - claimed_before, 0)) AS qty
    FROM claim
),
told AS (
    SELECT item_no, step_no, station_no, work_date, sum(qty) AS qty
    FROM explained
    GROUP BY ALL
),
unexplained AS (
    SELECT
        priced.*,
        NULL::VARCHAR AS exception_no,
        'unexplained' AS category,
        priced.short_qty - coalesce(told.qty, 0) AS qty
    FROM priced
    LEFT JOIN told USING (item_no, step_no, station_no, work_date)
)
SELECT
    item_no,
    step_no,
    station_no,
    work_date,
    planned_qty,
    actual_qty,
    category,
    exception_no,
    CAST(qty AS DOUBLE) AS short_qty,
    CAST(qty * hours_per_piece AS DOUBLE) AS short_hours,
    CAST(qty * price AS DOUBLE) AS short_value
FROM (SELECT * FROM explained UNION ALL BY NAME SELECT * FROM unexplained)
WHERE qty > 1e-9
ORDER BY work_date, station_no, item_no, step_no, exception_no NULLS LAST
