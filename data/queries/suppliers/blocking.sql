-- Suppliers whose open purchase lines come too late: how many order lines wait for them and will be late, and what those are
-- worth; each order line counts once for a supplier.
WITH waiting AS (
    {{suppliers/waiting}}
),
line AS (
    SELECT DISTINCT supplier_no, sales_order_no, line_no, state, value FROM waiting
)
SELECT
    line.supplier_no,
    coalesce(supplier.name, '') AS supplier_name,
    count(*) FILTER (WHERE state = 'late') AS blocked_orders,
    CAST(coalesce(sum(value) FILTER (WHERE state = 'late'), 0) AS DOUBLE) AS blocked_value,
    count(*) FILTER (WHERE state <> 'late') AS waiting_orders,
    CAST(coalesce(sum(value) FILTER (WHERE state <> 'late'), 0) AS DOUBLE) AS waiting_value
FROM line
LEFT JOIN supplier USING (supplier_no)
GROUP BY ALL
ORDER BY blocked_value DESC, waiting_value DESC, line.supplier_no
