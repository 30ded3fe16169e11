-- Released and started work orders, with the good pieces that must still come out of their last step.
WITH finished AS (
    SELECT work_order_no, sum(good_qty) AS qty
    FROM handover
    WHERE to_step_no IS NULL AND CAST(handover_time AS DATE) <= $as_of
    GROUP BY ALL
)
SELECT
    work_order.work_order_no AS order_ref,
    work_order.item_no,
    work_order.qty AS ordered_qty,
    work_order.qty - coalesce(finished.qty, 0) AS qty,
    coalesce(work_order.sales_order_no, '') AS sales_order_no,
    work_order.sales_order_line_no,
    work_order.due_date,
    work_order.planned_start,
    work_order.planned_finish,
    coalesce(work_order.priority, sales_order.priority, customer.priority, 3) AS priority,
    coalesce(work_order.status, 'released') AS status
FROM work_order
LEFT JOIN finished USING (work_order_no)
LEFT JOIN sales_order
    ON sales_order.sales_order_no = work_order.sales_order_no
    AND sales_order.line_no = work_order.sales_order_line_no
LEFT JOIN customer USING (customer_no)
WHERE coalesce(work_order.status, 'released') IN ('released', 'started')
  AND work_order.qty > coalesce(finished.qty, 0)
ORDER BY work_order.work_order_no
