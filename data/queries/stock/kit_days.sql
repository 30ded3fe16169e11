-- Lots by the day they start, $kit_since to $kit_until: material all in hand now, all there on the day of the start from supply
-- that exists, or not. The rows are those of the kit rate.
WITH lot AS (
    {{kpi/kit_rate}}
)
SELECT
    start_date,
    count(*) FILTER (WHERE kitted_at_start = 1 AND kitted = 1) AS in_hand,
    count(*) FILTER (WHERE kitted_at_start = 1 AND kitted = 0) AS arriving,
    count(*) FILTER (WHERE kitted_at_start = 0) AS missing
FROM lot
GROUP BY start_date
ORDER BY start_date
