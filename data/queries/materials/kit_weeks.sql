-- The weeks (their Mondays) in which something is to start.
WITH kit AS (
    {{materials/kits}}
)
SELECT DISTINCT start_week FROM kit WHERE start_week IS NOT NULL ORDER BY start_week
