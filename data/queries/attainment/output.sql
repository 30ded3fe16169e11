-- What was planned, attained and made beyond the plan, per item, step, station and day of the period, and what one piece is
-- worth in $measure: one piece, its standard hours, or the price of the order lines it serves.
-- Hours and price are those of kpi/shortfall, here for all rows: dispatched hours per piece, else started pieces / standard
-- capacity; the price of the order lines that the dispatched work orders serve with this very item. What was made on a day
-- without a dispatch has the price of the lines that the work orders handed over that day serve.
WITH day_output AS (
    {{kpi/plan_attainment}}
),
capacity AS (
    SELECT
        item_no,
        step_no,
        station_no,
        1 / (CAST(units_per_hour AS DOUBLE) * coalesce(nullif(yield_rate, 0), 1)) AS hours_per_piece
    FROM routing_step
),
served AS (
    SELECT work_order.work_order_no, work_order.item_no, CAST(coalesce(sales_order.unit_price, 0) AS DOUBLE) AS price
    FROM work_order
    LEFT JOIN sales_order
        ON sales_order.sales_order_no = work_order.sales_order_no
        AND sales_order.line_no = work_order.sales_order_line_no
        AND sales_order.item_no = work_order.item_no
),
dispatched AS (
    SELECT
        served.item_no,
        dispatch.step_no,
        dispatch.station_no,
        dispatch.work_date,
        sum(dispatch.planned_qty * served.price) / nullif(sum(dispatch.planned_qty), 0) AS price
    FROM dispatch
    JOIN served USING (work_order_no)
    WHERE dispatch.work_date BETWEEN $since AND $until
    GROUP BY ALL
),
handed AS (
    SELECT
        served.item_no,
        handover.from_step_no AS step_no,
        CAST(handover.handover_time AS DATE) AS work_date,
        sum(handover.good_qty * served.price) / nullif(sum(handover.good_qty), 0) AS price
    FROM handover
    JOIN served USING (work_order_no)
    WHERE CAST(handover.handover_time AS DATE) BETWEEN $since AND $until
    GROUP BY ALL
)
SELECT
    item_no,
    step_no,
    station_no,
    work_date,
    planned_qty,
    actual_qty,
    attained_qty,
    actual_qty - attained_qty AS beyond_qty,
    CAST(CASE $measure
        WHEN 'pieces' THEN 1
        WHEN 'hours' THEN coalesce(planned_hours / nullif(planned_qty, 0), capacity.hours_per_piece, 0)
        ELSE coalesce(dispatched.price, CASE WHEN planned_qty = 0 THEN handed.price END, 0)
    END AS DOUBLE) AS worth
FROM day_output
LEFT JOIN capacity USING (item_no, step_no, station_no)
LEFT JOIN dispatched USING (item_no, step_no, station_no, work_date)
LEFT JOIN handed USING (item_no, step_no, work_date)
