-- What an order is served from, at any depth: stock, purchases and make orders.
SELECT
    plan_pegging.line_no,
    plan_pegging.item_no,
    item.name AS item_name,
    plan_pegging.supply_kind,
    coalesce(plan_pegging.supply_ref, '') AS supply_ref,
    CAST(plan_pegging.qty AS DOUBLE) AS qty,
    plan_pegging.available_date
FROM plan_pegging
LEFT JOIN item USING (item_no)
WHERE plan_pegging.run_no = $run_no AND plan_pegging.sales_order_no = $order
ORDER BY plan_pegging.line_no, plan_pegging.available_date DESC, plan_pegging.item_no
