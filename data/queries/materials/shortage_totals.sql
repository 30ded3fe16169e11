-- The answer in three figures: parts that are short, order lines they hit, and the open value of those lines.
WITH short AS (
    {{materials/short}}
),
short_line AS (
    {{materials/short_lines}}
),
line_hit AS (
    SELECT DISTINCT sales_order_no, line_no, value, state FROM short_line
)
SELECT
    (SELECT count(DISTINCT item_no) FROM short) AS items_short,
    (SELECT count(DISTINCT short_item_no) FROM short_line WHERE state = 'late') AS items_blocking,
    (SELECT count(*) FROM line_hit) AS orders_hit,
    (SELECT count(*) FROM line_hit WHERE state = 'late') AS orders_late,
    CAST((SELECT coalesce(sum(value), 0) FROM line_hit) AS DOUBLE) AS value_hit,
    (SELECT min(needed_on) FROM short) AS first_needed
