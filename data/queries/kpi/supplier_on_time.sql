-- Purchase lines promised for the period, and whether all of their quantity had arrived by that date.
-- Date = confirmed, else due. Draft and cancelled lines are left out, lines with nothing arrived are not. What was received
-- before the recorded receipts has no day of its own and counts as arrived by the date.
WITH promised AS (
    SELECT
        purchase_order_no,
        line_no,
        supplier_no,
        item_no,
        coalesce(status, 'open') AS status,
        coalesce(confirmed_date, due_date) AS target_date,
        qty,
        coalesce(qty_received, 0) AS received_before
    FROM purchase_order
    WHERE coalesce(status, 'open') NOT IN ('draft', 'cancelled')
      AND coalesce(confirmed_date, due_date) BETWEEN $since AND $until
),
line AS (
    SELECT
        promised.*,
        any_value(promised.received_before) + coalesce(
            sum(material_arrival.qty) FILTER (WHERE material_arrival.arrival_date <= promised.target_date), 0
        ) AS arrived_by_date,
        any_value(promised.received_before) + coalesce(sum(material_arrival.qty), 0) AS arrived,
        max(material_arrival.arrival_date) AS last_arrival_date
    FROM promised
    LEFT JOIN material_arrival
        ON material_arrival.purchase_order_no = promised.purchase_order_no
        AND material_arrival.line_no = promised.line_no
        AND material_arrival.arrival_date <= $as_of
    GROUP BY ALL
)
SELECT
    purchase_order_no,
    line_no,
    supplier_no,
    item_no,
    status,
    target_date,
    CAST(qty AS DOUBLE) AS qty,
    CAST(arrived AS DOUBLE) AS arrived,
    CAST(arrived_by_date AS DOUBLE) AS arrived_by_date,
    last_arrival_date,
    CAST(arrived_by_date >= qty AS DOUBLE) AS on_time,
    1.0::DOUBLE AS promised
FROM line
ORDER BY target_date, purchase_order_no, line_no
