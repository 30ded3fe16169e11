-- Every order line of the plans `asked` (their run_no; whoever puts this in says which): what they say of it. The one place that
-- says which line is late. Target date: promised_date, else due_date, as the plan had it. Late: the last piece comes after it;
-- what is not delivered inside the horizon counts as delivered the day after. At risk: the last piece comes on the target date
-- or the day before, so that one bad day is enough. Unplanned: due after the horizon and not delivered inside it, so that nobody
-- knows yet.
WITH wanted AS (
    SELECT
        run_no,
        demand_ref AS sales_order_no,
        CAST(demand_line_no AS BIGINT) AS line_no,
        sum(qty) AS qty,
        min(need_date) AS need_date
    FROM plan_allocation
    WHERE run_no IN (SELECT run_no FROM asked)
      AND demand_kind = 'sales_order'
    GROUP BY ALL
),
delivered AS (
    SELECT run_no, sales_order_no, line_no, max(delivery_date) AS planned_date
    FROM plan_delivery
    WHERE run_no IN (SELECT run_no FROM asked)
    GROUP BY ALL
),
named AS (
    SELECT *, true AS is_named
    FROM plan_lateness
    WHERE run_no IN (SELECT run_no FROM asked)
)
SELECT
    run_no,
    sales_order_no,
    line_no,
    wanted.qty,
    -- the ledger wants nothing before the first plan day; a line with an earlier date is late, and plan_lateness has it
    coalesce(named.target_date, wanted.need_date) AS target_date,
    CASE WHEN is_named THEN named.planned_date ELSE delivered.planned_date END AS planned_date,
    CASE
        WHEN named.days_late > 0 THEN 'late'
        WHEN is_named THEN 'unplanned'
        WHEN delivered.planned_date >= wanted.need_date - 1 THEN 'at_risk'
        ELSE 'on_time'
    END AS state,
    CAST(coalesce(named.days_late, 0) AS BIGINT) AS days_late,
    coalesce(named.cause, '') AS cause,
    coalesce(named.detail, '') AS detail,
    coalesce(named.remedy, '') AS remedy
FROM wanted
FULL JOIN named USING (run_no, sales_order_no, line_no)
LEFT JOIN delivered USING (run_no, sales_order_no, line_no)
