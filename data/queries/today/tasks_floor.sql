-- Tasks of the floor: lots that start in the next $kit_days working days without all their material, picking lists for lots of
-- the first plan day that are kitted, work orders past their planned start, output of $last_day that was missed without a
-- reason, exceptions without a reason and those that are open. amount: lots that the part holds up, or hours lost.
WITH kit AS (
    {{materials/kit_at_start}}
),
kit_window AS (
    {{kpi/kit_until}}
),
short AS (
    {{kpi/shortfall}}
),
lot AS (
    SELECT plan_order.order_ref, kit.missing_at_start
    FROM plan_order
    JOIN kit USING (order_ref)
    CROSS JOIN kit_window
    LEFT JOIN work_order ON work_order.work_order_no = plan_order.order_ref
    WHERE plan_order.run_no = $run_no
      AND plan_order.start_date > $as_of
      AND plan_order.start_date <= kit_window.kit_until
      AND coalesce(work_order.status, 'released') <> 'started'
      AND kit.missing_at_start <> ''
),
blocker AS (
    SELECT item_no, count(*) AS lots
    FROM (SELECT unnest(string_split(missing_at_start, ',')) AS item_no FROM lot)
    GROUP BY item_no
    ORDER BY lots DESC, item_no
    LIMIT 1
),
start_short AS (
    SELECT
        'pmc' AS role,
        'start_short' AS task,
        count(*) AS things,
        (SELECT item_no FROM blocker) AS subject,
        (SELECT lots FROM blocker) AS amount
    FROM lot
),
pick AS (
    SELECT
        'warehouse' AS role,
        'pick' AS task,
        count(DISTINCT plan_order.order_ref) AS things,
        CAST($first_day AS DATE) AS day
    FROM plan_order
    JOIN plan_kit USING (run_no, order_ref)
    JOIN work_order ON work_order.work_order_no = plan_order.order_ref
    JOIN picking_list USING (work_order_no)
    WHERE plan_order.run_no = $run_no
      AND plan_order.start_date = $first_day
      AND plan_kit.status = 'full'
      AND coalesce(work_order.status, 'released') = 'released'
      AND coalesce(picking_list.status, 'open') = 'open'
),
overdue_start AS (
    SELECT
        'production' AS role,
        'start' AS task,
        count(*) AS things,
        arg_min(work_order_no, (planned_start, work_order_no)) AS ref,
        min(planned_start) AS day
    FROM work_order
    WHERE coalesce(status, 'released') = 'released'
      AND planned_start <= $as_of
),
missed AS (
    SELECT
        'production' AS role,
        'missed' AS task,
        count(*) AS things,
        CAST($last_day AS DATE) AS day,
        sum(short_hours) AS amount
    FROM short
    WHERE category = 'unexplained'
),
exception AS (
    SELECT
        CASE WHEN category = 'quality' THEN 'quality' ELSE 'production' END AS role,
        CASE WHEN trim(coalesce(reason, '')) = '' THEN 'explain' ELSE 'close' END AS task,
        count(*) AS things,
        min(report_date) AS day,
        sum(lost_hours) AS amount
    FROM exception_report
    WHERE coalesce(status, 'open') <> 'closed'
      AND report_date <= $as_of
    GROUP BY ALL
)
SELECT * FROM start_short
UNION ALL BY NAME SELECT * FROM pick
UNION ALL BY NAME SELECT * FROM overdue_start
UNION ALL BY NAME SELECT * FROM missed
UNION ALL BY NAME SELECT * FROM exception
