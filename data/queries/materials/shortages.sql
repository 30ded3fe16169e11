-- Short parts, the first needed first: how much, what there is, how the balance runs, what is hit, and who must act.
WITH short AS (
    {{materials/short}}
),
short_line AS (
    {{materials/short_lines}}
),
flow AS (
    {{materials/flow}}
),
first_cause AS (
    SELECT
        item_no,
        sum(qty) AS short_qty,
        min(needed_on) AS needed_on,
        max(available_date) AS available_date,
        arg_min(supply_kind, (needed_on, supply_kind)) AS acts_on,
        arg_min(supply_ref, (needed_on, supply_kind)) AS acts_on_ref
    FROM short
    GROUP BY item_no
),
hit AS (
    SELECT
        short_item_no AS item_no,
        count(*) AS orders_hit,
        sum(value) AS value_hit,
        count(*) FILTER (WHERE state = 'late') AS late_orders
    FROM short_line
    GROUP BY short_item_no
),
supply AS (
    SELECT
        item_no,
        sum(qty) FILTER (WHERE flow = 'stock') AS on_hand,
        sum(qty) FILTER (WHERE flow = 'inspection') AS inspecting,
        sum(qty) FILTER (WHERE flow = 'firm_buy') AS on_order,
        min(wanted_on) FILTER (WHERE flow = 'firm_buy') AS next_arrival
    FROM flow
    GROUP BY item_no
),
day AS (
    SELECT CAST(unnest(generate_series(CAST($first_day AS DATE), CAST($first_day AS DATE) + 41, INTERVAL 1 DAY)) AS DATE)
        AS work_date
),
balance AS (
    SELECT
        first_cause.item_no,
        day.work_date,
        coalesce((
            SELECT sum(CASE WHEN flow.flow = 'need' THEN -flow.qty ELSE flow.qty END)
            FROM flow
            WHERE flow.item_no = first_cause.item_no
              AND flow.flow <> 'release'
              AND flow.wanted_on <= day.work_date
        ), 0) AS qty
    FROM first_cause
    CROSS JOIN day
)
SELECT
    first_cause.item_no,
    item.name AS item_name,
    coalesce(item.spec, '') AS spec,
    item.uom,
    CAST(first_cause.short_qty AS DOUBLE) AS short_qty,
    first_cause.needed_on,
    first_cause.available_date,
    CAST(coalesce(supply.on_hand, 0) AS DOUBLE) AS on_hand,
    CAST(coalesce(supply.inspecting, 0) AS DOUBLE) AS inspecting,
    CAST(coalesce(supply.on_order, 0) AS DOUBLE) AS on_order,
    supply.next_arrival,
    (
        SELECT list(CAST(balance.qty AS DOUBLE) ORDER BY balance.work_date)
        FROM balance
        WHERE balance.item_no = first_cause.item_no
    ) AS balance,
    coalesce(hit.orders_hit, 0) AS orders_hit,
    CAST(coalesce(hit.value_hit, 0) AS DOUBLE) AS value_hit,
    coalesce(hit.late_orders, 0) AS late_orders,
    first_cause.acts_on,
    first_cause.acts_on_ref,
    coalesce(plan_order.supplier_no, item.supplier_no, '') AS supplier_no,
    coalesce(supplier.name, '') AS supplier_name
FROM first_cause
JOIN item USING (item_no)
LEFT JOIN supply USING (item_no)
LEFT JOIN hit USING (item_no)
LEFT JOIN plan_order ON plan_order.run_no = $run_no AND plan_order.order_ref = first_cause.acts_on_ref
LEFT JOIN supplier ON supplier.supplier_no = coalesce(plan_order.supplier_no, item.supplier_no)
WHERE ($supplier_no = '' OR coalesce(plan_order.supplier_no, item.supplier_no) = $supplier_no)
  AND ($item = '' OR contains(lower(first_cause.item_no || ' ' || item.name), lower($item)))
  AND ($week = '' OR date_trunc('week', first_cause.needed_on) = CAST(nullif($week, '') AS DATE))
  AND (NOT $blocks_only OR coalesce(hit.late_orders, 0) > 0)
ORDER BY first_cause.needed_on, value_hit DESC, first_cause.item_no
