-- What stands before and after one step of a lot on its unit, and the step itself.
WITH work AS (
    SELECT
        station_no,
        unit_no,
        order_ref,
        step_no,
        any_value(item_no) AS item_no,
        min(start_time) AS start_time,
        max(finish_time) AS finish_time
    FROM plan_schedule
    WHERE run_no = $run_no
    GROUP BY station_no, unit_no, order_ref, step_no
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY station_no, unit_no ORDER BY start_time, order_ref, step_no) AS position
    FROM work
),
chosen AS (
    SELECT station_no, unit_no, position
    FROM placed
    WHERE order_ref = $order_ref
      AND step_no = $step_no
)
SELECT
    CASE placed.position - chosen.position WHEN -1 THEN 'before' WHEN 0 THEN 'this' ELSE 'after' END AS place,
    placed.station_no,
    placed.unit_no,
    placed.order_ref,
    placed.step_no,
    placed.item_no,
    item.name AS item_name,
    placed.start_time,
    placed.finish_time
FROM placed
JOIN chosen
    ON placed.station_no = chosen.station_no
    AND placed.unit_no = chosen.unit_no
    AND placed.position BETWEEN chosen.position - 1 AND chosen.position + 1
LEFT JOIN item ON item.item_no = placed.item_no
ORDER BY placed.unit_no, placed.position
