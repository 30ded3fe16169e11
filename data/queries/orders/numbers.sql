-- Numbers of all orders for choosing one: open ones first, then the newest.
SELECT
    sales_order_no,
    bool_or(status IN ('confirmed', 'in_production', 'ready')) AS open,
    max(order_date) AS order_date
FROM sales_order
GROUP BY sales_order_no
ORDER BY open DESC, order_date DESC, sales_order_no
