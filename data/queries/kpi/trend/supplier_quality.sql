-- Supplier quality by supplier in each period of $days days from $since to $until, numbered from 0.
WITH arrival AS (
    {{kpi/supplier_quality}}
)
SELECT
    date_diff('day', CAST($since AS DATE), inspected_date) // $days AS period,
    supplier_no,
    sum(qty) AS qty,
    sum(good_qty) AS good_qty,
    sum(conceded_qty) AS conceded_qty
FROM arrival
GROUP BY ALL
