-- Numbers of open orders, for choosing one.
SELECT DISTINCT sales_order_no
FROM sales_order
WHERE status IN ('confirmed', 'in_production', 'ready')
ORDER BY sales_order_no
