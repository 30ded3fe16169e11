-- Stock on hand at the end of the as-of date: the latest snapshot of each item, then the movements dated after it.
-- Receipts and final hand-overs come in as lots of their own; issues and shipments go out, first from the lot they
-- name, the rest from the lots that expire first. An item that no snapshot holds starts at the newest snapshot's date with
-- nothing; without any snapshot all movements count.
WITH newest AS (
    SELECT item_no, max(as_of_date) AS as_of_date
    FROM stock_balance
    WHERE as_of_date <= $as_of
    GROUP BY item_no
),
since AS (
    SELECT
        item.item_no,
        coalesce(newest.as_of_date, (SELECT max(as_of_date) FROM newest), DATE '1900-01-01') AS as_of_date
    FROM item
    LEFT JOIN newest USING (item_no)
),
lot AS (
    SELECT item_no, lot_no, location, on_hand_qty AS qty, expiry_date
    FROM stock_balance
    JOIN newest USING (item_no, as_of_date)
    WHERE coalesce(quality_status, 'available') = 'available'
    UNION ALL
    SELECT goods_receipt.item_no, coalesce(goods_receipt.lot_no, ''), coalesce(goods_receipt.location, 'MAIN'),
           goods_receipt.qty, CAST(goods_receipt.receipt_date + CAST(item.shelf_life_days AS INTEGER) AS DATE)
    FROM goods_receipt
    JOIN since ON since.item_no = goods_receipt.item_no
    JOIN item ON item.item_no = goods_receipt.item_no
    WHERE goods_receipt.receipt_date > since.as_of_date AND goods_receipt.receipt_date <= $as_of
    UNION ALL
    SELECT work_order.item_no, '', 'MAIN', handover.good_qty, NULL
    FROM handover
    JOIN work_order USING (work_order_no)
    JOIN since ON since.item_no = work_order.item_no
    WHERE handover.to_step_no IS NULL
      AND CAST(handover.handover_time AS DATE) > since.as_of_date
      AND CAST(handover.handover_time AS DATE) <= $as_of
),
outgoing AS (
    SELECT goods_issue.item_no, coalesce(goods_issue.lot_no, '') AS lot_no, goods_issue.qty
    FROM goods_issue
    JOIN since USING (item_no)
    WHERE goods_issue.issue_date > since.as_of_date AND goods_issue.issue_date <= $as_of
    UNION ALL
    SELECT sales_order.item_no, '', shipment.qty
    FROM shipment
    JOIN sales_order
        ON sales_order.sales_order_no = shipment.sales_order_no
        AND sales_order.line_no = shipment.sales_order_line_no
    JOIN since ON since.item_no = sales_order.item_no
    WHERE shipment.ship_date > since.as_of_date AND shipment.ship_date <= $as_of
),
by_lot AS (
    SELECT item_no, lot_no, any_value(location) AS location, sum(qty) AS qty, min(expiry_date) AS expiry_date
    FROM lot
    GROUP BY item_no, lot_no
),
named AS (
    SELECT item_no, lot_no, sum(qty) AS qty FROM outgoing WHERE lot_no <> '' GROUP BY ALL
),
after_named AS (
    SELECT
        by_lot.item_no,
        by_lot.lot_no,
        by_lot.location,
        by_lot.expiry_date,
        greatest(by_lot.qty - coalesce(named.qty, 0), 0) AS qty
    FROM by_lot
    LEFT JOIN named USING (item_no, lot_no)
),
unnamed AS (
    SELECT item_no, sum(qty) AS qty
    FROM (
        SELECT item_no, qty FROM outgoing WHERE lot_no = ''
        UNION ALL
        -- what was taken from a lot beyond what it held, or from a lot that is not known
        SELECT named.item_no, greatest(named.qty - coalesce(by_lot.qty, 0), 0)
        FROM named
        LEFT JOIN by_lot USING (item_no, lot_no)
    )
    GROUP BY item_no
),
running AS (
    SELECT
        after_named.*,
        coalesce(unnamed.qty, 0) AS taken,
        sum(after_named.qty) OVER (
            PARTITION BY item_no ORDER BY expiry_date NULLS LAST, lot_no
        ) AS through
    FROM after_named
    LEFT JOIN unnamed USING (item_no)
)
SELECT item_no, lot_no, location, least(qty, greatest(through - taken, 0)) AS qty, expiry_date
FROM running
WHERE through > taken
  AND qty > 0
ORDER BY item_no, expiry_date NULLS LAST, lot_no
