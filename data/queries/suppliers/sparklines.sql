-- On time of each supplier as a list by month, $since to $until; a month without a line stays empty.
WITH by_month AS (
    {{suppliers/by_month}}
),
month AS (
    SELECT CAST(unnest(generate_series(
        (SELECT min(month) FROM by_month), (SELECT max(month) FROM by_month), INTERVAL 1 MONTH
    )) AS DATE) AS month
),
subject AS (
    SELECT DISTINCT supplier_no FROM by_month WHERE supplier_no <> ''
)
SELECT subject.supplier_no, list(by_month.on_time ORDER BY month.month) AS on_time
FROM subject
CROSS JOIN month
LEFT JOIN by_month ON by_month.supplier_no = subject.supplier_no AND by_month.month = month.month
GROUP BY subject.supplier_no
