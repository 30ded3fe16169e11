-- Hours of a changeover from one family to another.
SELECT station_no, from_family, to_family, hours
FROM changeover
ORDER BY station_no, from_family, to_family
