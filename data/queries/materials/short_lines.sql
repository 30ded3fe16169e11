-- Which open order lines each short part hits: the line that needs it itself, or those its lot serves at any depth.
WITH short AS (
    {{materials/short}}
),
line_state AS (
    {{schedule/line_states}}
),
hit AS (
    SELECT item_no, demand_ref AS sales_order_no, demand_line_no AS line_no, needed_on, available_date, qty
    FROM short
    WHERE demand_kind = 'sales_order'
    UNION ALL
    SELECT short.item_no, peg.sales_order_no, peg.line_no, short.needed_on, short.available_date, short.qty
    FROM short
    JOIN (
        SELECT DISTINCT supply_ref, sales_order_no, line_no
        FROM plan_pegging
        WHERE run_no = $run_no
          AND supply_kind IN ('firm_make', 'planned_make')
    ) AS peg ON peg.supply_ref = short.demand_ref
    WHERE short.demand_kind = 'make'
)
SELECT
    hit.item_no AS short_item_no,
    min(hit.needed_on) AS needed_on,
    max(hit.available_date) AS available_date,
    line_state.*
FROM hit
JOIN line_state USING (sales_order_no, line_no)
GROUP BY ALL
