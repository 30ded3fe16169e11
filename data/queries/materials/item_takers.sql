-- Who took an item, in the order in which supply was handed out: the need, the order lines behind it, and its supply.
WITH behind AS (
    SELECT
        supply_ref,
        string_agg(DISTINCT sales_order_no || '/' || line_no, ', ' ORDER BY sales_order_no || '/' || line_no) AS serves
    FROM plan_pegging
    WHERE run_no = $run_no
      AND supply_kind IN ('firm_make', 'planned_make')
    GROUP BY supply_ref
),
short AS (
    {{materials/short}}
)
SELECT
    plan_allocation.allocation_no,
    plan_allocation.demand_kind,
    plan_allocation.demand_ref
        || CASE WHEN plan_allocation.demand_line_no IS NULL THEN '' ELSE '/' || plan_allocation.demand_line_no END
        AS demand_ref,
    CAST(plan_allocation.step_no AS BIGINT) AS step_no,
    coalesce(
        behind.serves,
        CASE WHEN plan_allocation.demand_kind = 'sales_order'
            THEN plan_allocation.demand_ref || '/' || plan_allocation.demand_line_no ELSE '' END
    ) AS serves,
    plan_allocation.need_date,
    plan_allocation.used_date,
    CAST(plan_allocation.qty AS DOUBLE) AS qty,
    plan_allocation.supply_kind,
    coalesce(plan_allocation.supply_ref, '') AS supply_ref,
    plan_allocation.available_date,
    plan_allocation.allocation_no IN (SELECT allocation_no FROM short) AS is_short
FROM plan_allocation
LEFT JOIN behind ON behind.supply_ref = plan_allocation.demand_ref AND plan_allocation.demand_kind = 'make'
WHERE plan_allocation.run_no = $run_no
  AND plan_allocation.item_no = $item_no
ORDER BY plan_allocation.allocation_no
