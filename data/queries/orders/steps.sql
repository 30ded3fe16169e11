-- The steps of every lot that an order's lines are made from, planned from when to when, and what is done of them.
WITH lot AS (
    SELECT DISTINCT supply_ref AS order_ref
    FROM plan_pegging
    WHERE run_no = $run_no
      AND sales_order_no = $order
      AND ($line = 0 OR line_no = $line)
      AND supply_kind IN ('planned_make', 'firm_make')
),
planned AS (
    SELECT
        plan_schedule.order_ref,
        plan_schedule.item_no,
        plan_schedule.step_no,
        plan_schedule.station_no,
        sum(plan_schedule.qty) AS qty,
        sum(plan_schedule.hours) AS hours,
        min(plan_schedule.start_time) AS start_time,
        max(plan_schedule.finish_time) AS finish_time
    FROM plan_schedule
    JOIN lot USING (order_ref)
    WHERE plan_schedule.run_no = $run_no
    GROUP BY ALL
),
done AS (
    SELECT
        work_order_no AS order_ref,
        from_step_no AS step_no,
        sum(good_qty) AS done_qty,
        CAST(max(handover_time) AS DATE) AS done_on
    FROM handover
    JOIN lot ON lot.order_ref = handover.work_order_no
    WHERE CAST(handover_time AS DATE) <= $as_of
    GROUP BY ALL
)
SELECT
    order_ref,
    coalesce(planned.item_no, work_order.item_no) AS item_no,
    item.name AS item_name,
    step_no,
    planned.station_no,
    station.name AS station_name,
    CAST(planned.qty AS DOUBLE) AS qty,
    CAST(planned.hours AS DOUBLE) AS hours,
    planned.start_time,
    planned.finish_time,
    CAST(coalesce(done.done_qty, 0) AS DOUBLE) AS done_qty,
    done.done_on
FROM planned
FULL JOIN done USING (order_ref, step_no)
LEFT JOIN work_order ON work_order.work_order_no = order_ref
LEFT JOIN item ON item.item_no = coalesce(planned.item_no, work_order.item_no)
LEFT JOIN station ON station.station_no = planned.station_no
ORDER BY coalesce(planned.start_time, CAST(done.done_on AS TIMESTAMP)), order_ref, step_no
