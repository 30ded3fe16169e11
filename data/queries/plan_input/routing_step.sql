-- Routing steps with their alternatives, the preferred one first.
SELECT
    item_no,
    step_no,
    station_no,
    coalesce(alt_rank, 1) AS alt_rank,
    units_per_hour,
    coalesce(setup_hours, 0) AS setup_hours,
    coalesce(yield_rate, 1) AS yield_rate,
    coalesce(wait_hours, 0) AS wait_hours,
    coalesce(transfer_qty, 0) AS transfer_qty
FROM routing_step
ORDER BY item_no, step_no, alt_rank, station_no
