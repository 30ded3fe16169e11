-- The way of one lot: each of its steps with station, time, quantity and hours, and how long it waited before (a step that
-- begins while the step before still hands over has not waited).
WITH step AS (
    SELECT
        step_no,
        station_no,
        string_agg(DISTINCT CAST(unit_no AS VARCHAR), ', ') AS units,
        min(start_time) AS start_time,
        max(finish_time) AS finish_time,
        sum(qty) AS qty,
        sum(hours) AS hours,
        sum(coalesce(overtime_hours, 0)) AS overtime_hours
    FROM plan_schedule
    WHERE run_no = $run_no
      AND order_ref = $order_ref
    GROUP BY step_no, station_no
)
SELECT
    step.step_no,
    coalesce(routing_step.name, '') AS step_name,
    step.station_no,
    coalesce(station.name, step.station_no) AS station_name,
    step.units,
    step.start_time,
    step.finish_time,
    floor(step.qty + 0.000001) AS qty,
    CAST(step.hours AS DOUBLE) AS hours,
    CAST(step.overtime_hours AS DOUBLE) AS overtime_hours,
    CAST(coalesce(routing_step.yield_rate, 1) AS DOUBLE) AS yield_rate,
    greatest(date_diff('minute', lag(step.finish_time) OVER (ORDER BY step.step_no), step.start_time) / 60.0, 0)
        AS waited_hours
FROM step
JOIN plan_order ON plan_order.run_no = $run_no AND plan_order.order_ref = $order_ref
LEFT JOIN routing_step
    ON routing_step.item_no = plan_order.item_no
    AND routing_step.step_no = step.step_no
    AND routing_step.station_no = step.station_no
LEFT JOIN station ON station.station_no = step.station_no
ORDER BY step.step_no
