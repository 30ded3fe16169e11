-- The lines of one order: wanted, promised, planned, shipped.
WITH state AS (
    {{schedule/line_states}}
),
shipped AS (
    SELECT sales_order_no, sales_order_line_no AS line_no, sum(qty) AS qty
    FROM shipment
    WHERE ship_date <= $as_of
    GROUP BY ALL
)
SELECT
    sales_order.sales_order_no,
    sales_order.line_no,
    sales_order.customer_no,
    coalesce(customer.name, sales_order.customer_no) AS customer_name,
    sales_order.item_no,
    item.name AS item_name,
    item.uom,
    CAST(sales_order.qty AS DOUBLE) AS qty,
    CAST(coalesce(sales_order.qty_shipped, 0) + coalesce(shipped.qty, 0) AS DOUBLE) AS shipped_qty,
    coalesce(sales_order.priority, customer.priority, 3) AS priority,
    sales_order.order_date,
    sales_order.due_date,
    sales_order.promised_date,
    coalesce(sales_order.promised_date, sales_order.due_date) AS target_date,
    state.planned_date,
    coalesce(state.state, '') AS state,
    sales_order.status,
    state.days_late,
    coalesce(state.cause, '') AS cause,
    coalesce(state.detail, '') AS detail,
    coalesce(state.remedy, '') AS remedy
FROM sales_order
LEFT JOIN customer USING (customer_no)
LEFT JOIN item USING (item_no)
LEFT JOIN state USING (sales_order_no, line_no)
LEFT JOIN shipped USING (sales_order_no, line_no)
WHERE sales_order.sales_order_no = $order
ORDER BY sales_order.line_no
