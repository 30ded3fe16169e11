-- What goes into and out of each item, by day, in a plan. flow: stock, inspection, firm_buy, firm_make, planned_buy,
-- planned_make (in), need (out), release (a planned order starts; no movement). wanted_on is the day the backward
-- schedule wants a need, used_on the day the plan uses it (empty: not inside the horizon); for supply both are its day.
WITH stock AS (
    {{plan_input/stock}}
),
inspection AS (
    {{plan_input/inspection}}
),
promised AS (
    SELECT supply_ref, min(available_date) AS available_date
    FROM plan_allocation
    WHERE run_no = $run_no
      AND supply_kind = 'inspection'
    GROUP BY supply_ref
)
SELECT item_no, 'stock' AS flow, '' AS ref, CAST($first_day AS DATE) AS wanted_on, CAST($first_day AS DATE) AS used_on,
       CAST(qty AS DOUBLE) AS qty
FROM stock
WHERE expiry_date IS NULL OR expiry_date >= $first_day
UNION ALL
SELECT inspection.item_no, 'inspection', inspection.order_ref,
       coalesce(promised.available_date, $first_day), coalesce(promised.available_date, $first_day), inspection.qty
FROM inspection
LEFT JOIN promised ON promised.supply_ref = inspection.order_ref
UNION ALL
SELECT item_no, kind, order_ref, greatest(finish_date, $first_day), greatest(finish_date, $first_day), qty
FROM plan_order
WHERE run_no = $run_no
UNION ALL
SELECT item_no, 'release', order_ref, greatest(start_date, $first_day), greatest(start_date, $first_day), qty
FROM plan_order
WHERE run_no = $run_no
  AND kind IN ('planned_make', 'planned_buy')
  AND start_date IS NOT NULL
UNION ALL
SELECT item_no, 'need', demand_ref, greatest(need_date, $first_day), greatest(used_date, $first_day), qty
FROM plan_allocation
WHERE run_no = $run_no
  AND demand_kind <> 'safety_stock'
