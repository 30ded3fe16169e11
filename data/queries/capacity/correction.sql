-- The routing steps whose standard is off (capacity/standards), as an import file of the table: all of a row, its standard replaced.
WITH standard AS (
    {{capacity/standards}}
)
SELECT
    routing_step.item_no,
    routing_step.step_no,
    routing_step.station_no,
    routing_step.alt_rank,
    routing_step.name,
    CAST(standard.proposed AS DOUBLE) AS units_per_hour,
    routing_step.setup_hours,
    routing_step.yield_rate,
    routing_step.wait_hours,
    routing_step.transfer_qty
FROM standard
JOIN routing_step USING (item_no, step_no, station_no)
WHERE standard.off
ORDER BY routing_step.item_no, routing_step.step_no, routing_step.station_no
