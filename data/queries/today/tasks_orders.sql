-- Tasks that late order lines give, by the reason they are late for: tell the customer (due within the week) or agree on a new
-- date, find capacity, chase what is ordered, order what is not. Subject: that of the most weighted days late.
WITH late AS (
    {{today/late}}
),
told AS (
    SELECT
        *,
        coalesce(nullif(detail, '') ->> 'kind', '') AS kind,
        nullif(detail, '') ->> 'item_no' AS part_no,
        nullif(detail, '') ->> 'supply_ref' AS supply_ref,
        nullif(detail, '') ->> 'station_no' AS station_no,
        CAST(coalesce(nullif(detail, '') ->> 'available', nullif(detail, '') ->> 'earliest') AS DATE) AS available_date
    FROM late
),
named AS (
    SELECT
        CASE
            WHEN kind IN ('processing', 'past_due') THEN 'promise'
            WHEN kind IN ('capacity', 'frozen') THEN 'capacity'
            WHEN kind = 'material' THEN 'chase'
            WHEN kind = 'lead_time' THEN 'order_now'
            WHEN kind = 'unsupplied' THEN 'unsupplied'
        END AS task,
        CASE
            WHEN kind IN ('capacity', 'frozen') THEN station_no
            WHEN kind IN ('material', 'lead_time', 'unsupplied') THEN part_no
        END AS subject,
        CASE WHEN kind = 'material' THEN supply_ref END AS ref,
        CASE WHEN kind IN ('material', 'lead_time') THEN available_date END AS day,
        open_value,
        weighted_days
    FROM told
    UNION ALL
    SELECT 'tell', customer_no, NULL, NULL, open_value, weighted_days
    FROM told
    WHERE target_date < CAST($first_day AS DATE) + 7
      AND kind NOT IN ('processing', 'past_due')
)
SELECT
    CASE
        WHEN task IN ('tell', 'promise') THEN 'sales'
        WHEN task IN ('capacity', 'unsupplied') THEN 'pmc'
        ELSE 'purchasing'
    END AS role,
    task,
    CASE task
        WHEN 'chase' THEN count(DISTINCT ref)
        WHEN 'tell' THEN count(*)
        WHEN 'promise' THEN count(*)
        ELSE count(DISTINCT subject)
    END AS things,
    count(*) AS lines,
    sum(open_value) AS value,
    count(DISTINCT subject) AS subjects,
    arg_max(subject, weighted_days) AS subject,
    arg_max(ref, weighted_days) AS ref,
    arg_max(day, weighted_days) AS day
FROM named
WHERE task IS NOT NULL
GROUP BY task
