-- Stock in layers by receipt date, first in first out, the oldest first: those of items without an issue for $days days that lie
-- for as long; all of them where $days is 0. age: classes of days since the receipt ('unknown': before all recorded receipts).
-- $category, $age: one of them only, '' for all.
WITH layer AS (
    {{kpi/slow_stock}}
),
aged AS (
    SELECT
        layer.item_no,
        item.name AS item_name,
        item.category,
        item.uom,
        layer.received_date,
        CAST(layer.age_days AS BIGINT) AS age_days,
        layer.last_issue_date,
        layer.qty,
        layer.value,
        CASE
            WHEN layer.age_days IS NULL THEN 'unknown'
            WHEN layer.age_days <= 7 THEN 'to_7'
            WHEN layer.age_days <= 30 THEN 'to_30'
            WHEN layer.age_days <= 60 THEN 'to_60'
            WHEN layer.age_days <= 90 THEN 'to_90'
            WHEN layer.age_days <= 180 THEN 'to_180'
            ELSE 'over_180'
        END AS age
    FROM layer
    JOIN item USING (item_no)
)
SELECT *
FROM aged
WHERE ($category = '' OR category = $category)
  AND ($age = '' OR age = $age)
ORDER BY received_date NULLS FIRST, value DESC, item_no
