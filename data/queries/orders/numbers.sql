-- Orders for choosing one: those whose number, customer or items hold $search, fifty of them, open ones first, then the newest;
-- and order $order, whatever is searched for.
WITH sales AS (
    SELECT
        sales_order_no,
        any_value(coalesce(customer.name, customer_no)) AS customer_name,
        bool_or(status IN ('confirmed', 'in_production', 'ready')) AS open,
        max(order_date) AS order_date
    FROM sales_order
    LEFT JOIN customer USING (customer_no)
    LEFT JOIN item USING (item_no)
    WHERE sales_order_no = $order
       OR contains(
            lower(concat_ws(' ', sales_order_no, customer_no, customer.name, item_no, item.name)), lower($search)
        )
    GROUP BY sales_order_no
)
SELECT sales_order_no, customer_name
FROM sales
QUALIFY row_number() OVER (ORDER BY open DESC, order_date DESC, sales_order_no) <= 50 OR sales_order_no = $order
ORDER BY open DESC, order_date DESC, sales_order_no
