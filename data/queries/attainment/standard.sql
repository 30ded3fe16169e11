-- The standard yield of each step of each item, at its usual station.
SELECT
    routing_step.item_no,
    routing_step.step_no,
    routing_step.name AS step_name,
    routing_step.station_no,
    coalesce(station.name, routing_step.station_no) AS station_name,
    CAST(coalesce(nullif(routing_step.yield_rate, 0), 1) AS DOUBLE) AS standard_yield
FROM routing_step
LEFT JOIN station USING (station_no)
QUALIFY row_number() OVER (
    PARTITION BY routing_step.item_no, routing_step.step_no
    ORDER BY coalesce(routing_step.alt_rank, 1), routing_step.station_no
) = 1
