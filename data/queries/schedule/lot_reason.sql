-- Why one step of a lot starts when it does. Four things can hold it: its material, the step before, the unit that works on
-- something else, and the first day of the plan; `held_by` is the one that lets go last. 'frozen': kept from the plan before.
-- 'room': all had let go more than half a working hour before, so that the plan itself put it later.
WITH part AS (
    {{schedule/lot_parts}}
),
calendar_hours AS (
    {{schedule/calendar_hours}}
),
neighbour AS (
    {{schedule/lot_neighbours}}
),
step AS (
    SELECT
        step_no,
        any_value(station_no) AS station_no,
        min(start_time) AS start_time,
        max(finish_time) AS finish_time,
        min(work_date) AS work_date
    FROM plan_schedule
    WHERE run_no = $run_no
      AND order_ref = $order_ref
    GROUP BY step_no
),
this AS (
    SELECT step.*, plan_order.item_no, plan_order.kind
    FROM step
    JOIN plan_order ON plan_order.run_no = $run_no AND plan_order.order_ref = $order_ref
    WHERE step.step_no = $step_no
),
before AS (
    SELECT step.step_no, step.finish_time, coalesce(routing_step.wait_hours, 0) AS wait_hours
    FROM step
    CROSS JOIN this
    LEFT JOIN routing_step
        ON routing_step.item_no = this.item_no
        AND routing_step.step_no = step.step_no
        AND routing_step.station_no = step.station_no
    WHERE step.step_no < this.step_no
    ORDER BY step.step_no DESC
    LIMIT 1
),
open_day AS (
    SELECT
        calendar_hours.work_date + to_minutes(CAST(calendar_hours.start_minute AS BIGINT)) AS opens,
        calendar_hours.work_date
            + to_minutes(CAST(calendar_hours.start_minute + 60 * calendar_hours.hours AS BIGINT)) AS closes
    FROM calendar_hours
    JOIN station USING (calendar_no)
    JOIN this ON this.station_no = station.station_no
    WHERE calendar_hours.hours > 0
      AND calendar_hours.work_date BETWEEN $first_day AND this.work_date
),
hold AS (
    SELECT 1 AS rank, 'material' AS held_by, part.item_no AS by_what, part.supply_ref AS by_ref, available_time AS until
    FROM part
    UNION ALL
    -- a step that takes over piece by piece starts before the step before is done
    SELECT
        2, 'step', CAST(before.step_no AS VARCHAR), '',
        least(before.finish_time + to_minutes(CAST(60 * before.wait_hours AS BIGINT)), this.start_time)
    FROM before
    CROSS JOIN this
    UNION ALL
    SELECT 3, 'unit', CAST(step_no AS VARCHAR), order_ref, finish_time
    FROM neighbour
    WHERE place = 'before'
    UNION ALL
    SELECT 4, 'first_day', '', '', min(opens)
    FROM open_day
),
opened AS (
    SELECT
        hold.*,
        (
            SELECT coalesce(sum(greatest(
                epoch(least(open_day.closes, this.start_time)) - epoch(greatest(open_day.opens, hold.until)), 0
            )), 0) / 3600
            FROM open_day
        ) AS idle_hours
    FROM hold
    CROSS JOIN this
    WHERE hold.until IS NOT NULL
      AND hold.until <= this.start_time
),
last_hold AS (
    -- what lets go over the night, and what with the morning, let go at the same time: then the material is named first
    SELECT *
    FROM opened
    ORDER BY round(idle_hours, 1), rank, until DESC
    LIMIT 1
)
SELECT
    this.start_time,
    CASE
        WHEN this.work_date <= CAST($frozen_until AS DATE) AND this.kind = 'firm_make' THEN 'frozen'
        WHEN last_hold.idle_hours > 0.5 THEN 'room'
        ELSE coalesce(last_hold.held_by, 'room')
    END AS held_by,
    coalesce(last_hold.by_what, '') AS by_what,
    coalesce(last_hold.by_ref, '') AS by_ref,
    coalesce(last_hold.until, this.start_time) AS until,
    CAST(coalesce(last_hold.idle_hours, 0) AS DOUBLE) AS idle_hours
FROM this
LEFT JOIN last_hold ON TRUE
