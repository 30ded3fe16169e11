-- Lots that are there and that no plan uses, or will soon be so: expired, held by quality, waiting for inspection, or expiring
-- within 30 days. Held lots are those of the newest snapshot; waiting arrivals are those that plans count on later.
WITH stock AS (
    {{plan_input/stock}}
),
inspection AS (
    {{plan_input/inspection}}
),
priced_item AS (
    {{plan_input/item}}
),
newest AS (
    SELECT item_no, max(as_of_date) AS as_of_date
    FROM stock_balance
    WHERE as_of_date <= $as_of
    GROUP BY item_no
),
lot AS (
    SELECT
        CASE WHEN expiry_date < $as_of THEN 'expired' ELSE 'expiring' END AS state,
        item_no,
        lot_no,
        location,
        CAST(qty AS DOUBLE) AS qty,
        expiry_date AS since_date
    FROM stock
    WHERE expiry_date < CAST($as_of AS DATE) + 30
    UNION ALL
    SELECT
        CASE stock_balance.quality_status WHEN 'hold' THEN 'hold' ELSE 'inspection' END,
        stock_balance.item_no,
        stock_balance.lot_no,
        stock_balance.location,
        CAST(stock_balance.on_hand_qty AS DOUBLE),
        NULL
    FROM stock_balance
    JOIN newest USING (item_no, as_of_date)
    WHERE stock_balance.quality_status IN ('hold', 'inspection')
      AND stock_balance.on_hand_qty > 0
      -- a lot that came as an arrival is told of by that
      AND NOT EXISTS (
          SELECT 1
          FROM material_arrival
          WHERE material_arrival.item_no = stock_balance.item_no
            AND material_arrival.lot_no = stock_balance.lot_no
            AND stock_balance.quality_status = 'inspection'
      )
    UNION ALL
    SELECT
        'inspection',
        inspection.item_no,
        coalesce(material_arrival.lot_no, ''),
        inspection.order_ref,
        CAST(inspection.qty AS DOUBLE),
        inspection.arrival_date
    FROM inspection
    JOIN material_arrival ON material_arrival.arrival_no = inspection.order_ref
)
SELECT
    lot.state,
    lot.item_no,
    item.name AS item_name,
    item.uom,
    lot.lot_no,
    lot.location,
    lot.qty,
    CAST(lot.qty * priced_item.unit_cost AS DOUBLE) AS value,
    lot.since_date,
    CAST(abs(date_diff('day', lot.since_date, CAST($as_of AS DATE))) AS BIGINT) AS days
FROM lot
JOIN item USING (item_no)
JOIN priced_item USING (item_no)
ORDER BY list_position(['expired', 'hold', 'inspection', 'expiring'], lot.state), value DESC, lot.item_no, lot.lot_no
