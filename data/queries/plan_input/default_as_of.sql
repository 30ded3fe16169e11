-- The last day that is known: the newest stock snapshot, else the newest movement, else yesterday's orders.
SELECT coalesce(
    (SELECT max(as_of_date) FROM stock_balance),
    (SELECT max(receipt_date) FROM goods_receipt),
    (SELECT max(order_date) FROM sales_order)
) AS as_of
