-- Order lines whose planned date or state differs between the plan $run_no (now) and the plan $before, and those that are in
-- one of the two only; the greatest change of weighted days late first, then the greatest weighted move. days_moved: later is
-- positive; what is not delivered inside the horizon counts as the day after it (counted_before, counted_now).
-- inside_frozen: work of a lot that serves the line, which the plan before had put into the frozen days of this plan, is no
-- longer where it was.
WITH asked AS (
    SELECT unnest([$run_no, $before]) AS run_no
),
outcome AS (
    {{schedule/line_outcomes}}
),
state AS (
    SELECT outcome.*, coalesce(outcome.planned_date, plan_run.horizon_end + 1) AS counted_date
    FROM outcome
    JOIN plan_run USING (run_no)
),
frozen_move AS (
    {{runs/frozen_moves}}
),
frozen_line AS (
    SELECT DISTINCT plan_pegging.sales_order_no, plan_pegging.line_no
    FROM plan_pegging
    JOIN (SELECT DISTINCT order_ref FROM frozen_move) AS lot ON lot.order_ref = plan_pegging.supply_ref
    WHERE plan_pegging.run_no = $before
      AND plan_pegging.supply_kind IN ('firm_make', 'planned_make')
),
line AS (
    SELECT
        sales_order_no,
        line_no,
        coalesce(now.target_date, before.target_date) AS target_date,
        before.planned_date AS planned_before,
        now.planned_date AS planned_now,
        before.counted_date AS counted_before,
        now.counted_date AS counted_now,
        CAST(now.counted_date - before.counted_date AS BIGINT) AS days_moved,
        before.state AS state_before,
        now.state AS state_now,
        before.days_late AS late_before,
        now.days_late AS late_now,
        coalesce(nullif(now.cause, ''), before.cause, '') AS cause,
        before.run_no IS NULL AS appeared,
        now.run_no IS NULL AS "left",
        coalesce(now.counted_date > before.counted_date, FALSE) AS later,
        coalesce(now.counted_date < before.counted_date, FALSE) AS earlier,
        coalesce(now.state = 'late' AND before.state <> 'late', FALSE) AS became_late,
        coalesce(now.state <> 'late' AND before.state = 'late', FALSE) AS no_longer_late
    FROM (SELECT * FROM state WHERE run_no = $run_no) AS now
    FULL JOIN (SELECT * FROM state WHERE run_no = $before) AS before USING (sales_order_no, line_no)
    WHERE now.run_no IS NULL
       OR before.run_no IS NULL
       OR now.counted_date <> before.counted_date
       OR now.state <> before.state
)
SELECT
    line.sales_order_no,
    line.line_no,
    sales_order.customer_no,
    coalesce(customer.name, sales_order.customer_no) AS customer_name,
    sales_order.item_no,
    item.name AS item_name,
    coalesce(sales_order.priority, customer.priority, 3) AS priority,
    line.* EXCLUDE (sales_order_no, line_no),
    frozen_line.line_no IS NOT NULL AS inside_frozen
FROM line
LEFT JOIN sales_order USING (sales_order_no, line_no)
LEFT JOIN customer USING (customer_no)
LEFT JOIN item USING (item_no)
LEFT JOIN frozen_line USING (sales_order_no, line_no)
ORDER BY
    abs(coalesce(line.late_now, 0) - coalesce(line.late_before, 0))
    * (6 - coalesce(sales_order.priority, customer.priority, 3)) DESC,
    abs(coalesce(line.days_moved, 0)) * (6 - coalesce(sales_order.priority, customer.priority, 3)) DESC,
    line.target_date,
    line.sales_order_no,
    line.line_no
