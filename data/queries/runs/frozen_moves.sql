-- Lots of the plan $before whose work lay in the frozen days of the plan $run_no and is no longer where it was, by the rule of
-- kpi/plan_stability: work orders are known by number; planned orders, which get new numbers in every plan, by item.
WITH run AS (
    SELECT as_of_date, coalesce(CAST(settings ->> 'frozen_days' AS BIGINT), 0) AS frozen_days
    FROM plan_run
    WHERE run_no = $run_no
),
calendar_hours AS (
    {{schedule/calendar_hours}}
),
working_day AS (
    SELECT work_date, row_number() OVER (ORDER BY work_date) AS position
    FROM (
        SELECT DISTINCT calendar_hours.work_date
        FROM calendar_hours
        JOIN station USING (calendar_no)
        JOIN run ON calendar_hours.work_date > run.as_of_date
        WHERE calendar_hours.hours > 0
    )
),
frozen AS (
    SELECT run.as_of_date, max(working_day.work_date) AS frozen_until
    FROM run
    JOIN working_day ON working_day.position <= run.frozen_days
    GROUP BY run.as_of_date
),
work AS (
    SELECT
        plan_schedule.run_no,
        CASE WHEN plan_order.kind = 'firm_make' THEN plan_schedule.order_ref ELSE '' END AS work_order_no,
        plan_schedule.order_ref,
        plan_schedule.item_no,
        plan_schedule.step_no,
        plan_schedule.station_no,
        plan_schedule.work_date,
        plan_schedule.qty
    FROM plan_schedule
    JOIN frozen ON plan_schedule.work_date > frozen.as_of_date AND plan_schedule.work_date <= frozen.frozen_until
    LEFT JOIN plan_order
        ON plan_order.run_no = plan_schedule.run_no
        AND plan_order.order_ref = plan_schedule.order_ref
    WHERE plan_schedule.run_no IN ($run_no, $before)
),
moved AS (
    SELECT
        work_order_no,
        item_no,
        step_no,
        station_no,
        work_date,
        CAST(sum(CASE WHEN run_no = $before THEN qty ELSE -qty END) AS DOUBLE) AS moved_qty
    FROM work
    GROUP BY ALL
    HAVING moved_qty > 0.0001 -- less of a piece is rounding
)
SELECT DISTINCT
    work.order_ref,
    moved.work_order_no,
    moved.item_no,
    moved.step_no,
    moved.station_no,
    moved.work_date,
    moved.moved_qty
FROM work
JOIN moved USING (work_order_no, item_no, step_no, station_no, work_date)
WHERE work.run_no = $before
