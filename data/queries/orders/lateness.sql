-- Late lines of the plan with their reason, the worst first.
SELECT
    plan_lateness.sales_order_no,
    plan_lateness.line_no,
    customer.name AS customer_name,
    sales_order.item_no,
    item.name AS item_name,
    plan_lateness.target_date,
    plan_lateness.planned_date,
    CAST(plan_lateness.days_late AS BIGINT) AS days_late,
    plan_lateness.cause,
    plan_lateness.detail,
    plan_lateness.remedy,
    CAST(plan_lateness.days_late * (6 - coalesce(sales_order.priority, customer.priority, 3)) AS DOUBLE) AS weighted
FROM plan_lateness
LEFT JOIN sales_order USING (sales_order_no, line_no)
LEFT JOIN customer USING (customer_no)
LEFT JOIN item USING (item_no)
WHERE plan_lateness.run_no = $run_no
  AND ($order = '' OR plan_lateness.sales_order_no = $order)
ORDER BY weighted DESC, plan_lateness.sales_order_no
