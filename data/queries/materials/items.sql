-- Items for choosing one: those that a plan touches (all where it touches none) and whose number or name holds $search, fifty
-- of them; and item $item, whatever is searched for.
WITH touched AS (
    SELECT DISTINCT item_no FROM plan_allocation WHERE run_no = $run_no
)
SELECT item.item_no, item.name AS item_name
FROM item
WHERE item.item_no = $item
   OR (
        (item.item_no IN (SELECT item_no FROM touched) OR NOT EXISTS (SELECT 1 FROM touched))
        AND contains(lower(concat_ws(' ', item.item_no, item.name)), lower($search))
    )
QUALIFY row_number() OVER (ORDER BY item.item_no) <= 50 OR item.item_no = $item
ORDER BY item.item_no
