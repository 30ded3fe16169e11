-- Parts that are missing, with what they cost and the order lines that wait for them. $week: the Monday of a week in which
-- they are missing, '' for all.
WITH short AS (
    {{materials/short}}
),
short_line AS (
    {{materials/short_lines}}
),
priced_item AS (
    {{plan_input/item}}
),
missing AS (
    SELECT
        item_no,
        sum(qty) AS short_qty,
        min(needed_on) AS needed_on,
        max(available_date) AS available_date,
        arg_min(supply_ref, (needed_on, supply_kind)) AS acts_on_ref
    FROM short
    WHERE $week = ''
       OR (needed_on < CAST(nullif($week, '') AS DATE) + 7 AND available_date > CAST(nullif($week, '') AS DATE))
    GROUP BY item_no
),
hit AS (
    SELECT short_item_no AS item_no, count(*) AS orders_hit, count(*) FILTER (WHERE state = 'late') AS late_orders
    FROM short_line
    GROUP BY short_item_no
)
SELECT
    missing.item_no,
    item.name AS item_name,
    item.uom,
    CAST(missing.short_qty AS DOUBLE) AS short_qty,
    CAST(missing.short_qty AS DOUBLE) * priced_item.unit_cost AS part_value,
    missing.needed_on,
    missing.available_date,
    coalesce(hit.orders_hit, 0) AS orders_hit,
    coalesce(hit.late_orders, 0) AS late_orders,
    coalesce(supplier.name, '') AS supplier_name
FROM missing
JOIN item USING (item_no)
JOIN priced_item USING (item_no)
LEFT JOIN hit USING (item_no)
LEFT JOIN plan_order ON plan_order.run_no = $run_no AND plan_order.order_ref = missing.acts_on_ref
LEFT JOIN supplier ON supplier.supplier_no = coalesce(plan_order.supplier_no, priced_item.supplier_no)
ORDER BY part_value DESC, missing.item_no
