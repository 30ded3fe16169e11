-- On time and quality by month of one supplier, or of all ($supplier_no = '').
WITH by_month AS (
    {{suppliers/by_month}}
)
SELECT * FROM by_month WHERE supplier_no = $supplier_no ORDER BY month
