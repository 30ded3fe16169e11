-- Order lines due in the period, and what had left the house by their date.
-- Draft, reviewing and cancelled lines are not due; lines with nothing shipped are. What was shipped before the recorded
-- shipments has no day of its own and counts as shipped by the date.
WITH due AS (
    SELECT
        sales_order_no,
        line_no,
        customer_no,
        item_no,
        coalesce(status, 'confirmed') AS status,
        CASE WHEN $by_due_date THEN due_date ELSE coalesce(promised_date, due_date) END AS target_date,
        qty,
        coalesce(qty_shipped, 0) AS shipped_before
    FROM sales_order
    WHERE coalesce(status, 'confirmed') NOT IN ('draft', 'reviewing', 'cancelled')
),
line AS (
    SELECT
        due.*,
        any_value(due.shipped_before) + coalesce(
            sum(shipment.qty) FILTER (WHERE shipment.ship_date <= due.target_date), 0
        ) AS shipped_by_date,
        any_value(due.shipped_before) + coalesce(sum(shipment.qty), 0) AS shipped,
        max(shipment.ship_date) AS last_ship_date
    FROM due
    LEFT JOIN shipment
        ON shipment.sales_order_no = due.sales_order_no
        AND shipment.sales_order_line_no = due.line_no
        AND shipment.ship_date <= $as_of
    WHERE due.target_date BETWEEN $since AND $until
    GROUP BY ALL
)
SELECT
    sales_order_no,
    line_no,
    customer_no,
    item_no,
    status,
    target_date,
    CAST(qty AS DOUBLE) AS qty,
    CAST(shipped AS DOUBLE) AS shipped,
    CAST(shipped_by_date AS DOUBLE) AS shipped_by_date,
    last_ship_date,
    CAST(shipped_by_date >= qty AS DOUBLE) AS on_time_line,
    1.0::DOUBLE AS due_line,
    CAST(least(shipped_by_date, qty) AS DOUBLE) AS on_time_qty
FROM line
ORDER BY target_date, sales_order_no, line_no
