-- Stock, open supply and the latest plan's requirement of each item over its horizon, in pieces and money.
-- On hand leaves out expired lots. Requirement: what order lines and make orders take in the horizon, safety stock apart.
-- Supply: open purchase lines, arrivals waiting for inspection, released and started work orders; planned orders are none.
WITH stock AS (
    {{plan_input/stock}}
),
firm_buy AS (
    {{plan_input/firm_buy}}
),
inspection AS (
    {{plan_input/inspection}}
),
firm_make AS (
    {{plan_input/firm_make}}
),
priced_item AS (
    {{plan_input/item}}
),
run AS (
    SELECT run_no, as_of_date, horizon_end, date_diff('day', as_of_date, horizon_end) AS horizon_days
    FROM plan_run
    WHERE run_no = $run_no
),
on_hand AS (
    SELECT item_no, sum(qty) AS qty
    FROM stock
    WHERE expiry_date IS NULL OR expiry_date >= $as_of
    GROUP BY item_no
),
supply AS (
    SELECT item_no, sum(qty) AS qty
    FROM (
        SELECT item_no, qty FROM firm_buy
        UNION ALL SELECT item_no, qty FROM inspection
        UNION ALL SELECT item_no, qty FROM firm_make
    )
    GROUP BY item_no
),
requirement AS (
    SELECT plan_allocation.item_no, sum(plan_allocation.qty) AS qty
    FROM plan_allocation
    JOIN run USING (run_no)
    WHERE plan_allocation.demand_kind <> 'safety_stock' AND plan_allocation.need_date <= run.horizon_end
    GROUP BY plan_allocation.item_no
),
item_row AS (
    SELECT
        priced_item.item_no,
        CAST(coalesce(on_hand.qty, 0) AS DOUBLE) AS on_hand_qty,
        CAST(coalesce(supply.qty, 0) AS DOUBLE) AS supply_qty,
        CAST(coalesce(requirement.qty, 0) AS DOUBLE) AS requirement_qty,
        CAST(coalesce(requirement.qty, 0) AS DOUBLE) / run.horizon_days AS daily_qty,
        CAST(priced_item.unit_cost AS DOUBLE) AS unit_cost
    FROM priced_item
    CROSS JOIN run
    LEFT JOIN on_hand USING (item_no)
    LEFT JOIN supply USING (item_no)
    LEFT JOIN requirement USING (item_no)
)
SELECT
    *,
    on_hand_qty * unit_cost AS on_hand_value,
    daily_qty * unit_cost AS daily_value,
    greatest(on_hand_qty + supply_qty - requirement_qty, 0) AS excess_qty,
    greatest(on_hand_qty + supply_qty - requirement_qty, 0) * unit_cost AS excess_value
FROM item_row
WHERE on_hand_qty > 0 OR supply_qty > 0 OR requirement_qty > 0
ORDER BY item_no
