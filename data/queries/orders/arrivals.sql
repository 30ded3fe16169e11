-- What the lots of one order line wait for: material that comes after the first plan day, and the lot that takes it.
WITH tree AS (
    {{orders/tree}}
)
SELECT item_no, supply_ref, available_date, taken_by AS lot
FROM tree
WHERE standing IN ('coming', 'to_order', 'inspecting') AND taken_by <> '' AND available_date > $first_day
ORDER BY available_date, item_no
