-- What was planned, attained and made beyond the plan, per item, step, station and day of the period, and what one piece is
-- worth in $measure: one piece, its standard hours, or the price of the order lines it serves.
WITH output_worth AS (
    {{kpi/output_worth}}
)
SELECT
    item_no,
    step_no,
    station_no,
    work_date,
    planned_qty,
    actual_qty,
    least(actual_qty, planned_qty) AS attained_qty,
    actual_qty - least(actual_qty, planned_qty) AS beyond_qty,
    CASE $measure WHEN 'pieces' THEN 1.0::DOUBLE WHEN 'hours' THEN hours_per_piece ELSE price END AS worth
FROM output_worth
WHERE planned_qty > 0 OR actual_qty > 0
