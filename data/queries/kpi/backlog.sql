-- Open order lines with what they still owe and what it is worth; overdue where their date has passed.
-- A line without a price is worth nothing here.
WITH demand AS (
    {{plan_input/demand}}
),
open_line AS (
    SELECT
        demand.*,
        CASE WHEN $by_due_date THEN demand.due_date ELSE demand.target_date END AS date,
        demand.qty * coalesce(sales_order.unit_price, 0) AS value
    FROM demand
    JOIN sales_order USING (sales_order_no, line_no)
)
SELECT
    sales_order_no,
    line_no,
    customer_no,
    item_no,
    date AS target_date,
    greatest(date_diff('day', date, $as_of), 0) AS days_overdue,
    CASE
        WHEN date >= $as_of THEN 'not overdue'
        WHEN date_diff('day', date, $as_of) <= 7 THEN '1-7'
        WHEN date_diff('day', date, $as_of) <= 14 THEN '8-14'
        WHEN date_diff('day', date, $as_of) <= 30 THEN '15-30'
        ELSE '>30'
    END AS age,
    date < $as_of AS overdue,
    1.0::DOUBLE AS line,
    CAST(qty AS DOUBLE) AS qty,
    CAST(value AS DOUBLE) AS value
FROM open_line
ORDER BY target_date, sales_order_no, line_no
