-- The lines of one order.
SELECT
    sales_order.sales_order_no,
    sales_order.line_no,
    customer.name AS customer_name,
    sales_order.item_no,
    item.name AS item_name,
    CAST(sales_order.qty AS DOUBLE) AS qty,
    sales_order.order_date,
    sales_order.due_date,
    sales_order.promised_date,
    sales_order.status,
    planned.planned_date
FROM sales_order
LEFT JOIN customer USING (customer_no)
LEFT JOIN item USING (item_no)
LEFT JOIN (
    SELECT sales_order_no, line_no, max(delivery_date) AS planned_date
    FROM plan_delivery
    WHERE run_no = $run_no
    GROUP BY ALL
) AS planned USING (sales_order_no, line_no)
WHERE sales_order.sales_order_no = $order
ORDER BY sales_order.line_no
