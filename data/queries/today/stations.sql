-- The names of the stations.
SELECT station_no, name
FROM station
ORDER BY station_no
