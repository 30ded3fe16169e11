-- Order lines due in the period by the days between their date and the day they were complete; every band stands, with 0 where
-- it is empty. Open: not complete yet. Unknown: complete before the recorded shipments, so on time, nobody knows by how much.
WITH line AS (
    {{delivery/due_lines}}
),
band (band, timing, from_day, to_day) AS (
    VALUES
        ('>7 early', 'early', -1000000, -8),
        ('1-7 early', 'early', -7, -1),
        ('0', 'on_time', 0, 0),
        ('1-3', 'late', 1, 3),
        ('4-7', 'late', 4, 7),
        ('8-14', 'late', 8, 14),
        ('>14', 'late', 15, 1000000),
        ('open', 'open', NULL, NULL),
        ('unknown', 'unknown', NULL, NULL)
),
placed AS (
    SELECT
        *,
        CASE WHEN NOT complete THEN 'open' WHEN days IS NULL THEN 'unknown' ELSE '' END AS apart
    FROM line
    WHERE ($customer = '' OR customer_no = $customer)
      AND ($item = '' OR item_no = $item)
)
SELECT
    band.band,
    band.timing,
    count(placed.sales_order_no) AS lines,
    coalesce(sum(placed.qty), 0) AS qty,
    coalesce(sum(placed.missed_value), 0) AS missed_value
FROM band
LEFT JOIN placed
    ON band.band = placed.apart
    OR (placed.apart = '' AND placed.days BETWEEN band.from_day AND band.to_day)
GROUP BY band.band, band.timing, band.from_day
ORDER BY band.from_day NULLS LAST, band.band
