-- One item day by day for six weeks: what is wanted, what comes from where, and the balance at the end of the day.
WITH flow AS (
    {{materials/flow}}
),
day AS (
    SELECT CAST(unnest(generate_series(CAST($first_day AS DATE), CAST($first_day AS DATE) + 41, INTERVAL 1 DAY)) AS DATE)
        AS work_date
),
moved AS (
    SELECT
        wanted_on AS work_date,
        sum(qty) FILTER (WHERE flow = 'need') AS need,
        sum(qty) FILTER (WHERE flow = 'stock') AS stock,
        sum(qty) FILTER (WHERE flow = 'inspection') AS inspection,
        sum(qty) FILTER (WHERE flow IN ('firm_buy', 'firm_make')) AS firm,
        sum(qty) FILTER (WHERE flow IN ('planned_buy', 'planned_make')) AS planned
    FROM flow
    WHERE item_no = $item_no
      AND flow <> 'release'
    GROUP BY wanted_on
)
SELECT
    day.work_date,
    CAST(coalesce(moved.need, 0) AS DOUBLE) AS need,
    CAST(coalesce(moved.stock, 0) AS DOUBLE) AS stock,
    CAST(coalesce(moved.inspection, 0) AS DOUBLE) AS inspection,
    CAST(coalesce(moved.firm, 0) AS DOUBLE) AS firm,
    CAST(coalesce(moved.planned, 0) AS DOUBLE) AS planned,
    CAST(sum(
        coalesce(moved.stock, 0) + coalesce(moved.inspection, 0) + coalesce(moved.firm, 0) + coalesce(moved.planned, 0)
        - coalesce(moved.need, 0)
    ) OVER (ORDER BY day.work_date) AS DOUBLE) AS balance
FROM day
LEFT JOIN moved USING (work_date)
ORDER BY day.work_date
