-- Where order lines stand, of one customer, stage or owner of the next step; what has not left
-- yet first, the first due on top.
WITH tracked AS (
    {{delivery/tracking}}
)
SELECT *
FROM tracked
WHERE ($customer = '' OR customer_no = $customer)
  AND ($stage = '' OR stage = $stage)
  AND ($owner = '' OR owner = $owner)
ORDER BY stage IN ('shipped', 'signed'), target_date, sales_order_no, line_no, customer_order_no
