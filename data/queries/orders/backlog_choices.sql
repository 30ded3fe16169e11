-- Customers and weeks that open lines have, for choosing.
WITH line AS (
    {{orders/backlog_lines}}
)
SELECT 'customer' AS choice, customer_no AS value, any_value(customer_name) AS label, count(*) AS lines
FROM line
GROUP BY customer_no
UNION ALL
SELECT 'week', strftime(week, '%Y-%m-%d'), strftime(week, '%Y-%m-%d'), count(*)
FROM line
GROUP BY week
ORDER BY choice, label, value
