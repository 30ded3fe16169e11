-- Every open order line of a plan with its quantity, dates and state, by the rule of schedule/line_outcomes.
WITH asked AS (
    SELECT $run_no AS run_no
),
outcome AS (
    {{schedule/line_outcomes}}
)
SELECT
    sales_order_no,
    line_no,
    sales_order.customer_no,
    customer.name AS customer_name,
    sales_order.item_no,
    CAST(coalesce(outcome.qty, sales_order.qty) AS DOUBLE) AS qty,
    CAST(coalesce(outcome.qty, sales_order.qty) * coalesce(sales_order.unit_price, 0) AS DOUBLE) AS value,
    coalesce(sales_order.priority, customer.priority, 3) AS priority,
    outcome.target_date,
    outcome.planned_date,
    outcome.state,
    outcome.days_late,
    outcome.cause,
    outcome.detail,
    outcome.remedy
FROM outcome
JOIN sales_order USING (sales_order_no, line_no)
LEFT JOIN customer USING (customer_no)
