-- Stock in layers by receipt date, first in first out: what is there is what came last. What came before all recorded receipts
-- has no date. last_issue_date: when something of the item was last issued or shipped.
WITH stock AS (
    {{plan_input/stock}}
),
priced_item AS (
    {{plan_input/item}}
),
on_hand AS (
    SELECT item_no, sum(qty) AS qty FROM stock GROUP BY item_no
),
outgoing AS (
    SELECT item_no, issue_date AS day FROM goods_issue WHERE issue_date <= $as_of
    UNION ALL
    SELECT sales_order.item_no, shipment.ship_date
    FROM shipment
    JOIN sales_order
        ON sales_order.sales_order_no = shipment.sales_order_no
        AND sales_order.line_no = shipment.sales_order_line_no
    WHERE shipment.ship_date <= $as_of
),
last_out AS (
    SELECT item_no, max(day) AS last_issue_date FROM outgoing GROUP BY item_no
),
incoming AS (
    SELECT item_no, receipt_date AS day, sum(qty) AS qty
    FROM (
        SELECT item_no, receipt_date, qty FROM goods_receipt
        UNION ALL
        SELECT work_order.item_no, CAST(handover.handover_time AS DATE), handover.good_qty
        FROM handover
        JOIN work_order USING (work_order_no)
        WHERE handover.to_step_no IS NULL
    )
    WHERE receipt_date <= $as_of
    GROUP BY ALL
),
received AS (
    SELECT
        incoming.item_no,
        incoming.day,
        incoming.qty,
        on_hand.qty AS on_hand_qty,
        coalesce(sum(incoming.qty) OVER (
            PARTITION BY incoming.item_no ORDER BY incoming.day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS newer_qty
    FROM incoming
    JOIN on_hand USING (item_no)
),
layer AS (
    SELECT item_no, day AS received_date, least(qty, greatest(on_hand_qty - newer_qty, 0)) AS qty
    FROM received
    UNION ALL
    SELECT on_hand.item_no, NULL, on_hand.qty - coalesce(sum(incoming.qty), 0)
    FROM on_hand
    LEFT JOIN incoming USING (item_no)
    GROUP BY on_hand.item_no, on_hand.qty
)
SELECT
    layer.item_no,
    layer.received_date,
    date_diff('day', layer.received_date, $as_of) AS age_days,
    last_out.last_issue_date,
    CAST(layer.qty AS DOUBLE) AS qty,
    CAST(layer.qty * priced_item.unit_cost AS DOUBLE) AS value
FROM layer
JOIN priced_item USING (item_no)
LEFT JOIN last_out USING (item_no)
WHERE layer.qty > 0
ORDER BY layer.item_no, layer.received_date NULLS FIRST
