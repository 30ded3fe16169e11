-- Order lines that were not complete by their date, those that are still owed first, the dearest first; what the plan says of
-- those that are still owed. Days late: up to the day they were complete, or up to now.
WITH line AS (
    {{delivery/due_lines}}
),
state AS (
    {{schedule/line_states}}
)
SELECT
    line.sales_order_no,
    line.line_no,
    line.sales_order_no || '/' || line.line_no AS line,
    line.customer_no,
    line.customer_name,
    line.item_no,
    line.item_name,
    line.status,
    line.qty,
    line.shipped_by_date,
    line.shipped,
    line.missed_qty,
    line.missed_value,
    line.due_date,
    line.promised_date,
    line.target_date,
    line.completed_on,
    line.days AS days_late,
    line.complete,
    CASE WHEN NOT line.complete THEN state.planned_date END AS planned_date,
    CASE WHEN line.complete THEN '' ELSE coalesce(state.detail, '') END AS detail
FROM line
LEFT JOIN state USING (sales_order_no, line_no)
WHERE line.on_time_line = 0
  AND ($customer = '' OR line.customer_no = $customer)
  AND ($item = '' OR line.item_no = $item)
ORDER BY line.complete, line.missed_value DESC, line.target_date, line.sales_order_no, line.line_no
