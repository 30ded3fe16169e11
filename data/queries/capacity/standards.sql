-- Standard capacity against what was achieved in the period, per item, step and station: the median of the days that were not
-- stopped, the quarter and three quarters of them, and what standard they suggest. off: at least $least_days such days, a median
-- at least $least_deviation away from the standard, and three quarters of the days on that side of it. off_hours: by so much are
-- the hours of these days misjudged. What is off comes first, then what misjudges most hours.
WITH achieved AS (
    {{capacity/achieved}}
),
spread AS (
    SELECT
        item_no,
        step_no,
        station_no,
        any_value(standard) AS standard,
        median(achieved) FILTER (NOT stopped) AS achieved,
        quantile_cont(achieved, 0.25) FILTER (NOT stopped) AS low,
        quantile_cont(achieved, 0.75) FILTER (NOT stopped) AS high,
        count(*) FILTER (NOT stopped) AS days,
        count(*) FILTER (stopped) AS stopped_days,
        coalesce(sum(run_hours) FILTER (NOT stopped), 0) AS run_hours
    FROM achieved
    GROUP BY ALL
),
judged AS (
    SELECT
        *,
        achieved / standard - 1 AS deviation,
        days >= $least_days
            AND abs(achieved / standard - 1) >= $least_deviation
            AND (high < standard OR low > standard) AS off
    FROM spread
    WHERE days > 0
)
SELECT
    judged.item_no,
    coalesce(item.name, '') AS item_name,
    judged.step_no,
    coalesce(routing_step.name, '') AS step_name,
    judged.station_no,
    coalesce(station.name, judged.station_no) AS station_name,
    judged.standard,
    judged.achieved,
    judged.low,
    judged.high,
    judged.deviation,
    judged.days,
    judged.stopped_days,
    judged.run_hours,
    judged.run_hours * abs(judged.deviation) AS off_hours,
    judged.off,
    -- three figures: no measurement is better than that
    CASE WHEN judged.off THEN round(judged.achieved, CAST(2 - floor(log10(judged.achieved)) AS INTEGER)) END AS proposed
FROM judged
JOIN routing_step USING (item_no, step_no, station_no)
LEFT JOIN item USING (item_no)
LEFT JOIN station USING (station_no)
ORDER BY judged.off DESC, off_hours DESC, judged.item_no, judged.step_no, judged.station_no
