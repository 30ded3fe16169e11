-- How many of the kits that a filter leaves are full, partial and none, and of make orders how many are full when they start.
WITH kit AS (
    {{materials/kits}}
)
SELECT
    count(*) AS kits,
    count(*) FILTER (WHERE status = 'full') AS full_kits,
    count(*) FILTER (WHERE status = 'partial') AS partial_kits,
    count(*) FILTER (WHERE status = 'none') AS empty_kits,
    count(*) FILTER (WHERE full_at_start) AS full_at_start,
    count(*) FILTER (WHERE status = 'full') / nullif(count(*), 0) AS kit_rate
FROM kit
