-- All stations, for a person to choose from.
SELECT station_no, name AS station_name, coalesce(parallel_units, 1) AS parallel_units, coalesce(team, '') AS team
FROM station
ORDER BY station_no
