-- What a stretch of the schedule holds: stretches of work, lots, station days over standard capacity; and of the whole plan
-- the order lines that are late.
WITH bar AS (
    {{schedule/bars}}
),
station_day AS (
    {{schedule/station_days}}
),
line_state AS (
    {{schedule/line_states}}
)
SELECT
    (SELECT count(*) FROM bar) AS bars,
    (SELECT count(DISTINCT station_no) FROM bar) AS stations,
    (SELECT count(*) FROM bar WHERE state = 'late') AS late_bars,
    (SELECT count(DISTINCT order_ref) FROM bar WHERE lit) AS lit_lots,
    (
        SELECT count(*)
        FROM station_day
        WHERE load_hours > available_hours + 0.005
          AND (len($stations) = 0 OR list_contains($stations, station_no))
    ) AS days_over,
    (SELECT count(*) FROM line_state) AS lines,
    (SELECT count(*) FROM line_state WHERE state = 'late') AS late_lines
