-- The work of one station on one day in its sequence. Quantities are whole pieces: what is complete at the end of the day
-- less what was complete the day before, so that the days of a lot add up to the lot.
WITH lot_line AS (
    {{schedule/lot_lines}}
),
serves AS (
    SELECT
        order_ref,
        string_agg(sales_order_no || '/' || line_no, ', ' ORDER BY priority, target_date, sales_order_no, line_no)
            AS serves,
        min(target_date) AS target_date,
        min(priority) AS priority
    FROM lot_line
    GROUP BY order_ref
),
running AS (
    SELECT
        *,
        sum(qty) OVER (
            PARTITION BY order_ref, step_no ORDER BY finish_time, unit_no ROWS UNBOUNDED PRECEDING
        ) AS through
    FROM plan_schedule
    WHERE run_no = $run_no
)
SELECT
    row_number() OVER (PARTITION BY running.unit_no ORDER BY running.start_time, running.order_ref) AS sequence,
    running.unit_no,
    running.order_ref,
    running.step_no,
    coalesce(routing_step.name, '') AS step_name,
    running.item_no,
    item.name AS item_name,
    coalesce(item.spec, '') AS spec,
    coalesce(serves.serves, '') AS serves,
    serves.priority,
    serves.target_date,
    CAST(floor(running.through + 0.000001) - floor(running.through - running.qty + 0.000001) AS BIGINT) AS qty,
    item.uom,
    CAST(running.hours AS DOUBLE) AS hours,
    CAST(coalesce(running.overtime_hours, 0) AS DOUBLE) AS overtime_hours,
    running.start_time,
    running.finish_time,
    coalesce(station.team, '') AS team
FROM running
JOIN item ON item.item_no = running.item_no
LEFT JOIN serves ON serves.order_ref = running.order_ref
LEFT JOIN station ON station.station_no = running.station_no
LEFT JOIN routing_step
    ON routing_step.item_no = running.item_no
    AND routing_step.step_no = running.step_no
    AND routing_step.station_no = running.station_no
WHERE running.station_no = $station_no
  AND running.work_date = $work_date
ORDER BY running.unit_no, running.start_time, running.order_ref
