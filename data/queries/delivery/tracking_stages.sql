-- How many order lines stand at each stage, by their state in the plan (unplanned: the plan says nothing of them), with the days the
-- oldest has been there; of one customer or owner of the next step.
WITH tracked AS (
    {{delivery/tracking}}
)
SELECT
    stage,
    any_value(position) AS position,
    count(*) AS lines,
    count(*) FILTER (WHERE state = 'late') AS late,
    count(*) FILTER (WHERE state = 'at_risk') AS at_risk,
    count(*) FILTER (WHERE state = 'on_time') AS on_time,
    count(*) FILTER (WHERE state NOT IN ('late', 'at_risk', 'on_time')) AS unplanned,
    sum(value) AS value,
    max(days_here) AS most_days
FROM tracked
WHERE ($customer = '' OR customer_no = $customer)
  AND ($owner = '' OR owner = $owner)
GROUP BY stage
ORDER BY position
