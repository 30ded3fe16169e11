-- What each rung of the search for the plan $run_no did: when it was last heard of, how many weighted days late it took away, what
-- it began and ended with, and whether it failed or the checker refused its plan.
WITH trail AS (
    {{runs/trail}}
),
gain AS (
    SELECT *, coalesce(lag(value) OVER (ORDER BY step) - value, 0) AS gained
    FROM trail
)
SELECT
    rung,
    max(seconds) FILTER (NOT refused) AS seconds,
    CAST(sum(gained) AS DOUBLE) AS gained,
    max(value) AS first_value,
    min(value) AS value,
    max(bound) AS bound,
    bool_or(failed <> '' AND NOT refused) AS failed,
    bool_or(refused) AS refused
FROM gain
GROUP BY rung
ORDER BY min(step)
