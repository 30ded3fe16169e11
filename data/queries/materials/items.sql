-- Items that a plan touches, for a person to choose from; all items where it touches none.
WITH touched AS (
    SELECT DISTINCT item_no FROM plan_allocation WHERE run_no = $run_no
)
SELECT item.item_no, item.name AS item_name
FROM item
WHERE item.item_no IN (SELECT item_no FROM touched)
   OR NOT EXISTS (SELECT 1 FROM touched)
ORDER BY item.item_no
