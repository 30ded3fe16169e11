-- How many days it took to close the exceptions of the period, and how many days those still open have been so, in bands.
WITH reported AS (
    {{attainment/reported}}
),
band (band, first_day, last_day) AS (
    VALUES ('0', 0, 0), ('1', 1, 1), ('2', 2, 2), ('3', 3, 3), ('4-7', 4, 7), ('8-14', 8, 14), ('>14', 15, 2147483647)
)
SELECT
    band.band,
    count(*) FILTER (WHERE in_period AND days_to_close BETWEEN first_day AND last_day) AS closed,
    count(*) FILTER (WHERE age_days BETWEEN first_day AND last_day) AS open
FROM band
LEFT JOIN reported ON coalesce(days_to_close, age_days) BETWEEN first_day AND last_day
GROUP BY band.band, band.first_day
ORDER BY band.first_day
