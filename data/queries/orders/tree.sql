-- Where one order line comes from: its supply, the supply of each lot that makes it, and so on, from top to bottom.
-- A lot's material belongs to those who take its output in proportion to what they take, as in plan_pegging.
WITH RECURSIVE ledger AS (
    SELECT
        allocation_no,
        item_no,
        demand_kind,
        demand_ref,
        CAST(demand_line_no AS BIGINT) AS demand_line_no,
        coalesce(used_date, need_date) AS needed_on,
        supply_kind,
        coalesce(supply_ref, '') AS supply_ref,
        CAST(qty AS DOUBLE) AS qty,
        available_date
    FROM plan_allocation
    WHERE run_no = $run_no
),
output AS (
    SELECT supply_ref, sum(qty) AS qty
    FROM ledger
    WHERE supply_kind IN ('planned_make', 'firm_make')
    GROUP BY supply_ref
),
tree AS (
    SELECT 0 AS level, [allocation_no] AS path, ledger.*, ledger.qty AS share
    FROM ledger
    WHERE demand_kind = 'sales_order' AND demand_ref = $order AND demand_line_no = $line
    UNION ALL
    SELECT
        tree.level + 1,
        list_append(tree.path, part.allocation_no),
        part.*,
        part.qty * tree.share / nullif(output.qty, 0)
    FROM tree
    JOIN output ON output.supply_ref = tree.supply_ref
    JOIN ledger AS part ON part.demand_kind = 'make' AND part.demand_ref = tree.supply_ref
    WHERE tree.supply_kind IN ('planned_make', 'firm_make') AND tree.level < 30
)
SELECT
    tree.level,
    repeat('　', tree.level) || CASE WHEN tree.level = 0 THEN '' ELSE '└ ' END || tree.item_no AS part,
    tree.item_no,
    item.name AS item_name,
    item.uom,
    tree.supply_kind,
    tree.supply_ref,
    CASE WHEN tree.demand_kind = 'make' THEN tree.demand_ref ELSE '' END AS taken_by,
    tree.share AS qty,
    tree.needed_on,
    tree.available_date,
    CASE
        WHEN tree.supply_kind = 'stock' THEN 'there'
        WHEN tree.supply_kind = 'inspection' THEN 'inspecting'
        WHEN tree.supply_kind IN ('planned_make', 'firm_make') THEN 'made'
        WHEN tree.supply_kind = 'planned_buy' THEN 'to_order'
        ELSE 'coming'
    END AS standing
FROM tree
LEFT JOIN item USING (item_no)
ORDER BY tree.path
LIMIT 1000
