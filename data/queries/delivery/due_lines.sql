-- Order lines due in the period with the day each was complete, what was missed by its date, and what that is worth.
-- Complete: the day the last piece that was ordered had left; without a day where that was before the recorded shipments.
-- Days: from the line's date to that day, or up to now while it is still owed; below 0 is early.
WITH line AS (
    {{kpi/on_time_delivery}}
),
sent AS (
    SELECT
        sales_order_no,
        sales_order_line_no AS line_no,
        ship_date,
        sum(sum(qty)) OVER (PARTITION BY sales_order_no, sales_order_line_no ORDER BY ship_date) AS so_far
    FROM shipment
    WHERE ship_date <= $as_of
    GROUP BY sales_order_no, sales_order_line_no, ship_date
),
complete AS (
    SELECT sent.sales_order_no, sent.line_no, min(sent.ship_date) AS completed_on
    FROM sent
    JOIN sales_order USING (sales_order_no, line_no)
    WHERE sent.so_far + coalesce(sales_order.qty_shipped, 0) >= sales_order.qty
      AND coalesce(sales_order.qty_shipped, 0) < sales_order.qty
    GROUP BY ALL
)
SELECT
    line.*,
    coalesce(customer.name, line.customer_no) AS customer_name,
    item.name AS item_name,
    sales_order.due_date,
    sales_order.promised_date,
    complete.completed_on,
    line.shipped >= line.qty AS complete,
    CASE
        WHEN complete.completed_on IS NOT NULL THEN date_diff('day', line.target_date, complete.completed_on)
        WHEN line.shipped < line.qty AND line.status NOT IN ('shipped', 'delivered', 'closed')
            THEN date_diff('day', line.target_date, CAST($as_of AS DATE))
    END AS days,
    line.qty - line.on_time_qty AS missed_qty,
    (line.qty - line.on_time_qty) * CAST(coalesce(sales_order.unit_price, 0) AS DOUBLE) AS missed_value
FROM line
JOIN sales_order USING (sales_order_no, line_no)
LEFT JOIN complete USING (sales_order_no, line_no)
LEFT JOIN customer ON customer.customer_no = line.customer_no
LEFT JOIN item ON item.item_no = line.item_no
