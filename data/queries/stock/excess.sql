-- Items of which there is more, in hand and ordered, than the plan needs over its horizon; the most money first.
WITH cover AS (
    {{stock/cover}}
)
SELECT * FROM cover WHERE excess_value > 0 OR excess_qty > 0 ORDER BY excess_value DESC, item_no
