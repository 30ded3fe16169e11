-- The order lines of one due week, or those that are overdue or due in the next four weeks, in the states that $state names (risk:
-- late and at risk); late ones first, the longest late on top.
WITH line AS (
    {{delivery/owed}}
)
SELECT
    *,
    sales_order_no || '/' || line_no AS line,
    CASE WHEN state IN ('at_risk', 'on_time') THEN date_diff('day', planned_date, target_date) END AS days_left
FROM line
WHERE CASE WHEN $due = '' THEN soon OR days_overdue > 0 ELSE bucket = $due END
  AND CASE $state WHEN '' THEN TRUE WHEN 'risk' THEN state IN ('late', 'at_risk') ELSE state = $state END
ORDER BY
    CASE state WHEN 'late' THEN 0 WHEN 'at_risk' THEN 1 WHEN 'unplanned' THEN 2 ELSE 3 END,
    days_late DESC,
    days_left,
    open_value DESC,
    sales_order_no,
    line_no
