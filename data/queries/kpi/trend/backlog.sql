-- Backlog at the end of each of $periods periods of $days days from $since on, numbered from 0.
-- A line was open from its order date on. One that has left the house since was open until the day of its last shipment; one
-- that is open today was open with what it had not shipped yet. What is on hold, in review or cancelled today is left out
-- throughout: nothing tells since when.
WITH period AS (
    SELECT period, CAST($since AS DATE) + CAST((period + 1) * $days - 1 AS INTEGER) AS day
    FROM (SELECT unnest(range(CAST($periods AS BIGINT))) AS period)
),
moved AS (
    SELECT sales_order_no, sales_order_line_no AS line_no, max(ship_date) AS last_ship_date
    FROM shipment
    WHERE ship_date <= $as_of
    GROUP BY ALL
),
line AS (
    SELECT
        sales_order.sales_order_no,
        sales_order.line_no,
        sales_order.order_date,
        CASE WHEN $by_due_date THEN due_date ELSE coalesce(promised_date, due_date) END AS date,
        sales_order.qty - coalesce(sales_order.qty_shipped, 0) AS qty,
        coalesce(sales_order.unit_price, 0) AS unit_price,
        moved.last_ship_date,
        coalesce(sales_order.status, 'confirmed') IN ('confirmed', 'in_production', 'ready') AS is_open
    FROM sales_order
    LEFT JOIN moved USING (sales_order_no, line_no)
    WHERE coalesce(sales_order.status, 'confirmed') IN ('confirmed', 'in_production', 'ready')
       OR (
           coalesce(sales_order.status, 'confirmed') IN ('shipped', 'delivered', 'closed')
           AND moved.last_ship_date > CAST($since AS DATE) + CAST($days - 1 AS INTEGER)
       )
),
standing AS (
    SELECT period.period, period.day, line.*
    FROM line
    JOIN period
        ON (line.order_date <= period.day OR (line.is_open AND period.day = $as_of))
        AND (line.is_open OR line.last_ship_date > period.day)
),
shipped AS (
    SELECT standing.period, standing.sales_order_no, standing.line_no, sum(shipment.qty) AS qty
    FROM standing
    JOIN shipment
        ON shipment.sales_order_no = standing.sales_order_no
        AND shipment.sales_order_line_no = standing.line_no
        AND shipment.ship_date <= standing.day
    GROUP BY ALL
),
owed AS (
    SELECT
        standing.period,
        standing.date < standing.day AS overdue,
        standing.qty - coalesce(shipped.qty, 0) AS qty,
        standing.unit_price
    FROM standing
    LEFT JOIN shipped USING (period, sales_order_no, line_no)
)
SELECT
    period,
    overdue,
    CAST(count(*) AS DOUBLE) AS line,
    CAST(sum(qty) AS DOUBLE) AS qty,
    CAST(sum(qty * unit_price) AS DOUBLE) AS value
FROM owed
WHERE qty > 0
GROUP BY ALL
