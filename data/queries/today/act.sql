-- What late lines wait for, gathered: one row per part and its supply, per station, per other reason; the most weighted
-- days late first.
WITH late AS (
    {{today/late}}
),
told AS (
    SELECT
        CASE WHEN (detail ->> 'kind') = 'frozen' THEN 'capacity' ELSE detail ->> 'kind' END AS kind,
        detail ->> 'item_no' AS item_no,
        detail ->> 'supply_ref' AS supply_ref,
        CAST(coalesce(detail ->> 'available', detail ->> 'earliest') AS DATE) AS available_date,
        CAST(detail ->> 'lead_days' AS BIGINT) AS lead_days,
        coalesce(CAST(detail ->> 'overdue' AS BOOLEAN), FALSE) AS overdue,
        detail ->> 'station_no' AS station_no,
        weighted_days,
        open_value
    FROM late
    WHERE detail <> ''
),
gathered AS (
    SELECT
        kind,
        CASE WHEN kind IN ('material', 'lead_time', 'unsupplied') THEN item_no END AS item_no,
        CASE WHEN kind IN ('material', 'lead_time') THEN supply_ref END AS supply_ref,
        station_no,
        min(available_date) AS available_date,
        max(lead_days) AS lead_days,
        bool_or(overdue) AS overdue,
        count(*) AS lines,
        sum(open_value) AS open_value,
        sum(weighted_days) AS weighted_days
    FROM told
    GROUP BY 1, 2, 3, 4
)
SELECT gathered.*, item.name AS item_name, station.name AS station_name
FROM gathered
LEFT JOIN item USING (item_no)
LEFT JOIN station USING (station_no)
ORDER BY gathered.weighted_days DESC, kind, item_no, station_no
