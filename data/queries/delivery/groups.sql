-- On-time delivery by customer or item ($by), the one that misses most in $measure (lines, quantity or value) first, with the
-- share of all that is missed up to there. What is chosen of the other kind narrows it.
WITH line AS (
    {{delivery/due_lines}}
),
summed AS (
    SELECT
        CASE WHEN $by = 'customer' THEN customer_no ELSE item_no END AS subject,
        any_value(CASE WHEN $by = 'customer' THEN customer_name ELSE item_name END) AS subject_name,
        CAST(count(*) AS DOUBLE) AS due_lines,
        sum(on_time_line) AS on_time_lines,
        sum(qty) AS due_qty,
        sum(on_time_qty) AS on_time_qty,
        sum(missed_value) AS missed_value
    FROM line
    WHERE ($customer = '' OR customer_no = $customer)
      AND ($item = '' OR item_no = $item)
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
)
SELECT
    *,
    on_time / nullif(due, 0) AS rate,
    sum(missed) OVER so_far / nullif(sum(missed) OVER (), 0) AS share_so_far,
    count(*) FILTER (WHERE missed > 0) OVER () AS subjects
FROM measured
WINDOW so_far AS (ORDER BY missed DESC, missed_value DESC, due_lines - on_time_lines DESC, subject ROWS UNBOUNDED PRECEDING)
ORDER BY missed DESC, missed_value DESC, due_lines - on_time_lines DESC, subject
