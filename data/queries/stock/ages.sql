-- The value of stock by its age, first in first out: one row per class of days, the young ones first.
WITH layer AS (
    {{stock/layers}}
)
SELECT age, count(DISTINCT item_no) AS items, sum(value) AS value
FROM layer
GROUP BY age
ORDER BY min(age_days) NULLS LAST
