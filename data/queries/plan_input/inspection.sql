-- Arrivals that are not stock yet: waiting for inspection, or accepted or conceded and not yet received.
WITH received AS (
    SELECT arrival_no, sum(qty) AS qty FROM goods_receipt WHERE receipt_date <= $as_of GROUP BY ALL
),
conceded AS (
    SELECT arrival_no, sum(qty) AS qty FROM concession WHERE status = 'approved' GROUP BY ALL
),
returned AS (
    SELECT arrival_no, sum(qty) AS qty FROM material_return WHERE return_date <= $as_of GROUP BY ALL
),
waiting AS (
    SELECT
        material_arrival.arrival_no,
        material_arrival.item_no,
        material_arrival.arrival_date,
        CASE coalesce(material_arrival.inspection, 'pending')
            WHEN 'pending' THEN material_arrival.qty - coalesce(returned.qty, 0)
            WHEN 'accepted' THEN material_arrival.qty - coalesce(material_arrival.defect_qty, 0)
                + coalesce(conceded.qty, 0)
            ELSE coalesce(conceded.qty, 0)
        END - coalesce(received.qty, 0) AS qty
    FROM material_arrival
    LEFT JOIN received USING (arrival_no)
    LEFT JOIN conceded USING (arrival_no)
    LEFT JOIN returned USING (arrival_no)
    WHERE material_arrival.arrival_date <= $as_of
)
SELECT arrival_no AS order_ref, item_no, qty, arrival_date
FROM waiting
WHERE qty > 0
ORDER BY arrival_no
