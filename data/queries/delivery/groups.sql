-- On-time delivery by customer and by item (`cut`), those that miss most in $measure (lines, quantity or value) first, with the share
-- of all that is missed up to there. Customers are narrowed by $item, items by $customer.
WITH line AS (
    {{delivery/due_lines}}
),
cut_line AS (
    SELECT 'customer' AS cut, customer_no AS subject, customer_name AS subject_name, line.*
    FROM line
    WHERE $item = '' OR item_no = $item
    UNION ALL
    SELECT 'item', item_no, item_name, line.*
    FROM line
    WHERE $customer = '' OR customer_no = $customer
),
summed AS (
    SELECT
        cut,
        subject,
        any_value(subject_name) AS subject_name,
        CAST(count(*) AS DOUBLE) AS due_lines,
        sum(on_time_line) AS on_time_lines,
        sum(qty) AS due_qty,
        sum(on_time_qty) AS on_time_qty,
        sum(missed_value) AS missed_value
    FROM cut_line
    GROUP BY ALL
),
measured AS (
    SELECT
        *,
        due_lines - on_time_lines AS missed_lines,
        due_qty - on_time_qty AS missed_qty,
        CASE WHEN $measure = 'quantity' THEN due_qty ELSE due_lines END AS due,
        CASE WHEN $measure = 'quantity' THEN on_time_qty ELSE on_time_lines END AS on_time,
        CASE $measure
            WHEN 'quantity' THEN due_qty - on_time_qty
            WHEN 'value' THEN missed_value
            ELSE due_lines - on_time_lines
        END AS missed
    FROM summed
),
placed AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY cut
            ORDER BY missed DESC, missed_value DESC, missed_lines DESC, subject
        ) AS place
    FROM measured
)
SELECT
    *,
    on_time / nullif(due, 0) AS rate,
    sum(missed) OVER (PARTITION BY cut ORDER BY place) / nullif(sum(missed) OVER (PARTITION BY cut), 0) AS share_so_far,
    count(*) FILTER (WHERE missed > 0) OVER (PARTITION BY cut) AS subjects
FROM placed
ORDER BY cut, place
