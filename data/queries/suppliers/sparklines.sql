-- On time of each supplier as a list by month, $since to $until; months without a line are left out.
WITH by_month AS (
    {{suppliers/by_month}}
)
SELECT supplier_no, list(on_time ORDER BY month) AS on_time
FROM by_month
WHERE supplier_no <> ''
  AND on_time IS NOT NULL
GROUP BY supplier_no
