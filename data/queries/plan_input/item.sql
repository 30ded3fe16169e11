-- Items with the purchasing terms of their preferred supplier.
WITH preferred AS (
    SELECT *
    FROM supplier_item
    QUALIFY row_number() OVER (PARTITION BY item_no ORDER BY coalesce(rank, 99), supplier_no) = 1
)
SELECT
    item.item_no,
    item.category,
    item.source,
    CASE WHEN item.source = 'make' THEN item.lead_time_days
         ELSE coalesce(preferred.lead_time_days, item.lead_time_days) END AS lead_time_days,
    coalesce(item.safety_stock, 0) AS safety_stock,
    CASE WHEN item.source = 'make' THEN coalesce(item.min_order_qty, 0)
         ELSE coalesce(preferred.min_order_qty, item.min_order_qty, 0) END AS min_order_qty,
    CASE WHEN item.source = 'make' THEN coalesce(item.order_multiple, 0)
         ELSE coalesce(preferred.order_multiple, item.order_multiple, 0) END AS order_multiple,
    coalesce(item.lot_policy, 'lot_for_lot') AS lot_policy,
    coalesce(item.lot_qty, 0) AS lot_qty,
    coalesce(item.lot_period_days, 0) AS lot_period_days,
    coalesce(item.scrap_rate, 0) AS scrap_rate,
    coalesce(preferred.unit_price, item.unit_cost, 0) AS unit_cost,
    item.setup_family,
    coalesce(preferred.supplier_no, item.supplier_no, '') AS supplier_no
FROM item
LEFT JOIN preferred USING (item_no)
ORDER BY item.item_no
