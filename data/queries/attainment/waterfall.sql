-- From the plan to what was made, in $measure: less what each category of exceptions explains, less what nothing explains,
-- is what was attained of the plan; with what was made beyond the plan it is all that was made. Categories are those of
-- kpi/shortfall, the greatest first.
WITH chosen AS (
    {{attainment/chosen}}
),
short AS (
    {{kpi/shortfall}}
),
total AS (
    SELECT
        sum(planned_qty * worth) AS planned,
        sum(attained_qty * worth) AS attained,
        sum(beyond_qty * worth) AS beyond,
        sum(actual_qty * worth) AS actual
    FROM chosen
),
lost AS (
    SELECT
        short.category,
        sum(CASE $measure WHEN 'pieces' THEN short_qty WHEN 'hours' THEN short_hours ELSE short_value END) AS amount
    FROM short
    SEMI JOIN chosen USING (item_no, step_no, station_no, work_date)
    GROUP BY short.category
)
SELECT step, category, amount
FROM (
    SELECT 1 AS place, 'planned' AS step, '' AS category, planned AS amount FROM total
    UNION ALL
    SELECT CASE category WHEN 'unexplained' THEN 3 ELSE 2 END, 'lost', category, -amount FROM lost
    UNION ALL
    SELECT 4, 'attained', '', attained FROM total
    UNION ALL
    SELECT 5, 'beyond', '', beyond FROM total
    UNION ALL
    SELECT 6, 'actual', '', actual FROM total
)
WHERE amount IS NOT NULL
ORDER BY place, amount, category
