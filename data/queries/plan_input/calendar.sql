-- Hours of each weekday, and when they begin, in minutes after midnight.
SELECT
    calendar_no,
    weekday,
    hours,
    60 * CAST(split_part(coalesce(start_time, '08:00'), ':', 1) AS BIGINT)
    + CAST(split_part(coalesce(start_time, '08:00'), ':', 2) AS BIGINT) AS start_minute
FROM calendar
ORDER BY calendar_no, weekday
