-- The last of the first $kit_days working days after the as-of date: days on which a station's calendar has hours; where none
-- has any, every day.
WITH calendar_hours AS (
    {{schedule/calendar_hours}}
),
working_day AS (
    SELECT calendar_hours.work_date, row_number() OVER (ORDER BY calendar_hours.work_date) AS position
    FROM calendar_hours
    JOIN station USING (calendar_no)
    WHERE calendar_hours.hours > 0
      AND calendar_hours.work_date > $as_of
    GROUP BY calendar_hours.work_date
)
SELECT coalesce(max(work_date), CAST($as_of AS DATE) + CAST($kit_days AS INTEGER)) AS kit_until
FROM working_day
WHERE position <= $kit_days
