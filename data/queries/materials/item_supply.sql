-- What an item comes from: each supply of it with its day, how much is allotted to whom, and how much is left.
WITH flow AS (
    {{materials/flow}}
),
taken AS (
    SELECT supply_kind, CASE WHEN supply_kind = 'stock' THEN '' ELSE supply_ref END AS ref, sum(qty) AS qty
    FROM plan_allocation
    WHERE run_no = $run_no
      AND item_no = $item_no
    GROUP BY ALL
),
supply AS (
    SELECT flow AS supply_kind, ref, min(wanted_on) AS available_date, sum(qty) AS qty
    FROM flow
    WHERE item_no = $item_no
      AND flow NOT IN ('need', 'release')
    GROUP BY ALL
)
SELECT
    supply.supply_kind,
    supply.ref AS supply_ref,
    coalesce(plan_order.supplier_no, '') AS supplier_no,
    coalesce(supplier.name, '') AS supplier_name,
    plan_order.start_date,
    supply.available_date,
    CAST(supply.qty AS DOUBLE) AS qty,
    CAST(coalesce(taken.qty, 0) AS DOUBLE) AS taken,
    CAST(greatest(supply.qty - coalesce(taken.qty, 0), 0) AS DOUBLE) AS left_over
FROM supply
LEFT JOIN taken USING (supply_kind, ref)
LEFT JOIN plan_order ON plan_order.run_no = $run_no AND plan_order.order_ref = supply.ref
LEFT JOIN supplier ON supplier.supplier_no = plan_order.supplier_no
ORDER BY supply.available_date, supply.supply_kind, supply.ref
