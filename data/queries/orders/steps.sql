-- The planned steps of the make orders that serve an order.
SELECT DISTINCT
    plan_schedule.order_ref,
    plan_schedule.item_no,
    plan_schedule.step_no,
    station.name AS station_name,
    plan_schedule.work_date,
    CAST(plan_schedule.qty AS DOUBLE) AS qty,
    plan_schedule.start_time,
    plan_schedule.finish_time
FROM plan_schedule
JOIN plan_pegging
    ON plan_pegging.run_no = plan_schedule.run_no
    AND plan_pegging.supply_ref = plan_schedule.order_ref
LEFT JOIN station USING (station_no)
WHERE plan_schedule.run_no = $run_no AND plan_pegging.sales_order_no = $order
ORDER BY plan_schedule.start_time
