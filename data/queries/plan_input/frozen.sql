-- Work of the latest plan that lies in the frozen days, of work orders that are still open.
WITH latest AS (
    SELECT run_no
    FROM plan_run
    WHERE scenario IS NULL AND verified AND as_of_date <= $as_of
    ORDER BY created_at DESC, run_no DESC
    LIMIT 1
)
SELECT
    plan_schedule.order_ref,
    plan_schedule.step_no,
    plan_schedule.station_no,
    plan_schedule.unit_no,
    plan_schedule.work_date,
    plan_schedule.item_no,
    plan_schedule.qty,
    plan_schedule.hours,
    coalesce(plan_schedule.overtime_hours, 0) AS overtime_hours,
    plan_schedule.start_time,
    plan_schedule.finish_time
FROM plan_schedule
JOIN latest USING (run_no)
JOIN work_order ON work_order.work_order_no = plan_schedule.order_ref
JOIN station
    ON station.station_no = plan_schedule.station_no
    AND plan_schedule.unit_no <= coalesce(station.parallel_units, 1)
WHERE work_order.status IN ('released', 'started')
  AND plan_schedule.work_date > $as_of
  AND plan_schedule.work_date <= $frozen_until
ORDER BY plan_schedule.station_no, plan_schedule.unit_no, plan_schedule.start_time
