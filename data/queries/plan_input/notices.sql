-- What is odd about the data as of a day, counted, with one example each; nothing of it is left out in silence.
SELECT 'PO-OVERDUE' AS rule, count(*) AS rows, min(coalesce(confirmed_date, due_date)) AS first_date,
       arg_min(purchase_order_no || '/' || line_no, coalesce(confirmed_date, due_date)) AS example
FROM purchase_order
WHERE coalesce(status, 'open') = 'open' AND coalesce(confirmed_date, due_date) <= $as_of
UNION ALL
SELECT 'SO-FUTURE', count(*), min(order_date), arg_min(sales_order_no || '/' || line_no, order_date)
FROM sales_order
WHERE order_date > $as_of AND coalesce(status, 'confirmed') IN ('confirmed', 'in_production', 'ready')
UNION ALL
SELECT 'MOVE-FUTURE', count(*), min(day), arg_min(number, day)
FROM (
    SELECT receipt_no AS number, receipt_date AS day FROM goods_receipt
    UNION ALL SELECT arrival_no, arrival_date FROM material_arrival
    UNION ALL SELECT issue_no, issue_date FROM goods_issue
    UNION ALL SELECT shipment_no, ship_date FROM shipment
    UNION ALL SELECT handover_no, CAST(handover_time AS DATE) FROM handover
)
WHERE day > $as_of
UNION ALL
SELECT 'STOCK-FUTURE', count(*), min(as_of_date), arg_min(item_no, as_of_date)
FROM stock_balance
WHERE as_of_date > $as_of
UNION ALL
SELECT 'SO-OVERSHIPPED', count(*), min(due_date), arg_min(sales_order_no || '/' || line_no, due_date)
FROM (
    SELECT sales_order.sales_order_no, sales_order.line_no, sales_order.due_date
    FROM sales_order
    JOIN shipment
        ON shipment.sales_order_no = sales_order.sales_order_no
        AND shipment.sales_order_line_no = sales_order.line_no
    GROUP BY ALL
    HAVING sum(shipment.qty) + any_value(coalesce(sales_order.qty_shipped, 0)) > any_value(sales_order.qty)
)
UNION ALL
SELECT 'ITEM-NO-ROUTING', count(*), NULL, min(item_no)
FROM item
WHERE source = 'make' AND lead_time_days IS NULL
  AND item_no NOT IN (SELECT item_no FROM routing_step)
  AND item_no IN (SELECT item_no FROM sales_order UNION SELECT component_item_no FROM bom_line)
UNION ALL
SELECT 'ITEM-NO-LEAD-TIME', count(*), NULL, min(item.item_no)
FROM item
WHERE source <> 'make' AND lead_time_days IS NULL
  AND item_no NOT IN (SELECT item_no FROM supplier_item WHERE lead_time_days IS NOT NULL)
