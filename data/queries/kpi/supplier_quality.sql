-- Arrivals inspected in the period, with their good pieces; what was conceded stands apart.
-- The day is the inspection's, else the arrival's. A rejected arrival whose defects nobody counted (0) is all defective.
WITH conceded AS (
    SELECT arrival_no, sum(qty) AS qty FROM concession WHERE status = 'approved' GROUP BY ALL
),
inspected AS (
    SELECT
        material_arrival.*,
        coalesce(material_arrival.inspected_date, material_arrival.arrival_date) AS day,
        least(
            coalesce(
                nullif(material_arrival.defect_qty, 0),
                CASE WHEN material_arrival.inspection = 'rejected' THEN material_arrival.qty ELSE 0 END
            ),
            material_arrival.qty
        ) AS bad_qty
    FROM material_arrival
    WHERE material_arrival.inspection IN ('accepted', 'rejected')
)
SELECT
    inspected.arrival_no,
    inspected.purchase_order_no,
    inspected.line_no,
    purchase_order.supplier_no,
    inspected.item_no,
    inspected.day AS inspected_date,
    inspected.inspection,
    CAST(inspected.qty AS DOUBLE) AS qty,
    CAST(inspected.bad_qty AS DOUBLE) AS defect_qty,
    CAST(inspected.qty - inspected.bad_qty AS DOUBLE) AS good_qty,
    CAST(coalesce(conceded.qty, 0) AS DOUBLE) AS conceded_qty
FROM inspected
LEFT JOIN purchase_order USING (purchase_order_no, line_no)
LEFT JOIN conceded USING (arrival_no)
WHERE inspected.day BETWEEN $since AND least(CAST($until AS DATE), CAST($as_of AS DATE))
ORDER BY inspected_date, inspected.arrival_no
