-- The life of one order line: each milestone with its day, and whether it has happened or is only planned.
WITH line AS (
    SELECT *
    FROM sales_order
    WHERE sales_order_no = $order AND line_no = $line
),
lot AS (
    SELECT DISTINCT supply_ref AS order_ref
    FROM plan_pegging
    WHERE run_no = $run_no AND sales_order_no = $order AND line_no = $line
      AND supply_kind IN ('planned_make', 'firm_make')
),
work AS (
    SELECT min(start_time) AS start_time, max(finish_time) AS finish_time
    FROM plan_schedule
    JOIN lot USING (order_ref)
    WHERE run_no = $run_no
),
made AS (
    SELECT min(handover.handover_time) AS first_time
    FROM handover
    JOIN lot ON lot.order_ref = handover.work_order_no
    WHERE CAST(handover.handover_time AS DATE) <= $as_of
),
delivery AS (
    SELECT max(delivery_date) AS last_date
    FROM plan_delivery
    WHERE run_no = $run_no AND sales_order_no = $order AND line_no = $line
),
lateness AS (
    SELECT planned_date
    FROM plan_lateness
    WHERE run_no = $run_no AND sales_order_no = $order AND line_no = $line
),
kit AS (
    SELECT status, kit_date
    FROM plan_kit
    WHERE run_no = $run_no AND order_ref = $order || '/' || CAST($line AS VARCHAR)
),
shipped AS (
    SELECT max(ship_date) AS ship_date, max(delivered_date) AS delivered_date
    FROM shipment
    WHERE sales_order_no = $order AND sales_order_line_no = $line AND ship_date <= $as_of
),
bill AS (
    SELECT min(invoice_date) AS invoice_date, max(paid_date) AS paid_date
    FROM settlement
    WHERE sales_order_no = $order
),
milestone (position, milestone, happened_on, planned_on) AS (
    SELECT 1, 'received', min(received_date), NULL
    FROM customer_order
    WHERE sales_order_no = $order
    UNION ALL
    SELECT 2, 'ordered', order_date, NULL
    FROM line
    UNION ALL
    SELECT 3, 'kitted', CASE WHEN status = 'full' THEN least(kit_date, CAST($as_of AS DATE)) END, CASE WHEN status <> 'full' THEN kit_date END
    FROM kit
    UNION ALL
    SELECT 4, 'started', CAST(made.first_time AS DATE), CASE WHEN made.first_time IS NULL THEN CAST(work.start_time AS DATE) END
    FROM work
    CROSS JOIN made
    UNION ALL
    SELECT 5, 'finished', NULL, CAST(finish_time AS DATE)
    FROM work
    UNION ALL
    SELECT
        6,
        'delivered',
        NULL,
        CASE WHEN (SELECT count(*) FROM lateness) = 0 THEN last_date ELSE (SELECT planned_date FROM lateness) END
    FROM delivery
    UNION ALL
    SELECT 7, 'shipped', ship_date, NULL
    FROM shipped
    UNION ALL
    SELECT 8, 'signed', delivered_date, NULL
    FROM shipped
    UNION ALL
    SELECT 9, 'invoiced', invoice_date, NULL
    FROM bill
    UNION ALL
    SELECT 10, 'paid', paid_date, NULL
    FROM bill
)
SELECT
    milestone,
    coalesce(happened_on, planned_on) AS on_date,
    happened_on IS NOT NULL AS happened
FROM milestone
WHERE coalesce(happened_on, planned_on) IS NOT NULL
ORDER BY on_date, position
