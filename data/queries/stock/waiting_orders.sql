-- Order lines that wait for bought parts, each once: from the first day that a part of it is missing to the day the last one
-- is there, which is named. $week: the Monday of a week in which something of it is missing, '' for all.
WITH short_line AS (
    {{materials/short_lines}}
),
waiting AS (
    SELECT
        sales_order_no,
        line_no,
        customer_name,
        item_no,
        qty,
        value,
        target_date,
        planned_date,
        state,
        min(needed_on) AS needed_on,
        max(available_date) AS available_date,
        arg_max(short_item_no, (available_date, short_item_no)) AS part_no,
        count(*) AS parts
    FROM short_line
    GROUP BY ALL
)
SELECT
    sales_order_no || '/' || line_no AS line,
    waiting.*,
    item.name AS part_name
FROM waiting
LEFT JOIN item ON item.item_no = waiting.part_no
WHERE $week = ''
   OR (needed_on < CAST(nullif($week, '') AS DATE) + 7 AND available_date > CAST(nullif($week, '') AS DATE))
ORDER BY state = 'late' DESC, value DESC, sales_order_no, line_no
