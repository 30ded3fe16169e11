-- Parts that late order lines wait for, with what all their open supply a working day earlier saves (worth, weighted days late), the
-- day the last of it comes, who supplies it, and the late lines whose reason it is; the dearest first.
WITH waiting AS (
    SELECT
        detail ->> 'item_no' AS item_no,
        count(*) AS late_lines,
        sum(days_late) AS days_late
    FROM plan_lateness
    WHERE run_no = $run_no
      AND days_late > 0
      AND (detail ->> 'kind') IN ('material', 'lead_time')
    GROUP BY ALL
),
supplier AS (
    SELECT item_no, string_agg(DISTINCT supplier_no, ', ' ORDER BY supplier_no) AS supplier_no
    FROM plan_order
    WHERE run_no = $run_no
      AND kind IN ('firm_buy', 'planned_buy')
      AND coalesce(supplier_no, '') <> ''
    GROUP BY item_no
)
SELECT
    plan_price.resource_no AS item_no,
    coalesce(item.name, '') AS item_name,
    CAST(plan_price.price AS DOUBLE) AS worth,
    plan_price.work_date AS comes_date,
    coalesce(supplier.supplier_no, '') AS supplier_no,
    coalesce(waiting.late_lines, 0) AS late_lines,
    CAST(coalesce(waiting.days_late, 0) AS DOUBLE) AS days_late
FROM plan_price
LEFT JOIN item ON item.item_no = plan_price.resource_no
LEFT JOIN waiting ON waiting.item_no = plan_price.resource_no
LEFT JOIN supplier ON supplier.item_no = plan_price.resource_no
WHERE plan_price.run_no = $run_no
  AND plan_price.kind = 'part'
ORDER BY worth DESC, plan_price.resource_no
