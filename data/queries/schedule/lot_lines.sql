-- Which order lines each make order of a plan serves, at any depth, and the state of each line.
WITH line_state AS (
    {{schedule/line_states}}
),
peg AS (
    SELECT DISTINCT supply_ref AS order_ref, sales_order_no, line_no
    FROM plan_pegging
    WHERE run_no = $run_no
      AND supply_kind IN ('firm_make', 'planned_make')
)
SELECT peg.order_ref, line_state.*
FROM peg
JOIN line_state USING (sales_order_no, line_no)
