-- From when to when the lots of an order or the lot $search are worked on; nothing where there are none.
WITH lot AS (
    SELECT $search AS order_ref
    UNION
    SELECT supply_ref
    FROM plan_pegging
    WHERE run_no = $run_no
      AND supply_kind IN ('firm_make', 'planned_make')
      AND $search IN (sales_order_no, sales_order_no || '/' || line_no)
)
SELECT min(work_date) AS first_day, max(work_date) AS last_day
FROM plan_schedule
JOIN lot USING (order_ref)
WHERE run_no = $run_no
