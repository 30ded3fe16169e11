-- Stages, customers and owners that followed order lines have, with how many, for choosing; and how many of each the choice of
-- customer and owner leaves, by their state in the plan (unplanned: the plan says nothing of them), with the days the oldest of those
-- has been there.
WITH tracked AS (
    SELECT
        *,
        ($customer = '' OR customer_no = $customer) AND ($owner = '' OR owner = $owner) AS chosen
    FROM (
        {{delivery/tracking}}
    )
),
named AS (
    SELECT 'stage' AS choice, stage AS value, stage AS label, tracked.*
    FROM tracked
    UNION ALL
    SELECT 'customer', customer_no, customer_name, tracked.* REPLACE (0 AS position)
    FROM tracked
    UNION ALL
    SELECT 'owner', owner, owner, tracked.* REPLACE (0 AS position)
    FROM tracked
)
SELECT
    choice,
    value,
    any_value(label) AS label,
    count(*) AS all_lines,
    count(*) FILTER (WHERE chosen) AS lines,
    count(*) FILTER (WHERE chosen AND state = 'late') AS late,
    count(*) FILTER (WHERE chosen AND state = 'at_risk') AS at_risk,
    count(*) FILTER (WHERE chosen AND state = 'on_time') AS on_time,
    count(*) FILTER (WHERE chosen AND state NOT IN ('late', 'at_risk', 'on_time')) AS unplanned,
    max(days_here) FILTER (WHERE chosen) AS most_days
FROM named
GROUP BY choice, value
ORDER BY choice, any_value(position), all_lines DESC, value
