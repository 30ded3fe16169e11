-- Arrivals inspected in the period, with their concessions and returns: the rows of supplier quality.
WITH inspected AS (
    {{kpi/supplier_quality}}
),
returned AS (
    SELECT arrival_no, sum(qty) AS qty, count(*) AS returns
    FROM material_return
    WHERE return_date <= $as_of
    GROUP BY arrival_no
)
SELECT
    inspected.*,
    CAST(coalesce(returned.qty, 0) AS DOUBLE) AS returned_qty,
    coalesce(returned.returns, 0) AS returns
FROM inspected
LEFT JOIN returned USING (arrival_no)
