-- On time and quality by month, $since to $until, of each supplier and of all (''): purchase lines by the month of their date,
-- inspected arrivals by that of their inspection. A month without rows of its own is missing.
WITH promised AS (
    {{kpi/supplier_on_time}}
),
inspected AS (
    {{kpi/supplier_quality}}
),
delivery AS (
    SELECT
        CASE WHEN grouping(supplier_no) = 1 THEN '' ELSE supplier_no END AS supplier_no,
        CAST(date_trunc('month', target_date) AS DATE) AS month,
        count(*) AS lines,
        sum(on_time) AS on_time_lines
    FROM promised
    GROUP BY GROUPING SETS ((supplier_no, date_trunc('month', target_date)), (date_trunc('month', target_date)))
),
goods AS (
    SELECT
        CASE WHEN grouping(supplier_no) = 1 THEN '' ELSE supplier_no END AS supplier_no,
        CAST(date_trunc('month', inspected_date) AS DATE) AS month,
        count(*) AS arrivals,
        sum(qty) AS inspected_qty,
        sum(good_qty) AS good_qty,
        sum(conceded_qty) AS conceded_qty
    FROM inspected
    GROUP BY GROUPING SETS ((supplier_no, date_trunc('month', inspected_date)), (date_trunc('month', inspected_date)))
)
SELECT
    supplier_no,
    month,
    coalesce(delivery.lines, 0) AS lines,
    coalesce(delivery.on_time_lines, 0) AS on_time_lines,
    delivery.on_time_lines / delivery.lines AS on_time,
    coalesce(goods.arrivals, 0) AS arrivals,
    coalesce(goods.inspected_qty, 0) AS inspected_qty,
    coalesce(goods.good_qty, 0) AS good_qty,
    goods.good_qty / nullif(goods.inspected_qty, 0) AS quality,
    goods.conceded_qty / nullif(goods.inspected_qty, 0) AS conceded
FROM delivery
FULL JOIN goods USING (supplier_no, month)
WHERE supplier_no IS NOT NULL
ORDER BY supplier_no, month
