-- First-pass yield of each step of each item (kpi/first_pass_yield) beside its standard, those that lost most pieces beyond
-- the standard first. A step without a standard yield has 1.
WITH step AS (
    {{kpi/first_pass_yield}}
),
standard AS (
    {{attainment/standard}}
)
SELECT
    step.item_no || '/' || step.step_no AS subject,
    step.item_no,
    coalesce(item.name, '') AS item_name,
    step.step_no,
    coalesce(standard.step_name, '') AS step_name,
    coalesce(standard.station_no, '') AS station_no,
    coalesce(standard.station_name, '') AS station_name,
    step.made_qty,
    step.good_qty,
    step.scrap_qty,
    step.good_qty / step.made_qty AS yield_rate,
    coalesce(standard.standard_yield, 1) AS standard_yield,
    step.made_qty * coalesce(standard.standard_yield, 1) - step.good_qty AS extra_qty
FROM step
LEFT JOIN standard USING (item_no, step_no)
LEFT JOIN item USING (item_no)
ORDER BY extra_qty DESC, item_no, step_no
