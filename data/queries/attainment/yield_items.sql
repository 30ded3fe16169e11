-- Rolled first-pass yield of each item (kpi/rolled_yield) beside the product of its steps' standards, those that lost most
-- pieces beyond the standard first.
WITH rolled AS (
    {{kpi/rolled_yield}}
),
step AS (
    {{kpi/first_pass_yield}}
),
standard AS (
    {{attainment/standard}}
),
wanted AS (
    SELECT step.item_no, sum(step.scrap_qty) AS scrap_qty, product(coalesce(standard.standard_yield, 1)) AS standard_yield
    FROM step
    LEFT JOIN standard USING (item_no, step_no)
    GROUP BY step.item_no
)
SELECT
    rolled.item_no AS subject,
    rolled.item_no,
    coalesce(item.name, '') AS item_name,
    rolled.steps,
    rolled.first_step_qty,
    wanted.scrap_qty,
    rolled.rolled_yield AS yield_rate,
    wanted.standard_yield,
    rolled.first_step_qty * wanted.standard_yield - rolled.through_qty AS extra_qty
FROM rolled
JOIN wanted USING (item_no)
LEFT JOIN item ON item.item_no = rolled.item_no
ORDER BY extra_qty DESC, rolled.item_no
