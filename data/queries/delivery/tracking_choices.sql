-- Customers, stages and owners that followed order lines have, with how many, for choosing.
WITH tracked AS (
    {{delivery/tracking}}
)
SELECT 'customer' AS choice, customer_no AS value, any_value(customer_name) AS label, count(*) AS lines, 0 AS position
FROM tracked
GROUP BY customer_no
UNION ALL
SELECT 'stage', stage, stage, count(*), any_value(position)
FROM tracked
GROUP BY stage
UNION ALL
SELECT 'owner', owner, owner, count(*), 0
FROM tracked
GROUP BY owner
ORDER BY choice, position, label, value
