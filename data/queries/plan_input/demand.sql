-- Open sales order lines: confirmed, in production or ready, less what was shipped up to the as-of date.
WITH shipped AS (
    SELECT sales_order_no, sales_order_line_no AS line_no, sum(qty) AS qty
    FROM shipment
    WHERE ship_date <= $as_of
    GROUP BY ALL
),
open_line AS (
    SELECT
        sales_order.*,
        sales_order.qty - coalesce(sales_order.qty_shipped, 0) - coalesce(shipped.qty, 0) AS open_qty,
        coalesce(sales_order.priority, customer.priority, 3) AS resolved_priority
    FROM sales_order
    LEFT JOIN shipped USING (sales_order_no, line_no)
    LEFT JOIN customer USING (customer_no)
    WHERE coalesce(sales_order.status, 'confirmed') IN ('confirmed', 'in_production', 'ready')
)
SELECT
    sales_order_no,
    line_no,
    customer_no,
    item_no,
    open_qty AS qty,
    due_date,
    coalesce(promised_date, due_date) AS target_date,
    resolved_priority AS priority,
    6 - resolved_priority AS weight
FROM open_line
WHERE open_qty > 0
ORDER BY sales_order_no, line_no
