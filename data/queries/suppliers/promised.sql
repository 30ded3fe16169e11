-- Purchase lines promised for the period with the day on which all of their quantity was there and the days it came late. A line
-- that is open counts the days up to the as-of date; one that was closed before it was full has no such day and no days.
WITH promised AS (
    {{kpi/supplier_on_time}}
),
arrival AS (
    SELECT
        purchase_order_no,
        line_no,
        arrival_date,
        sum(sum(qty)) OVER (PARTITION BY purchase_order_no, line_no ORDER BY arrival_date) AS so_far
    FROM material_arrival
    WHERE arrival_date <= $as_of
    GROUP BY purchase_order_no, line_no, arrival_date
),
full_on AS (
    SELECT arrival.purchase_order_no, arrival.line_no, min(arrival.arrival_date) AS full_date
    FROM arrival
    JOIN purchase_order USING (purchase_order_no, line_no)
    WHERE arrival.so_far + coalesce(purchase_order.qty_received, 0) >= purchase_order.qty
    GROUP BY ALL
)
SELECT
    promised.*,
    full_on.full_date,
    CAST(CASE
        WHEN promised.on_time = 1 THEN 0
        WHEN full_on.full_date IS NOT NULL THEN date_diff('day', promised.target_date, full_on.full_date)
        WHEN promised.status = 'open' THEN date_diff('day', promised.target_date, CAST($as_of AS DATE))
    END AS BIGINT) AS days_late
FROM promised
LEFT JOIN full_on USING (purchase_order_no, line_no)
