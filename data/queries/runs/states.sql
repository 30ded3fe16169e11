-- Every order line of the plans $run_no and $before: its dates and state in each, by the rule of schedule/line_states.
-- counted_date: the planned date, the day after the horizon for what is not delivered inside it, as the objective counts.
WITH wanted AS (
    SELECT
        run_no,
        demand_ref AS sales_order_no,
        CAST(demand_line_no AS BIGINT) AS line_no,
        min(need_date) AS need_date
    FROM plan_allocation
    WHERE run_no IN ($run_no, $before)
      AND demand_kind = 'sales_order'
    GROUP BY ALL
),
delivered AS (
    SELECT run_no, sales_order_no, line_no, max(delivery_date) AS planned_date
    FROM plan_delivery
    WHERE run_no IN ($run_no, $before)
    GROUP BY ALL
),
named AS (
    SELECT *
    FROM plan_lateness
    WHERE run_no IN ($run_no, $before)
),
line AS (
    SELECT
        run_no,
        sales_order_no,
        line_no,
        coalesce(named.target_date, wanted.need_date) AS target_date,
        CASE WHEN named.target_date IS NULL THEN delivered.planned_date ELSE named.planned_date END AS planned_date,
        CASE
            WHEN named.days_late > 0 THEN 'late'
            WHEN named.target_date IS NOT NULL THEN 'unplanned'
            WHEN delivered.planned_date >= wanted.need_date - 1 THEN 'at_risk'
            ELSE 'on_time'
        END AS state,
        CAST(coalesce(named.days_late, 0) AS BIGINT) AS days_late,
        coalesce(named.cause, '') AS cause
    FROM wanted
    FULL JOIN named USING (run_no, sales_order_no, line_no)
    LEFT JOIN delivered USING (run_no, sales_order_no, line_no)
)
SELECT line.*, coalesce(line.planned_date, plan_run.horizon_end + 1) AS counted_date
FROM line
JOIN plan_run USING (run_no)
