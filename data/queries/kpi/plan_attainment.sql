-- Planned against actual good pieces, per item, step, station and day: what was made beyond the plan earns nothing.
WITH day_output AS (
    {{kpi/day_output}}
)
SELECT *, least(actual_qty, planned_qty) AS attained_qty
FROM day_output
WHERE planned_qty > 0 OR actual_qty > 0
ORDER BY work_date, station_no, item_no, step_no
