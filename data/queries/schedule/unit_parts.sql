-- The units of the stations that are looked at (all where the list $stations is empty), in parts of some $most_bars stretches
-- of work each, as many as a chart has room for: whole units, the last of which may exceed it. Where not all fit and $search
-- is an order or lot that is worked on there, only the units on its way. `units` tells how many there are to choose from.
WITH unit AS (
    {{schedule/units}}
),
lot AS (
    SELECT $search AS order_ref
    UNION
    SELECT supply_ref
    FROM plan_pegging
    WHERE run_no = $run_no
      AND supply_kind IN ('firm_make', 'planned_make')
      AND $search IN (sales_order_no, sales_order_no || '/' || line_no)
),
work AS (
    SELECT station_no, unit_no, count(*) AS bars, bool_or(order_ref IN (SELECT order_ref FROM lot)) AS on_way
    FROM plan_schedule
    WHERE run_no = $run_no
      AND work_date BETWEEN $from_date AND $to_date
    GROUP BY station_no, unit_no
),
counted AS (
    SELECT
        unit.*,
        coalesce(work.bars, 0) AS bars,
        coalesce(work.on_way, FALSE) AS on_way,
        coalesce(sum(work.bars) OVER (), 0) AS all_bars,
        coalesce(bool_or(work.on_way) OVER (), FALSE) AS any_on_way,
        count(*) OVER () AS units
    FROM unit
    LEFT JOIN work USING (station_no, unit_no)
)
SELECT
    station_no,
    station_name,
    unit_no,
    units,
    CAST(floor((sum(bars) OVER (ORDER BY station_no, unit_no) - bars) / $most_bars) AS BIGINT) AS part
FROM counted
WHERE all_bars <= $most_bars OR on_way OR NOT any_on_way
ORDER BY station_no, unit_no
