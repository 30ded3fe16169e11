-- Hours of each calendar on each day that a plan covers, and when they begin, in minutes after midnight.
SELECT
    calendar.calendar_no,
    CAST(day.work_date AS DATE) AS work_date,
    coalesce(calendar_day.hours, calendar.hours) AS hours,
    60 * CAST(split_part(coalesce(calendar.start_time, '08:00'), ':', 1) AS BIGINT)
    + CAST(split_part(coalesce(calendar.start_time, '08:00'), ':', 2) AS BIGINT) AS start_minute
FROM (
    SELECT unnest(generate_series(min(as_of_date), max(horizon_end), INTERVAL 1 DAY)) AS work_date FROM plan_run
) AS day
JOIN calendar ON calendar.weekday = isodow(day.work_date)
LEFT JOIN calendar_day
    ON calendar_day.calendar_no = calendar.calendar_no
    AND calendar_day.work_date = day.work_date
