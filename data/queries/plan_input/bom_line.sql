-- BOM lines of every date; the planner picks those that are effective.
SELECT
    parent_item_no,
    component_item_no,
    line_no,
    qty_per,
    coalesce(scrap_rate, 0) AS scrap_rate,
    step_no,
    effective_from,
    effective_to,
    coalesce(alt_group, '') AS alt_group,
    coalesce(alt_rank, 1) AS alt_rank
FROM bom_line
ORDER BY parent_item_no, line_no, component_item_no
