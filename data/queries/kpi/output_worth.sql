-- kpi/day_output with the hours and the price of one piece, as shortfall and attainment count them. Hours: dispatched hours per
-- piece, else started pieces / standard capacity. Price: that of the order lines which the dispatched work orders serve with this
-- very item; what was made on a day without a dispatch has the price of the lines that the work orders handed over that day serve.
WITH day_output AS (
    {{kpi/day_output}}
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
    CAST(coalesce(planned_hours / nullif(planned_qty, 0), capacity.hours_per_piece, 0) AS DOUBLE) AS hours_per_piece,
    CAST(coalesce(dispatched.price, CASE WHEN planned_qty = 0 THEN handed.price END, 0) AS DOUBLE) AS price
FROM day_output
LEFT JOIN capacity USING (item_no, step_no, station_no)
LEFT JOIN dispatched USING (item_no, step_no, station_no, work_date)
LEFT JOIN handed USING (item_no, step_no, work_date)
