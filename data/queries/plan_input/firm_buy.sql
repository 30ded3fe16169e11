-- Open purchase lines: ordered, less what was received before the books begin, less arrivals, plus returns.
WITH arrived AS (
    SELECT purchase_order_no, line_no, sum(qty) AS qty
    FROM material_arrival
    WHERE arrival_date <= $as_of
    GROUP BY ALL
),
returned AS (
    SELECT material_arrival.purchase_order_no, material_arrival.line_no, sum(material_return.qty) AS qty
    FROM material_return
    JOIN material_arrival USING (arrival_no)
    WHERE material_return.return_date <= $as_of
    GROUP BY ALL
),
open_line AS (
    SELECT
        purchase_order.*,
        purchase_order.qty - coalesce(purchase_order.qty_received, 0)
            - coalesce(arrived.qty, 0) + coalesce(returned.qty, 0) AS open_qty
    FROM purchase_order
    LEFT JOIN arrived USING (purchase_order_no, line_no)
    LEFT JOIN returned USING (purchase_order_no, line_no)
    WHERE coalesce(purchase_order.status, 'open') = 'open'
)
SELECT
    purchase_order_no || '/' || line_no AS order_ref,
    item_no,
    supplier_no,
    open_qty AS qty,
    coalesce(confirmed_date, due_date) AS date
FROM open_line
WHERE open_qty > 0
ORDER BY purchase_order_no, line_no
