-- The lots behind the kit readiness by start day: those of one day ($day) or of all ($day = ''), the ones that are not full first.
WITH lot AS (
    {{kpi/kit_rate}}
)
SELECT
    lot.order_ref,
    lot.kind,
    lot.item_no,
    item.name AS item_name,
    item.uom,
    lot.qty,
    lot.start_date,
    CASE WHEN kitted_at_start = 0 THEN 'missing' WHEN kitted = 1 THEN 'in_hand' ELSE 'arriving' END AS readiness,
    lot.missing_at_start,
    lot.kit_date
FROM lot
JOIN item USING (item_no)
WHERE $day = '' OR lot.start_date = CAST(nullif($day, '') AS DATE)
ORDER BY lot.kitted_at_start, lot.start_date, lot.order_ref
