-- Order lines that wait for an open purchase line which comes after the day its part is needed: one row per purchase line and
-- order line, the dearest that will be late first. $supplier_no: of one supplier, '' for all.
WITH short AS (
    {{materials/short}}
),
line_state AS (
    {{schedule/line_states}}
),
late_supply AS (
    SELECT short.*, plan_order.supplier_no
    FROM short
    JOIN plan_order ON plan_order.run_no = $run_no AND plan_order.order_ref = short.supply_ref
    WHERE short.supply_kind = 'firm_buy'
),
hit AS (
    SELECT supplier_no, supply_ref, item_no, demand_ref AS sales_order_no, demand_line_no AS line_no, available_date
    FROM late_supply
    WHERE demand_kind = 'sales_order'
    UNION ALL
    SELECT late_supply.supplier_no, late_supply.supply_ref, late_supply.item_no, peg.sales_order_no, peg.line_no,
           late_supply.available_date
    FROM late_supply
    JOIN (
        SELECT DISTINCT supply_ref, sales_order_no, line_no
        FROM plan_pegging
        WHERE run_no = $run_no
          AND supply_kind IN ('firm_make', 'planned_make')
    ) AS peg ON peg.supply_ref = late_supply.demand_ref
    WHERE late_supply.demand_kind = 'make'
),
waiting AS (
    SELECT
        hit.supplier_no,
        hit.supply_ref,
        hit.item_no AS part_no,
        max(hit.available_date) AS available_date,
        line_state.sales_order_no || '/' || line_state.line_no AS line,
        line_state.sales_order_no,
        line_state.line_no,
        line_state.customer_name,
        line_state.item_no,
        line_state.qty,
        line_state.value,
        line_state.target_date,
        line_state.planned_date,
        line_state.days_late,
        line_state.state
    FROM hit
    JOIN line_state USING (sales_order_no, line_no)
    WHERE $supplier_no = '' OR hit.supplier_no = $supplier_no
    GROUP BY ALL
)
SELECT * FROM waiting ORDER BY state = 'late' DESC, value DESC, line, supply_ref
