-- What each step of each work order handed over in the period, good and scrapped, beside its standard yield, and what was
-- asked for beyond its picking list, at the step that uses it; the most pieces lost beyond the standard first. $item and
-- $step narrow it (0: every step).
WITH standard AS (
    {{attainment/standard}}
),
handed AS (
    SELECT
        work_order_no,
        from_step_no AS step_no,
        max(CAST(handover_time AS DATE)) AS last_date,
        CAST(sum(good_qty) AS DOUBLE) AS good_qty,
        CAST(sum(coalesce(scrap_qty, 0)) AS DOUBLE) AS scrap_qty,
        CAST(sum(good_qty + coalesce(scrap_qty, 0)) AS DOUBLE) AS made_qty
    FROM handover
    WHERE CAST(handover_time AS DATE) BETWEEN $since AND least(CAST($until AS DATE), CAST($as_of AS DATE))
    GROUP BY ALL
    HAVING sum(good_qty + coalesce(scrap_qty, 0)) > 0
),
first_step AS (
    SELECT item_no, min(step_no) AS step_no
    FROM routing_step
    GROUP BY item_no
),
used_at AS (
    SELECT parent_item_no AS item_no, component_item_no, min(step_no) AS step_no
    FROM bom_line
    GROUP BY ALL
),
supplement AS (
    SELECT
        supplement_request.work_order_no,
        coalesce(used_at.step_no, first_step.step_no) AS step_no,
        string_agg(supplement_request.supplement_no, ', ' ORDER BY supplement_request.supplement_no) AS supplement_no,
        CAST(sum(supplement_request.qty) AS DOUBLE) AS supplement_qty
    FROM supplement_request
    JOIN work_order USING (work_order_no)
    LEFT JOIN used_at
        ON used_at.item_no = work_order.item_no AND used_at.component_item_no = supplement_request.item_no
    LEFT JOIN first_step ON first_step.item_no = work_order.item_no
    WHERE supplement_request.status <> 'rejected' AND supplement_request.requested_date <= $as_of
    GROUP BY ALL
)
SELECT
    handed.work_order_no,
    coalesce(work_order.sales_order_no, '') AS sales_order_no,
    work_order.sales_order_line_no AS line_no,
    work_order.item_no,
    coalesce(item.name, '') AS item_name,
    handed.step_no,
    coalesce(standard.step_name, '') AS step_name,
    coalesce(standard.station_no, '') AS station_no,
    coalesce(standard.station_name, '') AS station_name,
    handed.last_date,
    handed.made_qty,
    handed.good_qty,
    handed.scrap_qty,
    handed.good_qty / handed.made_qty AS yield_rate,
    coalesce(standard.standard_yield, 1) AS standard_yield,
    handed.made_qty * coalesce(standard.standard_yield, 1) - handed.good_qty AS extra_qty,
    coalesce(supplement.supplement_no, '') AS supplement_no,
    supplement.supplement_qty
FROM handed
JOIN work_order USING (work_order_no)
LEFT JOIN item USING (item_no)
LEFT JOIN standard USING (item_no, step_no)
LEFT JOIN supplement USING (work_order_no, step_no)
WHERE ($item = '' OR work_order.item_no = $item) AND ($step = 0 OR handed.step_no = $step)
ORDER BY extra_qty DESC, handed.work_order_no, handed.step_no
