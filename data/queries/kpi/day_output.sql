-- Planned and actual good pieces of each item, step, station and day of the period.
-- Plan: dispatch. Actual: good pieces handed over that day. A hand-over names no station: it goes to the stations that its
-- work order was dispatched to that day, else to those its item and step were dispatched to, in proportion to their plan,
-- else to the step's preferred station. So what was made without being planned stands on a row with plan 0.
WITH planned_lot AS (
    SELECT
        dispatch.work_order_no,
        work_order.item_no,
        dispatch.step_no,
        dispatch.station_no,
        dispatch.work_date,
        dispatch.planned_qty,
        dispatch.planned_hours
    FROM dispatch
    JOIN work_order USING (work_order_no)
    WHERE dispatch.work_date BETWEEN $since AND $until
),
planned AS (
    SELECT item_no, step_no, station_no, work_date, sum(planned_qty) AS planned_qty, sum(planned_hours) AS planned_hours
    FROM planned_lot
    GROUP BY ALL
),
lot_station AS (
    SELECT
        work_order_no,
        step_no,
        work_date,
        station_no,
        coalesce(
            planned_qty / nullif(sum(planned_qty) OVER same_lot, 0), 1.0 / count(*) OVER same_lot
        ) AS share
    FROM planned_lot
    WINDOW same_lot AS (PARTITION BY work_order_no, step_no, work_date)
),
item_station AS (
    SELECT
        item_no,
        step_no,
        work_date,
        station_no,
        coalesce(
            planned_qty / nullif(sum(planned_qty) OVER same_item, 0), 1.0 / count(*) OVER same_item
        ) AS share
    FROM planned
    WINDOW same_item AS (PARTITION BY item_no, step_no, work_date)
),
usual_station AS (
    SELECT item_no, step_no, station_no
    FROM routing_step
    QUALIFY row_number() OVER (PARTITION BY item_no, step_no ORDER BY coalesce(alt_rank, 1), station_no) = 1
),
made AS (
    SELECT
        handover.work_order_no,
        work_order.item_no,
        handover.from_step_no AS step_no,
        CAST(handover.handover_time AS DATE) AS work_date,
        sum(handover.good_qty) AS qty
    FROM handover
    JOIN work_order USING (work_order_no)
    WHERE CAST(handover.handover_time AS DATE) BETWEEN $since AND least(CAST($until AS DATE), CAST($as_of AS DATE))
    GROUP BY ALL
),
actual AS (
    SELECT
        made.item_no,
        made.step_no,
        coalesce(lot_station.station_no, item_station.station_no, usual_station.station_no, '') AS station_no,
        made.work_date,
        sum(made.qty * coalesce(lot_station.share, item_station.share, 1)) AS actual_qty
    FROM made
    LEFT JOIN lot_station USING (work_order_no, step_no, work_date)
    LEFT JOIN item_station  -- one comparison instead of two: a bare IS NULL would compare every row with every other
        ON item_station.item_no = CASE WHEN lot_station.station_no IS NULL THEN made.item_no END
        AND item_station.step_no = made.step_no
        AND item_station.work_date = made.work_date
    LEFT JOIN usual_station ON usual_station.item_no = made.item_no AND usual_station.step_no = made.step_no
    GROUP BY ALL
)
SELECT
    item_no,
    step_no,
    station_no,
    work_date,
    CAST(coalesce(planned.planned_qty, 0) AS DOUBLE) AS planned_qty,
    CAST(planned.planned_hours AS DOUBLE) AS planned_hours,
    CAST(coalesce(actual.actual_qty, 0) AS DOUBLE) AS actual_qty
FROM planned
FULL JOIN actual USING (item_no, step_no, station_no, work_date)
