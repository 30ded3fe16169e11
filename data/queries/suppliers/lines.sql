-- Purchase lines of one supplier: those promised or inspected in the period and all that are open, with what arrived, how late,
-- how it was inspected, conceded and returned, and the order lines that wait. $state: late (in the period), overdue, blocks, quality
-- (something was defective, conceded or returned, the
-- worst share first); '' for all.
WITH promised AS (
    {{suppliers/promised}}
),
inspected AS (
    {{kpi/supplier_quality}}
),
open_line AS (
    {{suppliers/open_lines}}
),
waiting AS (
    {{suppliers/waiting}}
),
blocked AS (
    SELECT supply_ref, count(*) FILTER (WHERE state = 'late') AS blocked_orders
    FROM waiting
    GROUP BY supply_ref
),
inspected_line AS (
    SELECT DISTINCT purchase_order_no, line_no FROM inspected WHERE supplier_no = $supplier_no
),
bought AS (
    SELECT *, coalesce(confirmed_date, due_date) AS target_date
    FROM purchase_order
    WHERE supplier_no = $supplier_no
      AND coalesce(status, 'open') NOT IN ('draft', 'cancelled')
),
conceded AS (
    SELECT
        arrival_no,
        sum(qty) FILTER (WHERE status = 'approved') AS qty,
        string_agg(concession_no, ', ' ORDER BY concession_no) AS concession_no,
        arg_max(coalesce(status, 'requested'), concession_no) AS status
    FROM concession
    WHERE requested_date <= $as_of
    GROUP BY arrival_no
),
returned AS (
    SELECT
        arrival_no,
        sum(qty) AS qty,
        string_agg(return_no, ', ' ORDER BY return_no) AS return_no,
        string_agg(DISTINCT reason, ', ') AS reason
    FROM material_return
    WHERE return_date <= $as_of
    GROUP BY arrival_no
),
arrived AS (
    SELECT
        material_arrival.purchase_order_no,
        material_arrival.line_no,
        sum(material_arrival.qty) AS qty,
        max(material_arrival.arrival_date) AS last_arrival_date,
        string_agg(material_arrival.arrival_no, ', ' ORDER BY material_arrival.arrival_no) AS arrival_no,
        string_agg(material_arrival.lot_no, ', ' ORDER BY material_arrival.arrival_no) AS lot_no,
        CASE
            WHEN bool_or(material_arrival.inspection = 'rejected') THEN 'rejected'
            WHEN bool_or(coalesce(material_arrival.inspection, 'pending') = 'pending') THEN 'pending'
            ELSE 'accepted'
        END AS inspection,
        sum(least(
            coalesce(
                nullif(material_arrival.defect_qty, 0),
                CASE WHEN material_arrival.inspection = 'rejected' THEN material_arrival.qty ELSE 0 END
            ),
            material_arrival.qty
        )) AS defect_qty,
        coalesce(sum(conceded.qty), 0) AS conceded_qty,
        string_agg(conceded.concession_no, ', ' ORDER BY conceded.concession_no) AS concession_no,
        arg_max(conceded.status, conceded.concession_no) AS concession_status,
        coalesce(sum(returned.qty), 0) AS returned_qty,
        string_agg(returned.return_no, ', ' ORDER BY returned.return_no) AS return_no,
        string_agg(returned.reason, ', ') AS return_reason
    FROM material_arrival
    JOIN bought USING (purchase_order_no, line_no)
    LEFT JOIN conceded USING (arrival_no)
    LEFT JOIN returned USING (arrival_no)
    WHERE material_arrival.arrival_date <= $as_of
    GROUP BY ALL
),
line AS (
    SELECT
        bought.purchase_order_no || '/' || bought.line_no AS line,
        bought.item_no,
        item.name AS item_name,
        item.uom,
        CAST(bought.qty AS DOUBLE) AS qty,
        bought.order_date,
        bought.due_date,
        bought.confirmed_date,
        CAST(coalesce(bought.qty_received, 0) + coalesce(arrived.qty, 0) AS DOUBLE) AS arrived_qty,
        arrived.last_arrival_date,
        promised.days_late,
        coalesce(promised.on_time = 0, FALSE) AS late,
        CAST(open_line.open_qty AS DOUBLE) AS open_qty,
        coalesce(open_line.overdue, FALSE) AS overdue,
        CASE WHEN open_line.overdue THEN open_line.days_overdue END AS days_overdue,
        coalesce(blocked.blocked_orders, 0) AS blocked_orders,
        coalesce(arrived.inspection, '') AS inspection,
        CAST(coalesce(arrived.defect_qty, 0) AS DOUBLE) AS defect_qty,
        CAST(coalesce(arrived.conceded_qty, 0) AS DOUBLE) AS conceded_qty,
        coalesce(arrived.concession_no, '') AS concession_no,
        coalesce(arrived.concession_status, '') AS concession_status,
        CAST(coalesce(arrived.returned_qty, 0) AS DOUBLE) AS returned_qty,
        coalesce(arrived.return_no, '') AS return_no,
        coalesce(arrived.return_reason, '') AS return_reason,
        coalesce(arrived.arrival_no, '') AS arrival_no,
        coalesce(arrived.lot_no, '') AS lot_no,
        bought.target_date
    FROM bought
    JOIN item USING (item_no)
    LEFT JOIN promised USING (purchase_order_no, line_no)
    LEFT JOIN open_line USING (purchase_order_no, line_no)
    LEFT JOIN inspected_line USING (purchase_order_no, line_no)
    LEFT JOIN arrived USING (purchase_order_no, line_no)
    LEFT JOIN blocked ON blocked.supply_ref = bought.purchase_order_no || '/' || bought.line_no
    WHERE promised.purchase_order_no IS NOT NULL
       OR open_line.purchase_order_no IS NOT NULL
       OR inspected_line.purchase_order_no IS NOT NULL
)
SELECT *
FROM line
WHERE CASE $state
    WHEN 'late' THEN late
    WHEN 'overdue' THEN overdue
    WHEN 'blocks' THEN blocked_orders > 0
    WHEN 'quality' THEN defect_qty > 0 OR concession_no <> '' OR return_no <> ''
    ELSE TRUE
END
ORDER BY
    CASE WHEN $state = 'quality' THEN defect_qty / nullif(arrived_qty, 0) END DESC NULLS LAST,
    blocked_orders DESC, overdue DESC, days_overdue DESC NULLS LAST, target_date DESC, line
