-- Overdue lines by how long they have been overdue; every band stands, with 0 where it is empty.
WITH backlog AS (
    {{orders/backlog}}
),
band (age, from_day, to_day) AS (
    VALUES ('1-7', 1, 7), ('8-14', 8, 14), ('15-30', 15, 30), ('>30', 31, 1000000)
)
SELECT
    band.age,
    count(backlog.sales_order_no) AS lines,
    coalesce(sum(backlog.open_value), 0) AS open_value
FROM band
LEFT JOIN backlog ON backlog.days_overdue BETWEEN band.from_day AND band.to_day
GROUP BY band.age, band.from_day
ORDER BY band.from_day
