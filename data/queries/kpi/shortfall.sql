-- Pieces missed against the plan, per item, step, station and day, in standard hours and order value, by the category of
-- the exception that explains them. An exception explains rows of its day that fit the work order's item, step and station
-- it names (what it leaves empty fits all), as many pieces as it states as missed, or all where it states none; several
-- exceptions explain in the order of their numbers. The rest, and what waits for its reason, is unexplained.
-- Hours: dispatched hours per piece, else started pieces / standard capacity. Value: the price of the order lines that the
-- dispatched work orders serve with this very item.
WITH day_output AS (
    {{kpi/day_output}}
),
short AS (
    SELECT *, planned_qty - actual_qty AS short_qty
    FROM day_output
    WHERE planned_qty > actual_qty
),
capacity AS (
    SELECT
        item_no,
        step_no,
        station_no,
        1 / (CAST(units_per_hour AS DOUBLE) * coalesce(nullif(yield_rate, 0), 1)) AS hours_per_piece
    FROM routing_step
),
price AS (
    SELECT
        work_order.item_no,
        dispatch.step_no,
        dispatch.station_no,
        dispatch.work_date,
        sum(CAST(dispatch.planned_qty AS DOUBLE) * coalesce(sales_order.unit_price, 0))
            / nullif(sum(dispatch.planned_qty), 0) AS price
    FROM dispatch
    JOIN work_order USING (work_order_no)
    LEFT JOIN sales_order
        ON sales_order.sales_order_no = work_order.sales_order_no
        AND sales_order.line_no = work_order.sales_order_line_no
        AND sales_order.item_no = work_order.item_no
    WHERE dispatch.work_date BETWEEN $since AND $until
    GROUP BY ALL
),
priced AS (
    SELECT
        short.*,
        coalesce(short.planned_hours / short.planned_qty, capacity.hours_per_piece, 0) AS hours_per_piece,
        coalesce(price.price, 0) AS price
    FROM short
    LEFT JOIN capacity USING (item_no, step_no, station_no)
    LEFT JOIN price USING (item_no, step_no, station_no, work_date)
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
claim AS (
    SELECT
        priced.*,
        reason.exception_no,
        reason.category,
        coalesce(reason.missed_qty, priced.short_qty) AS claimed_qty,
        coalesce(sum(coalesce(reason.missed_qty, priced.short_qty)) OVER (
            PARTITION BY priced.item_no, priced.step_no, priced.station_no, priced.work_date
            ORDER BY reason.exception_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS claimed_before
    FROM priced
    JOIN reason
        ON reason.report_date = priced.work_date
        AND (reason.item_no IS NULL OR reason.item_no = priced.item_no)
        AND (reason.step_no IS NULL OR reason.step_no = priced.step_no)
        AND (reason.station_no IS NULL OR reason.station_no = priced.station_no)
),
explained AS (
    SELECT
        * EXCLUDE (claimed_qty, claimed_before),
        least(claimed_qty, greatest(short_qty - claimed_before, 0)) AS qty
    FROM claim
),
unexplained AS (
    SELECT
        priced.*,
        NULL::VARCHAR AS exception_no,
        'unexplained' AS category,
        any_value(priced.short_qty) - coalesce(sum(explained.qty), 0) AS qty
    FROM priced
    LEFT JOIN explained USING (item_no, step_no, station_no, work_date)
    GROUP BY ALL
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
