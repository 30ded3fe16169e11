-- The parts that an order line or make order waits for, the last to come first: what it takes itself and, for a line,
-- what its lots take.
WITH lot AS (
    SELECT $order_ref AS order_ref
    UNION
    SELECT supply_ref
    FROM plan_pegging
    WHERE run_no = $run_no
      AND sales_order_no || '/' || line_no = $order_ref
      AND supply_kind IN ('firm_make', 'planned_make')
)
SELECT
    plan_allocation.item_no,
    item.name AS item_name,
    item.uom,
    CAST(sum(plan_allocation.qty) AS DOUBLE) AS qty,
    min(plan_allocation.need_date) AS need_date,
    plan_allocation.supply_kind,
    plan_allocation.supply_ref,
    max(plan_allocation.available_date) AS available_date,
    coalesce(any_value(supplier.name), '') AS supplier_name
FROM plan_allocation
JOIN item USING (item_no)
LEFT JOIN plan_order
    ON plan_order.run_no = plan_allocation.run_no
    AND plan_order.order_ref = plan_allocation.supply_ref
LEFT JOIN supplier ON supplier.supplier_no = plan_order.supplier_no
WHERE plan_allocation.run_no = $run_no
  AND plan_allocation.demand_kind = 'make'
  AND plan_allocation.supply_kind <> 'stock'
  AND plan_allocation.demand_ref IN (SELECT order_ref FROM lot)
GROUP BY plan_allocation.item_no, item.name, item.uom, plan_allocation.supply_kind, plan_allocation.supply_ref
ORDER BY available_date DESC, plan_allocation.item_no
