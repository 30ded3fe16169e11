-- One bar per lot, step, unit and day between $from_date and $to_date: where, when, how much, in which state.
-- A lot is as late as the latest order line it serves. A step waits for material where a part that somebody must chase
-- (under inspection, on a purchase line, or to be ordered on the first plan day) comes only on the day the step starts:
-- if the part slips, so does the step. order_no: the most urgent order it serves. Lit: the lot serves the searched order, or is the searched lot.
WITH lot_line AS (
    {{schedule/lot_lines}}
),
lot AS (
    SELECT
        order_ref,
        CASE
            WHEN bool_or(state = 'late') THEN 'late'
            WHEN bool_or(state = 'at_risk') THEN 'at_risk'
            ELSE 'on_time'
        END AS state,
        list(sales_order_no || '/' || line_no ORDER BY priority, target_date, sales_order_no, line_no) AS lines,
        first(sales_order_no ORDER BY priority, target_date, sales_order_no, line_no) AS order_no,
        min(target_date) AS target_date,
        bool_or($search IN (sales_order_no, sales_order_no || '/' || line_no)) AS serves_search
    FROM lot_line
    GROUP BY order_ref
),
arriving AS (
    SELECT
        plan_allocation.demand_ref AS order_ref,
        CAST(plan_allocation.step_no AS BIGINT) AS step_no,
        max(plan_allocation.available_date) AS material_date
    FROM plan_allocation
    LEFT JOIN plan_order
        ON plan_order.run_no = plan_allocation.run_no
        AND plan_order.order_ref = plan_allocation.supply_ref
    WHERE plan_allocation.run_no = $run_no
      AND plan_allocation.demand_kind = 'make'
      AND (
        plan_allocation.supply_kind IN ('inspection', 'firm_buy')
        OR (plan_allocation.supply_kind = 'planned_buy' AND plan_order.start_date <= $first_day)
      )
    GROUP BY ALL
),
step_start AS (
    SELECT order_ref, step_no, min(work_date) AS start_date
    FROM plan_schedule
    WHERE run_no = $run_no
    GROUP BY order_ref, step_no
),
first_step AS (
    SELECT order_ref, min(step_no) AS step_no
    FROM plan_schedule
    WHERE run_no = $run_no
    GROUP BY order_ref
),
waiting AS (
    SELECT step_start.order_ref, step_start.step_no, arriving.material_date
    FROM step_start
    JOIN first_step USING (order_ref)
    JOIN arriving
        ON arriving.order_ref = step_start.order_ref
        AND coalesce(arriving.step_no, first_step.step_no) = step_start.step_no
    WHERE arriving.material_date >= step_start.start_date
)
SELECT
    plan_schedule.order_ref,
    plan_schedule.step_no,
    plan_schedule.station_no,
    coalesce(station.name, plan_schedule.station_no) AS station_name,
    plan_schedule.unit_no,
    plan_schedule.work_date,
    plan_schedule.start_time,
    plan_schedule.finish_time,
    plan_schedule.item_no,
    item.name AS item_name,
    CAST(plan_schedule.qty AS DOUBLE) AS qty,
    CAST(plan_schedule.hours AS DOUBLE) AS hours,
    -- the most urgent ones; a lot of a common part may serve dozens
    coalesce(array_to_string(lot.lines[:5], ', ') || CASE WHEN len(lot.lines) > 5 THEN ' …' ELSE '' END, '') AS serves,
    coalesce(lot.order_no, '') AS order_no,
    lot.target_date,
    CASE
        WHEN plan_schedule.work_date <= CAST($frozen_until AS DATE) AND plan_order.kind = 'firm_make' THEN 'frozen'
        ELSE coalesce(lot.state, 'on_time')
    END AS state,
    waiting.material_date,
    waiting.material_date IS NOT NULL AS waits_for_material,
    coalesce(lot.serves_search, FALSE) OR plan_schedule.order_ref = $search AS lit
FROM plan_schedule
LEFT JOIN plan_order USING (run_no, order_ref)
LEFT JOIN station USING (station_no)
LEFT JOIN item ON item.item_no = plan_schedule.item_no
LEFT JOIN lot ON lot.order_ref = plan_schedule.order_ref
LEFT JOIN waiting
    ON waiting.order_ref = plan_schedule.order_ref
    AND waiting.step_no = plan_schedule.step_no
WHERE plan_schedule.run_no = $run_no
  AND plan_schedule.work_date BETWEEN $from_date AND $to_date
  AND (len($stations) = 0 OR list_contains($stations, plan_schedule.station_no))
ORDER BY plan_schedule.station_no, plan_schedule.unit_no, plan_schedule.start_time, plan_schedule.order_ref
