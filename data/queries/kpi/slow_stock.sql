-- Stock of items that nothing was issued or shipped of in $days days, in layers by receipt date, first in first out: what is
-- there is what came last. A layer younger than $days is not slow; one that came before all recorded receipts has no date
-- and is.
WITH layer AS (
    {{kpi/stock_layers}}
)
SELECT *
FROM layer
WHERE (last_issue_date IS NULL OR date_diff('day', last_issue_date, $as_of) >= $days)
  AND (received_date IS NULL OR age_days >= $days)
ORDER BY item_no, received_date NULLS FIRST
