-- One lot of a plan: what it makes, how much, when, and the order lines it serves.
WITH lot_line AS (
    {{schedule/lot_lines}}
)
SELECT
    plan_order.order_ref,
    plan_order.kind,
    plan_order.item_no,
    item.name AS item_name,
    item.uom,
    CAST(plan_order.qty AS DOUBLE) AS qty,
    plan_order.start_date,
    plan_order.finish_date,
    (
        SELECT string_agg(sales_order_no || '/' || line_no, ', ' ORDER BY priority, target_date, sales_order_no, line_no)
        FROM lot_line
        WHERE lot_line.order_ref = plan_order.order_ref
    ) AS serves,
    (SELECT min(target_date) FROM lot_line WHERE lot_line.order_ref = plan_order.order_ref) AS target_date
FROM plan_order
JOIN item USING (item_no)
WHERE plan_order.run_no = $run_no
  AND plan_order.order_ref = $order_ref
