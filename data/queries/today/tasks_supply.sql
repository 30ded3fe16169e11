-- Tasks that supply gives: purchase lines whose date has passed, arrivals to inspect, and arrivals that may go into stock.
-- Lines and value: the order lines that the plan feeds from them. Subject: the supplier of the longest overdue, the item of the
-- arrival that most value waits for.
WITH firm_buy AS (
    {{plan_input/firm_buy}}
),
arrival AS (
    {{plan_input/inspection}}
),
demand AS (
    {{plan_input/demand}}
),
waiting AS (
    SELECT
        'purchasing' AS role,
        'overdue' AS task,
        'firm_buy' AS supply_kind,
        order_ref,
        item_no,
        supplier_no,
        date AS day
    FROM firm_buy
    WHERE date <= $as_of
    UNION ALL
    SELECT
        CASE WHEN coalesce(material_arrival.inspection, 'pending') = 'pending' THEN 'quality' ELSE 'warehouse' END,
        CASE WHEN coalesce(material_arrival.inspection, 'pending') = 'pending' THEN 'inspect' ELSE 'receive' END,
        'inspection',
        arrival.order_ref,
        arrival.item_no,
        NULL,
        arrival.arrival_date
    FROM arrival
    JOIN material_arrival ON material_arrival.arrival_no = arrival.order_ref
),
fed AS (
    SELECT DISTINCT
        waiting.task,
        waiting.order_ref,
        demand.sales_order_no,
        demand.line_no,
        CAST(demand.qty * coalesce(sales_order.unit_price, 0) AS DOUBLE) AS value
    FROM waiting
    JOIN plan_pegging
        ON plan_pegging.run_no = $run_no
        AND plan_pegging.supply_kind = waiting.supply_kind
        AND plan_pegging.supply_ref = waiting.order_ref
    JOIN demand USING (sales_order_no, line_no)
    JOIN sales_order USING (sales_order_no, line_no)
),
stake AS (
    SELECT task, count(*) AS lines, sum(value) AS value
    FROM (SELECT DISTINCT task, sales_order_no, line_no, value FROM fed)
    GROUP BY task
),
first AS (
    SELECT waiting.*
    FROM waiting
    LEFT JOIN (SELECT order_ref, sum(value) AS value FROM fed GROUP BY order_ref) AS served USING (order_ref)
    QUALIFY row_number() OVER (
        PARTITION BY task
        ORDER BY CASE WHEN task = 'overdue' THEN day END, coalesce(served.value, 0) DESC, day, order_ref
    ) = 1
)
SELECT
    waiting.role,
    waiting.task,
    count(*) AS things,
    any_value(stake.lines) AS lines,
    any_value(stake.value) AS value,
    any_value(coalesce(first.supplier_no, first.item_no)) AS subject,
    any_value(supplier.name) AS name,
    any_value(first.order_ref) AS ref,
    min(waiting.day) AS day
FROM waiting
JOIN first USING (task)
LEFT JOIN stake USING (task)
LEFT JOIN supplier ON supplier.supplier_no = first.supplier_no
GROUP BY waiting.role, waiting.task
