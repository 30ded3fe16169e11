-- The order lines that one lot serves, the most urgent first.
WITH lot_line AS (
    {{schedule/lot_lines}}
)
SELECT
    sales_order_no,
    line_no,
    sales_order_no || '/' || line_no AS line,
    customer_name,
    qty,
    target_date,
    planned_date,
    days_late,
    state
FROM lot_line
WHERE order_ref = $order_ref
ORDER BY priority, target_date, sales_order_no, line_no
