-- Order lines that wait for a supplier, each once, with all purchase lines it waits for and the last part to come; those that
-- will be late first.
WITH waiting AS (
    {{suppliers/waiting}}
),
line AS (
    SELECT
        line,
        sales_order_no,
        line_no,
        customer_name,
        item_no,
        qty,
        value,
        target_date,
        planned_date,
        days_late,
        state,
        string_agg(supply_ref, ', ' ORDER BY supply_ref) AS supply_refs,
        arg_max(part_no, (available_date, part_no)) AS part_no,
        max(available_date) AS available_date
    FROM waiting
    GROUP BY ALL
)
SELECT * FROM line ORDER BY state = 'late' DESC, value DESC, line
