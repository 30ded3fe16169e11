-- Lots that no plan uses or soon will not, counted by why, with the dearest of each.
WITH lot AS (
    {{stock/lots}}
)
SELECT
    state,
    count(*) AS lots,
    sum(value) AS value,
    arg_max(item_no, (value, item_no)) AS item_no,
    arg_max(item_name, (value, item_no)) AS item_name,
    arg_max(lot_no, (value, item_no)) AS lot_no,
    arg_max(qty, (value, item_no)) AS qty,
    arg_max(uom, (value, item_no)) AS uom,
    arg_max(days, (value, item_no)) AS days
FROM lot
GROUP BY state
ORDER BY list_position(['expired', 'hold', 'inspection', 'expiring'], state)
