-- The value of stock by category and by how long it lasts, the category with the most first.
WITH cover AS (
    {{stock/cover}}
)
SELECT
    category,
    cover,
    count(*) AS items,
    sum(on_hand_value) AS value,
    sum(sum(on_hand_value)) OVER (PARTITION BY category) AS category_value
FROM cover
GROUP BY category, cover
ORDER BY category_value DESC, category, cover
