-- What the plan before had put into the frozen days of the latest plan, and how much of it is no longer where it was.
-- Frozen days: as many working days (a station works) after the latest plan's as-of date as its settings say. Work orders
-- are known by number; planned orders get new numbers in every plan and are known by item.
WITH run AS (
    SELECT run_no, as_of_date, coalesce(CAST(settings ->> 'frozen_days' AS BIGINT), 0) AS frozen_days
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
        plan_schedule.item_no,
        plan_schedule.step_no,
        plan_schedule.station_no,
        plan_schedule.work_date,
        sum(plan_schedule.qty) AS qty
    FROM plan_schedule
    LEFT JOIN plan_order USING (run_no, order_ref)
    JOIN frozen ON plan_schedule.work_date > frozen.as_of_date AND plan_schedule.work_date <= frozen.frozen_until
    WHERE plan_schedule.run_no IN ($run_no, $before)
    GROUP BY ALL
),
before AS (
    SELECT * EXCLUDE (run_no) FROM work WHERE run_no = $before
),
after AS (
    SELECT * EXCLUDE (run_no) FROM work WHERE run_no = $run_no
)
SELECT
    work_order_no,
    item_no,
    step_no,
    station_no,
    work_date,
    CAST(before.qty AS DOUBLE) AS planned_before,
    CAST(coalesce(after.qty, 0) AS DOUBLE) AS planned_now,
    CAST(greatest(before.qty - coalesce(after.qty, 0), 0) AS DOUBLE) AS moved_qty,
    CAST(least(before.qty, coalesce(after.qty, 0)) AS DOUBLE) AS kept_qty
FROM before
LEFT JOIN after USING (work_order_no, item_no, step_no, station_no, work_date)
ORDER BY work_date, station_no, item_no, step_no, work_order_no
