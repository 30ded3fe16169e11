-- The last day up to the as-of date for which work was dispatched: the day whose output is known and can be asked about.
SELECT max(work_date) AS last_day
FROM dispatch
WHERE work_date <= $as_of
