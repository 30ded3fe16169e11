-- Days whose hours differ from their weekday's.
SELECT calendar_no, work_date, hours
FROM calendar_day
ORDER BY calendar_no, work_date
