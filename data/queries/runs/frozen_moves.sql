-- Lots of the plan $before whose work lay in the frozen days of the plan $run_no and is no longer where it was, by
-- kpi/plan_stability.
WITH stability AS (
    {{kpi/plan_stability}}
),
placed AS (
    SELECT
        plan_schedule.order_ref,
        CASE WHEN plan_order.kind = 'firm_make' THEN plan_schedule.order_ref ELSE '' END AS work_order_no,
        plan_schedule.item_no,
        plan_schedule.step_no,
        plan_schedule.station_no,
        plan_schedule.work_date
    FROM plan_schedule
    LEFT JOIN plan_order USING (run_no, order_ref)
    WHERE plan_schedule.run_no = $before
)
SELECT DISTINCT
    placed.order_ref,
    stability.work_order_no,
    stability.item_no,
    stability.step_no,
    stability.station_no,
    stability.work_date,
    stability.moved_qty
FROM stability
JOIN placed USING (work_order_no, item_no, step_no, station_no, work_date)
WHERE stability.moved_qty > 0.0001 -- less of a piece is rounding
