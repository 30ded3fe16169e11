-- The MRP record of one item, by day or by week ($bucket: day, week), needs on the day they are wanted or the day the
-- plan uses them ($basis: wanted, used). on_hand is projected: what is left at the end of the bucket.
WITH flow AS (
    {{materials/flow}}
),
moved AS (
    SELECT flow, qty, CASE WHEN $basis = 'used' THEN used_on ELSE wanted_on END AS work_date
    FROM flow
    WHERE item_no = $item_no
),
bucket AS (
    SELECT DISTINCT CAST(date_trunc($bucket, work_date) AS DATE) AS bucket
    FROM (
        SELECT unnest(generate_series(CAST($first_day AS DATE), CAST($until AS DATE), INTERVAL 1 DAY)) AS work_date
    )
),
total AS (
    SELECT
        CAST(date_trunc($bucket, work_date) AS DATE) AS bucket,
        sum(qty) FILTER (WHERE flow = 'stock') AS stock,
        sum(qty) FILTER (WHERE flow = 'need') AS gross_requirements,
        sum(qty) FILTER (WHERE flow IN ('inspection', 'firm_buy', 'firm_make')) AS scheduled_receipts,
        sum(qty) FILTER (WHERE flow IN ('planned_buy', 'planned_make')) AS planned_receipts,
        sum(qty) FILTER (WHERE flow = 'release') AS planned_releases
    FROM moved
    WHERE work_date IS NOT NULL
    GROUP BY ALL
)
SELECT
    bucket.bucket,
    CAST(coalesce(total.gross_requirements, 0) AS DOUBLE) AS gross_requirements,
    CAST(coalesce(total.scheduled_receipts, 0) AS DOUBLE) AS scheduled_receipts,
    CAST(sum(
        coalesce(total.stock, 0) + coalesce(total.scheduled_receipts, 0) + coalesce(total.planned_receipts, 0)
        - coalesce(total.gross_requirements, 0)
    ) OVER (ORDER BY bucket.bucket) AS DOUBLE) AS on_hand,
    CAST(coalesce(total.planned_receipts, 0) AS DOUBLE) AS planned_receipts,
    CAST(coalesce(total.planned_releases, 0) AS DOUBLE) AS planned_releases
FROM bucket
LEFT JOIN total USING (bucket)
ORDER BY bucket.bucket
