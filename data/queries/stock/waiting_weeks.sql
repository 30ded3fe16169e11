-- What is missing in each week, from this one to the last in which something is, half a year at most: the value of the order
-- lines that wait, and what the missing parts cost. Each is split by whether it makes an order line late.
WITH waiting AS (
    {{stock/waiting_orders}}
),
short AS (
    {{materials/short}}
),
short_line AS (
    {{materials/short_lines}}
),
priced_item AS (
    {{plan_input/item}}
),
blocking AS (
    SELECT DISTINCT short_item_no AS item_no FROM short_line WHERE state = 'late'
),
missing AS (
    SELECT
        'orders' AS measure,
        CAST(needed_on AS DATE) AS needed_on,
        CAST(available_date AS DATE) AS available_date,
        state = 'late' AS late,
        CAST(value AS DOUBLE) AS value
    FROM waiting
    UNION ALL
    SELECT
        'parts',
        short.needed_on,
        short.available_date,
        blocking.item_no IS NOT NULL,
        CAST(short.qty AS DOUBLE) * priced_item.unit_cost
    FROM short
    JOIN priced_item USING (item_no)
    LEFT JOIN blocking USING (item_no)
),
week AS (
    SELECT CAST(unnest(generate_series(
        date_trunc('week', CAST($first_day AS DATE)),
        least((SELECT max(available_date) FROM missing) - 1, CAST($first_day AS DATE) + 181),
        INTERVAL 7 DAY
    )) AS DATE) AS week
)
SELECT
    week.week,
    missing.measure,
    coalesce(sum(missing.value) FILTER (WHERE missing.late), 0) AS late_value,
    coalesce(sum(missing.value) FILTER (WHERE NOT missing.late), 0) AS safe_value,
    count(*) FILTER (WHERE missing.late) AS late_count,
    count(*) FILTER (WHERE NOT missing.late) AS safe_count
FROM week
JOIN missing ON missing.needed_on < week.week + 7 AND missing.available_date > week.week
GROUP BY ALL
ORDER BY missing.measure, week.week
