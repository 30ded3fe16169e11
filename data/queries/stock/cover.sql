-- Stock of each item with its days of cover and what of it is excess; the rows are those of stock cover. cover: how long it
-- lasts in classes of days ('none': the plan needs nothing of it). cut_qty: what of the excess is only ordered so far.
-- $category, $cover: one of them only, '' for all.
WITH stock_cover AS (
    {{kpi/stock_cover}}
),
item_cover AS (
    SELECT
        stock_cover.item_no,
        item.name AS item_name,
        item.category,
        item.uom,
        stock_cover.on_hand_qty,
        stock_cover.on_hand_value,
        stock_cover.supply_qty,
        stock_cover.requirement_qty,
        stock_cover.excess_qty,
        stock_cover.excess_value,
        least(stock_cover.excess_qty, stock_cover.supply_qty) AS cut_qty,
        stock_cover.on_hand_qty / nullif(stock_cover.daily_qty, 0) AS cover_days
    FROM stock_cover
    JOIN item USING (item_no)
),
classed AS (
    SELECT
        *,
        CASE
            WHEN cover_days IS NULL THEN 'none'
            WHEN cover_days < 7 THEN 'under_7'
            WHEN cover_days < 30 THEN 'under_30'
            WHEN cover_days < 90 THEN 'under_90'
            ELSE 'over_90'
        END AS cover
    FROM item_cover
)
SELECT *
FROM classed
WHERE ($category = '' OR category = $category)
  AND ($cover = '' OR cover = $cover)
ORDER BY on_hand_value DESC, item_no
