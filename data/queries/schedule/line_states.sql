-- Every open order line of a plan with its quantity, dates and state: the one place that says which line is late.
-- Target date: promised_date, else due_date, as the plan had it. Late: the last piece comes after it; what is not delivered
-- inside the horizon counts as delivered the day after. At risk: the last piece comes on the target date or the day before, so
-- that one bad day is enough. Unplanned: due after the horizon and not delivered inside it, so that nobody knows yet.
WITH wanted AS (
    SELECT
        demand_ref AS sales_order_no,
        CAST(demand_line_no AS BIGINT) AS line_no,
        sum(qty) AS qty,
        min(need_date) AS need_date
    FROM plan_allocation
    WHERE run_no = $run_no
      AND demand_kind = 'sales_order'
    GROUP BY ALL
),
delivered AS (
    SELECT sales_order_no, line_no, max(delivery_date) AS planned_date
    FROM plan_delivery
    WHERE run_no = $run_no
    GROUP BY ALL
),
named AS (
    SELECT *
    FROM plan_lateness
    WHERE run_no = $run_no
)
SELECT
    sales_order_no,
    line_no,
    sales_order.customer_no,
    customer.name AS customer_name,
    sales_order.item_no,
    CAST(coalesce(wanted.qty, sales_order.qty) AS DOUBLE) AS qty,
    CAST(coalesce(wanted.qty, sales_order.qty) * coalesce(sales_order.unit_price, 0) AS DOUBLE) AS value,
    coalesce(sales_order.priority, customer.priority, 3) AS priority,
    -- the ledger wants nothing before the first plan day; a line with an earlier date is late, and plan_lateness has it
    coalesce(named.target_date, wanted.need_date) AS target_date,
    CASE WHEN named.run_no IS NULL THEN delivered.planned_date ELSE named.planned_date END AS planned_date,
    CASE
        WHEN named.days_late > 0 THEN 'late'
        WHEN named.run_no IS NOT NULL THEN 'unplanned'
        WHEN delivered.planned_date >= wanted.need_date - 1 THEN 'at_risk'
        ELSE 'on_time'
    END AS state,
    CAST(coalesce(named.days_late, 0) AS BIGINT) AS days_late,
    coalesce(named.cause, '') AS cause,
    coalesce(named.detail, '') AS detail,
    coalesce(named.remedy, '') AS remedy
FROM wanted
FULL JOIN named USING (sales_order_no, line_no)
JOIN sales_order USING (sales_order_no, line_no)
LEFT JOIN delivered USING (sales_order_no, line_no)
LEFT JOIN customer USING (customer_no)
