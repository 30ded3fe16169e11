-- When orders and stock were last brought up to date.
SELECT
    (SELECT max(recorded_at) FROM sales_order) AS orders_at,
    (SELECT max(recorded_at) FROM stock_balance) AS stock_at
