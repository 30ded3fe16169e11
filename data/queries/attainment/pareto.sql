-- Exceptions of the period by category: how many, what they lost, and the share of the loss up to here; the greatest loss in
-- $lost (hours or pieces) first.
WITH reported AS (
    {{attainment/reported}}
),
category AS (
    SELECT
        category,
        count(*) AS exceptions,
        count(*) FILTER (WHERE is_open) AS open,
        coalesce(sum(lost_hours), 0) AS lost_hours,
        coalesce(sum(lost_qty), 0) AS lost_qty,
        coalesce(sum(CASE $lost WHEN 'hours' THEN lost_hours ELSE lost_qty END), 0) AS lost,
        CAST(median(days_to_close) AS DOUBLE) AS median_days
    FROM reported
    WHERE in_period
    GROUP BY category
)
SELECT
    *,
    sum(lost) OVER (ORDER BY lost DESC, category) / nullif(sum(lost) OVER (), 0) AS share_so_far
FROM category
ORDER BY lost DESC, category
