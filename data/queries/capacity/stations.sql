-- Stations from $from_date to $to_date, the bottleneck first: the one where an hour is worth most, of equals the one that costs most
-- days late, then the fullest. late_lines, days_late: order lines whose lateness comes from queueing there. fullest: whether none is
-- fuller. best_dates: up to three days on which an hour is worth most, of those with half an hour of overtime left, if there are any.
WITH station_day AS (
    {{capacity/days}}
),
waiting AS (
    SELECT
        detail ->> 'station_no' AS station_no,
        count(*) AS late_lines,
        sum(days_late) AS days_late
    FROM plan_lateness
    WHERE run_no = $run_no
      AND days_late > 0
      AND (detail ->> 'kind') IN ('capacity', 'frozen')
    GROUP BY ALL
),
dear AS (
    SELECT *, max(overtime_left) OVER (PARTITION BY station_no) AS most_left
    FROM station_day
    WHERE worth > 0.005
),
placed AS (
    SELECT station_no, work_date, row_number() OVER (PARTITION BY station_no ORDER BY worth DESC, work_date) AS place
    FROM dear
    WHERE overtime_left >= 0.5 OR most_left < 0.5
),
best AS (
    SELECT station_no, list(work_date ORDER BY place) AS best_dates
    FROM placed
    WHERE place <= 3
    GROUP BY station_no
)
SELECT
    station_no,
    any_value(station_name) AS station_name,
    sum(load_hours) AS load_hours,
    sum(available_hours) AS available_hours,
    sum(load_hours) / nullif(sum(available_hours), 0) AS load_rate,
    rank() OVER (ORDER BY sum(load_hours) / nullif(sum(available_hours), 0) DESC NULLS LAST) = 1 AS fullest,
    max(load_rate) AS peak_rate,
    arg_max(work_date, load_rate) AS peak_date,
    count(*) FILTER (WHERE load_hours > available_hours + 0.005) AS days_over,
    sum(overtime_hours) AS overtime_hours,
    sum(overtime_available_hours) AS overtime_available_hours,
    sum(overtime_left) AS overtime_left,
    sum(overtime_cost) AS overtime_cost,
    max(worth) AS worth,
    arg_max(work_date, (worth, -epoch(work_date))) FILTER (WHERE worth > 0.005) AS worth_date,
    count(*) FILTER (WHERE worth > 0.005) AS worth_days,
    coalesce(any_value(best.best_dates), []) AS best_dates,
    coalesce(any_value(waiting.late_lines), 0) AS late_lines,
    CAST(coalesce(any_value(waiting.days_late), 0) AS DOUBLE) AS days_late
FROM station_day
LEFT JOIN waiting USING (station_no)
LEFT JOIN best USING (station_no)
GROUP BY station_no
ORDER BY round(coalesce(max(worth), 0), 3) DESC, days_late DESC, load_rate DESC NULLS LAST, station_no
