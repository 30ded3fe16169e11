-- What is owed by due week and state in $measure (lines, pieces or value): overdue first, then week by week.
WITH line AS (
    {{delivery/owed}}
),
measured AS (
    SELECT
        *,
        CASE $measure WHEN 'pieces' THEN open_qty WHEN 'value' THEN open_value ELSE 1 END AS amount
    FROM line
)
SELECT
    bucket,
    CAST(coalesce(sum(amount) FILTER (WHERE state = 'on_time'), 0) AS DOUBLE) AS on_time,
    CAST(coalesce(sum(amount) FILTER (WHERE state = 'at_risk'), 0) AS DOUBLE) AS at_risk,
    CAST(coalesce(sum(amount) FILTER (WHERE state = 'late'), 0) AS DOUBLE) AS late,
    CAST(coalesce(sum(amount) FILTER (WHERE state = 'unplanned'), 0) AS DOUBLE) AS unplanned,
    CAST(sum(amount) AS DOUBLE) AS amount,
    count(*) AS lines,
    bool_or(soon) AS soon
FROM measured
GROUP BY bucket
ORDER BY CASE bucket WHEN 'overdue' THEN 0 WHEN 'later' THEN 2 ELSE 1 END, bucket
