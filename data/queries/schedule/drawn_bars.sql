-- The bars of the units that a chart has room for.
WITH bar AS (
    {{schedule/bars}}
),
drawn_unit AS (
    {{schedule/drawn_units}}
)
SELECT bar.*
FROM bar
SEMI JOIN drawn_unit USING (station_no, unit_no)
ORDER BY bar.station_no, bar.unit_no, bar.start_time, bar.order_ref
