-- What the picking lists of open work orders ask for, and what was issued for production.
WITH required AS (
    SELECT work_order_no, item_no, sum(required_qty) AS qty
    FROM picking_list
    WHERE coalesce(status, 'open') <> 'cancelled'
    GROUP BY ALL
),
issued AS (
    SELECT work_order_no, item_no, sum(qty) AS qty
    FROM goods_issue
    WHERE coalesce(issue_type, 'production') = 'production' AND work_order_no IS NOT NULL AND issue_date <= $as_of
    GROUP BY ALL
)
SELECT
    required.work_order_no AS order_ref,
    required.item_no,
    required.qty AS required_qty,
    coalesce(issued.qty, 0) AS issued_qty
FROM required
JOIN work_order ON work_order.work_order_no = required.work_order_no
LEFT JOIN issued
    ON issued.work_order_no = required.work_order_no
    AND issued.item_no = required.item_no
WHERE coalesce(work_order.status, 'released') IN ('released', 'started')
ORDER BY ALL
