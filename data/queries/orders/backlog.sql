-- Open order lines with what the plan says of them, the first due first.
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
        coalesce(sales_order.promised_date, sales_order.due_date) AS target_date
    FROM sales_order
    LEFT JOIN shipped USING (sales_order_no, line_no)
    WHERE sales_order.status IN ('confirmed', 'in_production', 'ready')
),
planned AS (
    SELECT sales_order_no, line_no, max(delivery_date) AS planned_date
    FROM plan_delivery
    WHERE run_no = $run_no
    GROUP BY ALL
)
SELECT
    open_line.sales_order_no,
    open_line.line_no,
    customer.name AS customer_name,
    open_line.item_no,
    item.name AS item_name,
    CAST(open_line.open_qty AS DOUBLE) AS open_qty,
    CAST(open_line.open_qty * coalesce(open_line.unit_price, 0) AS DOUBLE) AS open_value,
    open_line.target_date,
    planned.planned_date,
    CAST(coalesce(plan_lateness.days_late, 0) AS BIGINT) AS days_late,
    coalesce(plan_lateness.cause, '') AS cause,
    CAST(greatest(date_diff('day', open_line.target_date, $as_of), 0) AS BIGINT) AS days_overdue,
    CASE
        WHEN open_line.target_date >= $as_of THEN '0'
        WHEN date_diff('day', open_line.target_date, $as_of) <= 7 THEN '1-7'
        WHEN date_diff('day', open_line.target_date, $as_of) <= 14 THEN '8-14'
        WHEN date_diff('day', open_line.target_date, $as_of) <= 30 THEN '15-30'
        ELSE '>30'
    END AS age,
    strftime(date_trunc('week', open_line.target_date), '%Y-%m-%d') AS week
FROM open_line
LEFT JOIN customer USING (customer_no)
LEFT JOIN item ON item.item_no = open_line.item_no
LEFT JOIN planned USING (sales_order_no, line_no)
LEFT JOIN plan_lateness
    ON plan_lateness.run_no = $run_no
    AND plan_lateness.sales_order_no = open_line.sales_order_no
    AND plan_lateness.line_no = open_line.line_no
WHERE open_line.open_qty > 0
  AND ($search = '' OR contains(lower(concat_ws(' ', open_line.sales_order_no, customer.name, open_line.item_no, item.name)), lower($search)))
  AND (NOT $late_only OR plan_lateness.days_late > 0)
ORDER BY open_line.target_date, open_line.sales_order_no, open_line.line_no
