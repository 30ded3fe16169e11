-- Kit rate that each of the plans $run_nos saw in the $kit_days working days after its own day: the lots due to start there,
-- those with all material in hand, and those with all of it on the day they start, as in kpi/kit_rate. A work order was past
-- its start where anything had been handed over or issued for it by the plan's day.
WITH calendar_hours AS (
    {{schedule/calendar_hours}}
),
run AS (
    SELECT run_no, as_of_date, row_number() OVER (ORDER BY as_of_date DESC) = 1 AS newest
    FROM plan_run
    WHERE run_no IN (SELECT unnest($run_nos))
),
working_day AS (
    SELECT
        run.run_no,
        day.work_date,
        row_number() OVER (PARTITION BY run.run_no ORDER BY day.work_date) AS position
    FROM run
    JOIN (
        SELECT DISTINCT calendar_hours.work_date
        FROM calendar_hours
        JOIN station USING (calendar_no)
        WHERE calendar_hours.hours > 0
    ) AS day ON day.work_date > run.as_of_date
),
near AS (
    SELECT
        run.run_no,
        run.as_of_date,
        run.newest,
        coalesce(
            max(working_day.work_date) FILTER (WHERE working_day.position <= $kit_days),
            run.as_of_date + CAST($kit_days AS INTEGER)
        ) AS kit_until
    FROM run
    LEFT JOIN working_day USING (run_no)
    GROUP BY run.run_no, run.as_of_date, run.newest
),
due AS (
    SELECT plan_order.run_no, near.as_of_date, near.newest, plan_order.order_ref, plan_order.kind, plan_order.start_date
    FROM plan_order
    JOIN near USING (run_no)
    WHERE plan_order.kind IN ('firm_make', 'planned_make')
      AND plan_order.start_date BETWEEN near.as_of_date + 1 AND near.kit_until
),
begun AS (
    SELECT work_order_no, min(day) AS begun_on
    FROM (
        SELECT work_order_no, CAST(handover_time AS DATE) AS day FROM handover
        UNION ALL
        SELECT work_order_no, issue_date FROM goods_issue
    )
    WHERE work_order_no IN (SELECT order_ref FROM due WHERE kind = 'firm_make')
    GROUP BY work_order_no
),
lot AS (
    SELECT due.*, plan_kit.status
    FROM due
    JOIN plan_kit USING (run_no, order_ref)
    LEFT JOIN work_order ON work_order.work_order_no = due.order_ref
    LEFT JOIN begun ON begun.work_order_no = due.order_ref
    WHERE CASE
        WHEN due.newest THEN coalesce(work_order.status, 'released') <> 'started'
        ELSE coalesce(begun.begun_on > due.as_of_date, TRUE)
    END
),
missing AS (
    SELECT DISTINCT lot.run_no, lot.order_ref
    FROM lot
    JOIN plan_allocation
        ON plan_allocation.run_no = lot.run_no
        AND plan_allocation.demand_ref = lot.order_ref
        AND plan_allocation.demand_kind = 'make'
    LEFT JOIN purchase_order
        ON purchase_order.purchase_order_no || '/' || purchase_order.line_no
        = CASE WHEN plan_allocation.supply_kind = 'firm_buy' THEN plan_allocation.supply_ref END
    WHERE plan_allocation.supply_kind IN ('planned_buy', 'planned_make')
       OR plan_allocation.available_date > lot.start_date
       OR coalesce(purchase_order.confirmed_date, purchase_order.due_date) <= lot.as_of_date
)
SELECT
    lot.run_no,
    lot.kind,
    CAST(count(*) FILTER (WHERE lot.status = 'full') AS DOUBLE) AS kitted,
    CAST(count(*) FILTER (WHERE missing.order_ref IS NULL) AS DOUBLE) AS kitted_at_start,
    CAST(count(*) AS DOUBLE) AS due
FROM lot
LEFT JOIN missing USING (run_no, order_ref)
GROUP BY ALL
