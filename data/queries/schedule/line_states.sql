-- Every open order line of a plan with its quantity, dates and state. Late: something is delivered after the target date
-- or not inside the horizon. At risk: the last piece comes on the target date or the day before, so that one bad day is enough.
WITH wanted AS (
    SELECT
        demand_ref AS sales_order_no,
        CAST(demand_line_no AS BIGINT) AS line_no,
        sum(qty) AS qty,
        min(need_date) AS target_date
    FROM plan_allocation
    WHERE run_no = $run_no
      AND demand_kind = 'sales_order'
    GROUP BY ALL
),
delivered AS (
    SELECT sales_order_no, line_no, sum(qty) AS qty, max(delivery_date) AS planned_date
    FROM plan_delivery
    WHERE run_no = $run_no
    GROUP BY ALL
)
SELECT
    wanted.sales_order_no,
    wanted.line_no,
    sales_order.customer_no,
    customer.name AS customer_name,
    sales_order.item_no,
    CAST(wanted.qty AS DOUBLE) AS qty,
    CAST(wanted.qty * coalesce(sales_order.unit_price, 0) AS DOUBLE) AS value,
    coalesce(sales_order.priority, customer.priority, 3) AS priority,
    wanted.target_date,
    CASE WHEN delivered.qty >= wanted.qty - 0.000001 THEN delivered.planned_date END AS planned_date,
    CASE
        WHEN coalesce(delivered.qty, 0) < wanted.qty - 0.000001 THEN 'late'
        WHEN delivered.planned_date > wanted.target_date THEN 'late'
        WHEN delivered.planned_date >= wanted.target_date - 1 THEN 'at_risk'
        ELSE 'on_time'
    END AS state
FROM wanted
JOIN sales_order USING (sales_order_no, line_no)
LEFT JOIN delivered USING (sales_order_no, line_no)
LEFT JOIN customer USING (customer_no)
