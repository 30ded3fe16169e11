-- Kit readiness of order lines and make orders, the first to start first. What can be made is told in whole pieces. Whether
-- the kit is full on the day of the start, from supply that exists, is told of make orders.
WITH line_state AS (
    {{schedule/line_states}}
),
at_start AS (
    {{materials/kit_at_start}}
),
lot_start AS (
    SELECT order_ref, min(work_date) AS start_date
    FROM plan_schedule
    WHERE run_no = $run_no
    GROUP BY order_ref
),
line_start AS (
    SELECT plan_pegging.sales_order_no, plan_pegging.line_no, min(lot_start.start_date) AS start_date
    FROM plan_pegging
    JOIN lot_start ON lot_start.order_ref = plan_pegging.supply_ref
    WHERE plan_pegging.run_no = $run_no
      AND plan_pegging.supply_kind IN ('firm_make', 'planned_make')
    GROUP BY ALL
),
kit AS (
    SELECT
        plan_kit.order_ref,
        CASE WHEN line_state.sales_order_no IS NULL THEN plan_order.kind ELSE 'sales_order' END AS kind,
        line_state.sales_order_no,
        line_state.line_no,
        coalesce(line_state.item_no, plan_order.item_no) AS item_no,
        round(CAST(coalesce(line_state.qty, plan_order.qty) AS DOUBLE), 1) AS qty,
        coalesce(line_start.start_date, lot_start.start_date, plan_order.start_date, line_state.planned_date)
            AS start_date,
        line_state.target_date,
        line_state.state,
        plan_kit.status,
        plan_kit.kit_date,
        floor(CAST(plan_kit.can_make_qty AS DOUBLE) + 0.000001) AS can_make_qty,
        coalesce(plan_kit.blocking, '') AS blocking,
        at_start.full_at_start,
        at_start.missing_at_start
    FROM plan_kit
    LEFT JOIN line_state ON line_state.sales_order_no || '/' || line_state.line_no = plan_kit.order_ref
    LEFT JOIN plan_order ON plan_order.run_no = plan_kit.run_no AND plan_order.order_ref = plan_kit.order_ref
    LEFT JOIN lot_start ON lot_start.order_ref = plan_kit.order_ref
    LEFT JOIN at_start ON at_start.order_ref = plan_kit.order_ref
    LEFT JOIN line_start
        ON line_start.sales_order_no = line_state.sales_order_no
        AND line_start.line_no = line_state.line_no
    WHERE plan_kit.run_no = $run_no
)
SELECT
    kit.*,
    coalesce(item.name, '') AS item_name,
    coalesce(item.uom, '') AS uom,
    strftime(date_trunc('week', kit.start_date), '%Y-%m-%d') AS start_week
FROM kit
LEFT JOIN item USING (item_no)
WHERE ($week = '' OR strftime(date_trunc('week', kit.start_date), '%Y-%m-%d') = $week)
  AND ($status = '' OR kit.status = $status)
  AND ($subject = '' OR ($subject = 'sales_order') = (kit.kind = 'sales_order'))
ORDER BY kit.start_date NULLS LAST, kit.target_date NULLS LAST, kit.order_ref
