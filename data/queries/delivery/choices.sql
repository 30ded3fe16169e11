-- Customers and items of the order lines that were due in the period by either date, for choosing.
WITH due AS (
    SELECT customer_no, item_no
    FROM sales_order
    WHERE coalesce(status, 'confirmed') NOT IN ('draft', 'reviewing', 'cancelled')
      AND (due_date BETWEEN $since AND $until OR promised_date BETWEEN $since AND $until)
)
SELECT 'customer' AS choice, customer_no AS value, coalesce(any_value(customer.name), '') AS label
FROM due
LEFT JOIN customer USING (customer_no)
GROUP BY customer_no
UNION ALL
SELECT 'item', item_no, coalesce(any_value(item.name), '')
FROM due
LEFT JOIN item USING (item_no)
GROUP BY item_no
ORDER BY choice, value
