-- How many order lines moved, each way, between the plans $before and $run_no.
WITH line AS (
    {{runs/lines_moved}}
)
SELECT
    count(*) AS "all",
    count(*) FILTER (days_moved > 0) AS later,
    count(*) FILTER (days_moved < 0) AS earlier,
    count(*) FILTER (state_now = 'late' AND state_before <> 'late') AS became_late,
    count(*) FILTER (state_now <> 'late' AND state_before = 'late') AS no_longer_late,
    count(*) FILTER (inside_frozen) AS frozen,
    count(*) FILTER (appeared) AS appeared,
    count(*) FILTER ("left") AS "left"
FROM line
