-- What a person may filter shortages by: the weeks (their Mondays) and suppliers that occur.
WITH short AS (
    {{materials/short}}
),
first_cause AS (
    SELECT item_no, min(needed_on) AS needed_on, arg_min(supply_ref, (needed_on, supply_kind)) AS acts_on_ref
    FROM short
    GROUP BY item_no
)
SELECT DISTINCT
    strftime(date_trunc('week', first_cause.needed_on), '%Y-%m-%d') AS week,
    coalesce(plan_order.supplier_no, item.supplier_no, '') AS supplier_no,
    coalesce(supplier.name, '') AS supplier_name
FROM first_cause
JOIN item USING (item_no)
LEFT JOIN plan_order ON plan_order.run_no = $run_no AND plan_order.order_ref = first_cause.acts_on_ref
LEFT JOIN supplier ON supplier.supplier_no = coalesce(plan_order.supplier_no, item.supplier_no)
ORDER BY week, supplier_no
