-- The order lines that a short part hits, by priority.
WITH short_line AS (
    {{materials/short_lines}}
)
SELECT
    sales_order_no,
    line_no,
    customer_no,
    customer_name,
    item_no,
    priority,
    qty,
    value,
    target_date,
    planned_date,
    state,
    needed_on,
    available_date
FROM short_line
WHERE short_item_no = $item_no
ORDER BY priority, target_date, sales_order_no, line_no
