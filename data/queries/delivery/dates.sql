-- How many order lines due in the period were promised for another day than the customer asked for, and by how much.
WITH line AS (
    {{kpi/on_time_delivery}}
)
SELECT
    count(*) AS lines,
    count(*) FILTER (WHERE sales_order.promised_date > sales_order.due_date) AS promised_later,
    count(*) FILTER (WHERE sales_order.promised_date < sales_order.due_date) AS promised_earlier,
    median(date_diff('day', sales_order.due_date, sales_order.promised_date))
        FILTER (WHERE sales_order.promised_date > sales_order.due_date) AS days_later
FROM line
JOIN sales_order USING (sales_order_no, line_no)
