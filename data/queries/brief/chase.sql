-- Short parts to chase, those of late orders and the most value first: as materials/shortages, with the day that the supply in
-- question was promised for and how many days that is past.
WITH short AS (
    {{materials/shortages}}
)
SELECT
    short.* EXCLUDE (balance),
    coalesce(purchase_order.confirmed_date, purchase_order.due_date) AS promised_on,
    CAST(greatest(
        date_diff('day', coalesce(purchase_order.confirmed_date, purchase_order.due_date), CAST($as_of AS DATE)), 0
    ) AS BIGINT) AS days_overdue
FROM short
LEFT JOIN purchase_order
    ON purchase_order.purchase_order_no || '/' || purchase_order.line_no = short.acts_on_ref
ORDER BY short.late_orders = 0, short.value_hit DESC, short.item_no
