-- What moved between the plan $before and the plan $run_no: lines that became late, lines that are on time again, then others
-- by the days they moved; of each kind the number of all its lines. why: the reason of the newer plan where the line is late in
-- it, else that of the plan before.
WITH moved AS (
    {{runs/lines_moved}}
),
kind AS (
    SELECT
        moved.*,
        CASE
            WHEN moved."left" THEN 'left'
            WHEN moved.appeared THEN 'appeared'
            WHEN moved.late_now > 0 AND moved.late_before = 0 THEN 'newly_late'
            WHEN moved.late_now = 0 AND moved.late_before > 0 THEN 'on_time_again'
            WHEN moved.days_moved > 0 THEN 'later'
            WHEN moved.days_moved < 0 THEN 'earlier'
            ELSE 'state'
        END AS kind
    FROM moved
)
SELECT
    kind.*,
    count(*) OVER (PARTITION BY kind.kind) AS of_kind,
    coalesce(nullif(now.detail, ''), before.detail, '') AS why
FROM kind
LEFT JOIN plan_lateness AS now
    ON now.run_no = $run_no AND now.sales_order_no = kind.sales_order_no AND now.line_no = kind.line_no
LEFT JOIN plan_lateness AS before
    ON before.run_no = $before AND before.sales_order_no = kind.sales_order_no AND before.line_no = kind.line_no
WHERE kind.kind <> 'state'
QUALIFY row_number() OVER (
    PARTITION BY kind.kind
    ORDER BY abs(coalesce(kind.days_moved, 0)) * (6 - kind.priority) DESC, kind.sales_order_no, kind.line_no
) <= 5
ORDER BY
    list_position(['newly_late', 'on_time_again', 'later', 'earlier', 'appeared', 'left'], kind.kind),
    abs(coalesce(kind.days_moved, 0)) * (6 - kind.priority) DESC,
    kind.sales_order_no,
    kind.line_no
