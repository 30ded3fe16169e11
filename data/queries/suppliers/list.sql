-- Suppliers with what they did in the period and what they owe now: the one that makes most order lines late comes first, then
-- who owes most overdue lines, then who is least on time.
WITH promised AS (
    {{suppliers/promised}}
),
inspected AS (
    {{suppliers/quality}}
),
open_line AS (
    {{suppliers/open_lines}}
),
blocking AS (
    {{suppliers/blocking}}
),
delivery AS (
    SELECT
        supplier_no,
        count(*) AS lines,
        sum(on_time) / count(*) AS on_time,
        avg(days_late) FILTER (WHERE on_time = 0) AS days_late
    FROM promised
    GROUP BY supplier_no
),
goods AS (
    SELECT
        supplier_no,
        sum(good_qty) / nullif(sum(qty), 0) AS quality,
        sum(conceded_qty) / nullif(sum(qty), 0) AS conceded,
        count(*) FILTER (WHERE conceded_qty > 0) AS concessions,
        CAST(sum(returns) AS BIGINT) AS returns
    FROM inspected
    GROUP BY supplier_no
),
owed AS (
    SELECT
        supplier_no,
        count(*) AS open_lines,
        count(*) FILTER (WHERE overdue) AS overdue_lines,
        count(*) FILTER (WHERE put_off) AS put_off_lines,
        max(days_overdue) AS days_overdue
    FROM open_line
    GROUP BY supplier_no
),
seen AS (
    SELECT supplier_no FROM delivery
    UNION SELECT supplier_no FROM goods WHERE supplier_no IS NOT NULL
    UNION SELECT supplier_no FROM owed
)
SELECT
    seen.supplier_no,
    coalesce(supplier.name, '') AS supplier_name,
    coalesce(delivery.lines, 0) AS lines,
    delivery.on_time,
    delivery.days_late,
    goods.quality,
    goods.conceded,
    coalesce(goods.concessions, 0) AS concessions,
    coalesce(goods.returns, 0) AS returns,
    coalesce(owed.open_lines, 0) AS open_lines,
    coalesce(owed.overdue_lines, 0) AS overdue_lines,
    coalesce(owed.put_off_lines, 0) AS put_off_lines,
    coalesce(owed.days_overdue, 0) AS days_overdue,
    coalesce(blocking.blocked_orders, 0) AS blocked_orders,
    coalesce(blocking.blocked_value, 0) AS blocked_value
FROM seen
LEFT JOIN supplier USING (supplier_no)
LEFT JOIN delivery USING (supplier_no)
LEFT JOIN goods USING (supplier_no)
LEFT JOIN owed USING (supplier_no)
LEFT JOIN blocking USING (supplier_no)
ORDER BY blocked_value DESC, overdue_lines DESC, on_time NULLS LAST, quality NULLS LAST, seen.supplier_no
