-- The hours of the day in which any station may work, overtime included, and the days on which none does.
WITH calendar_hours AS (
    {{schedule/calendar_hours}}
),
station_day AS (
    SELECT
        calendar_hours.work_date,
        calendar_hours.hours,
        calendar_hours.start_minute,
        calendar_hours.start_minute + 60 * (calendar_hours.hours + coalesce(station.overtime_hours, 0)) AS end_minute
    FROM calendar_hours
    JOIN station USING (calendar_no)
    WHERE calendar_hours.work_date BETWEEN $from_date AND $to_date
),
open_day AS (
    SELECT * FROM station_day WHERE hours > 0
)
SELECT
    CAST((SELECT min(start_minute) FROM open_day) / 60.0 AS DOUBLE) AS opens,
    CAST((SELECT max(end_minute) FROM open_day) / 60.0 AS DOUBLE) AS closes,
    coalesce((
        SELECT list(work_date ORDER BY work_date)
        FROM (SELECT work_date FROM station_day GROUP BY work_date HAVING max(hours) <= 0)
    ), []) AS days_off
