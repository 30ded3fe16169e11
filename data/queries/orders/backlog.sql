-- Open order lines under the filters of the list, the first due first.
WITH line AS (
    {{orders/backlog_lines}}
)
SELECT *
FROM line
WHERE ($search = '' OR contains(
        lower(concat_ws(' ', sales_order_no, customer_no, customer_name, item_no, item_name)), lower($search)
    ))
  AND ($customer = '' OR customer_no = $customer)
  AND ($week = '' OR week = CAST(nullif($week, '') AS DATE))
  AND (NOT $late_only OR state = 'late')
ORDER BY target_date, sales_order_no, line_no
