-- Purchase lines that still owe something. Overdue: the day it was wanted has passed, whatever day was confirmed since;
-- put off: the day confirmed is still to come.
WITH firm_buy AS (
    {{plan_input/firm_buy}}
)
SELECT
    purchase_order.purchase_order_no,
    purchase_order.line_no,
    firm_buy.order_ref,
    firm_buy.supplier_no,
    firm_buy.item_no,
    firm_buy.qty AS open_qty,
    purchase_order.due_date,
    purchase_order.confirmed_date,
    purchase_order.due_date <= $as_of AS overdue,
    purchase_order.due_date <= $as_of AND firm_buy.date > $as_of AS put_off,
    CAST(greatest(date_diff('day', purchase_order.due_date, CAST($as_of AS DATE)), 0) AS BIGINT) AS days_overdue
FROM firm_buy
JOIN purchase_order ON purchase_order.purchase_order_no || '/' || purchase_order.line_no = firm_buy.order_ref
