-- One item: what it is, how it is ordered, and what there is of it.
WITH stock AS (
    {{plan_input/stock}}
)
SELECT
    item.item_no,
    item.name AS item_name,
    coalesce(item.spec, '') AS spec,
    item.source,
    item.category,
    item.uom,
    CAST(item.lead_time_days AS BIGINT) AS lead_time_days,
    CAST(coalesce(item.safety_stock, 0) AS DOUBLE) AS safety_stock,
    CAST(coalesce(item.min_order_qty, 0) AS DOUBLE) AS min_order_qty,
    CAST(coalesce(item.order_multiple, 0) AS DOUBLE) AS order_multiple,
    coalesce(item.lot_policy, 'lot_for_lot') AS lot_policy,
    coalesce(item.supplier_no, '') AS supplier_no,
    coalesce(supplier.name, '') AS supplier_name,
    CAST(coalesce((SELECT sum(qty) FROM stock WHERE stock.item_no = item.item_no), 0) AS DOUBLE) AS on_hand
FROM item
LEFT JOIN supplier USING (supplier_no)
WHERE item.item_no = $item_no
