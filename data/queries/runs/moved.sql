-- The lines that moved under the filter of the list: $moved is all, later, earlier, became_late or frozen.
WITH line AS (
    {{runs/lines_moved}}
)
SELECT *
FROM line
WHERE $moved = 'all'
   OR ($moved = 'later' AND days_moved > 0)
   OR ($moved = 'earlier' AND days_moved < 0)
   OR ($moved = 'became_late' AND state_now = 'late' AND state_before <> 'late')
   OR ($moved = 'frozen' AND inside_frozen)
ORDER BY
    abs(coalesce(late_now, 0) - coalesce(late_before, 0)) * (6 - priority) DESC,
    abs(coalesce(days_moved, 0)) * (6 - priority) DESC,
    target_date,
    sales_order_no,
    line_no
