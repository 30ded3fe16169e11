-- Where the work orders of open order lines stand: those that name the line, and those the plan pegs to it. Of the started ones the
-- one that is furthest (of the good itself before one of its parts, then the one that moved last): its step and since when; of the
-- released ones the first to start: since when, and whether material has yet to be issued (it has where
-- there is no picking list).
WITH demand AS (
    {{plan_input/demand}}
),
work AS (
    SELECT sales_order_no, sales_order_line_no AS line_no, work_order_no
    FROM work_order
    WHERE sales_order_no IS NOT NULL
    UNION
    SELECT sales_order_no, line_no, supply_ref
    FROM plan_pegging
    WHERE run_no = $run_no
      AND supply_kind = 'firm_make'
),
open_work AS (
    SELECT
        work.sales_order_no,
        work.line_no,
        work_order.work_order_no,
        work_order.item_no,
        coalesce(work_order.status, 'released') AS status,
        coalesce(work_order.released_date, work_order.planned_start) AS released_on,
        work_order.item_no = demand.item_no AS own_item
    FROM work
    JOIN demand USING (sales_order_no, line_no)
    JOIN work_order USING (work_order_no)
    WHERE coalesce(work_order.status, 'released') NOT IN ('planned', 'cancelled')
),
moved AS (
    SELECT
        handover.work_order_no,
        CAST(max(handover.handover_time) AS DATE) AS moved_on,
        arg_max(
            coalesce(handover.to_step_no, handover.from_step_no), (handover.handover_time, handover.from_step_no)
        ) AS step_no,
        CAST(max(handover.handover_time) FILTER (WHERE handover.to_step_no IS NULL) AS DATE) AS finished_on
    FROM handover
    WHERE handover.work_order_no IN (SELECT work_order_no FROM open_work)
      AND CAST(handover.handover_time AS DATE) <= $as_of
    GROUP BY ALL
),
issued AS (
    SELECT work_order_no, max(issue_date) AS issued_on
    FROM goods_issue
    WHERE work_order_no IN (SELECT work_order_no FROM open_work)
      AND issue_date <= $as_of
    GROUP BY ALL
),
picked AS (
    SELECT work_order_no, bool_or(coalesce(status, 'open') = 'open') AS to_issue
    FROM picking_list
    WHERE work_order_no IN (SELECT work_order_no FROM open_work)
      AND coalesce(status, 'open') <> 'cancelled'
    GROUP BY ALL
),
first_step AS (
    SELECT item_no, min(step_no) AS step_no
    FROM routing_step
    GROUP BY ALL
)
SELECT
    open_work.sales_order_no,
    open_work.line_no,
    bool_or(open_work.status = 'started') AS started,
    bool_or(open_work.status = 'released') AS released,
    arg_max(
        {
            'work_order_no': open_work.work_order_no,
            'item_no': open_work.item_no,
            'step_no': coalesce(moved.step_no, first_step.step_no),
            'since': coalesce(moved.moved_on, issued.issued_on, open_work.released_on)
        },
        (open_work.own_item, coalesce(moved.moved_on, issued.issued_on, open_work.released_on, DATE '1900-01-01'),
            open_work.work_order_no)
    ) FILTER (WHERE open_work.status = 'started') AS now_at,
    arg_min(
        {
            'work_order_no': open_work.work_order_no,
            'since': greatest(open_work.released_on, coalesce(issued.issued_on, open_work.released_on)),
            'to_issue': coalesce(picked.to_issue, TRUE)
        },
        (open_work.own_item, open_work.work_order_no)
    ) FILTER (WHERE open_work.status = 'released') AS waiting,
    max(moved.finished_on) FILTER (WHERE open_work.own_item) AS finished_on
FROM open_work
LEFT JOIN moved USING (work_order_no)
LEFT JOIN issued USING (work_order_no)
LEFT JOIN picked USING (work_order_no)
LEFT JOIN first_step ON first_step.item_no = open_work.item_no
GROUP BY open_work.sales_order_no, open_work.line_no
