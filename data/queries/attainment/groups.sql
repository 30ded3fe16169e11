-- Plan, what was attained of it and what was made beyond it, in $measure, by day, station or item ($by): days in their
-- order, stations and items with the greatest shortfall first, $most of them.
WITH chosen AS (
    {{attainment/chosen}}
),
grouped AS (
    SELECT
        CASE $by WHEN 'day' THEN strftime(work_date, '%Y-%m-%d') WHEN 'station' THEN station_no ELSE item_no END AS subject,
        any_value(CASE $by WHEN 'day' THEN '' WHEN 'station' THEN station_name ELSE item_name END) AS subject_name,
        sum(planned_qty * worth) AS planned,
        sum(attained_qty * worth) AS attained,
        sum(beyond_qty * worth) AS beyond,
        sum((planned_qty - attained_qty) * worth) AS short,
        sum(attained_qty) / nullif(sum(planned_qty), 0) AS rate
    FROM chosen
    GROUP BY subject
)
SELECT *, count(*) OVER () AS subjects
FROM grouped
ORDER BY CASE WHEN $by = 'day' THEN subject END, short DESC, subject
LIMIT $most
