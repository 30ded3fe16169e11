-- Where every order line stands by its forms, since when, and who does the next step; from the customer's order to the signature
-- that is not invoiced yet. The stages, first to last, with who acts next:
--   received   customer order, or a draft of its sales order                       sales
--   queried    customer order with something unclear                               sales
--   reviewing  sales order in review                                               PMC
--   on_hold    sales order on hold                                                 sales
--   confirmed  waits for material: the last that comes is in inspection            quality
--              ... is ordered, or asked for on an approved requisition             purchasing
--              ... is not asked for yet, or is made here                           PMC
--   kitted     all material is there, no work order yet                            PMC
--   released   work order, not started: parts still missing                        as confirmed
--              ... picking list not issued                                         warehouse
--              ... all issued                                                      production
--   producing  at a station; inspecting (quality) and packing where the step is named so  production
--   ready      finished, or all of it in stock                                     logistics
--   shipped    all of it left, not signed for                                      logistics
--   signed     not invoiced                                                        sales
-- Since: the date of the newest form that brought the line here; there is none where stock serves it. What left more than $days days
-- ago is no longer followed. No column says which step inspects or packs: its name does, else that of its station.
WITH state AS (
    {{schedule/line_states}}
),
sent AS (
    SELECT
        sales_order_no,
        sales_order_line_no AS line_no,
        sum(qty) AS qty,
        max(ship_date) AS ship_date,
        max(delivered_date) FILTER (WHERE delivered_date <= $as_of) AS delivered_date,
        count(*) FILTER (WHERE delivered_date IS NULL OR delivered_date > $as_of) AS unsigned
    FROM shipment
    WHERE ship_date <= $as_of
    GROUP BY ALL
),
invoiced AS (
    SELECT DISTINCT sales_order_no
    FROM settlement
    WHERE invoice_date <= $as_of
),
changed AS (
    SELECT sales_order_no, line_no, max(requested_date) AS changed_on
    FROM order_change
    WHERE requested_date <= $as_of
      AND coalesce(status, 'requested') = 'applied'
    GROUP BY ALL
),
sold AS (
    SELECT
        sales_order.*,
        coalesce(sales_order.status, 'confirmed') AS standing,
        sales_order.qty - coalesce(sales_order.qty_shipped, 0) - coalesce(sent.qty, 0) AS open_qty,
        coalesce(sent.qty, 0) + coalesce(sales_order.qty_shipped, 0) AS gone_qty,
        sent.ship_date,
        sent.delivered_date,
        coalesce(sent.unsigned, 0) AS unsigned,
        greatest(sales_order.order_date, coalesce(changed.changed_on, sales_order.order_date)) AS ordered_on
    FROM sales_order
    LEFT JOIN sent USING (sales_order_no, line_no)
    LEFT JOIN changed USING (sales_order_no, line_no)
    WHERE coalesce(sales_order.status, 'confirmed') NOT IN ('cancelled', 'closed')
),
line AS (
    SELECT *, standing IN ('confirmed', 'in_production', 'ready') AND open_qty > 0 AS owed
    FROM sold
),
floor AS (
    {{delivery/floor}}
),
step AS (
    SELECT
        routing_step.item_no,
        routing_step.step_no,
        arg_min(routing_step.station_no, coalesce(routing_step.alt_rank, 1)) AS station_no,
        arg_min(coalesce(routing_step.name, station.name, ''), coalesce(routing_step.alt_rank, 1)) AS step_name
    FROM routing_step
    LEFT JOIN station USING (station_no)
    GROUP BY ALL
),
in_stock AS (
    SELECT demand_ref AS sales_order_no, CAST(demand_line_no AS BIGINT) AS line_no
    FROM plan_allocation
    WHERE run_no = $run_no
      AND demand_kind = 'sales_order'
    GROUP BY ALL
    HAVING bool_and(supply_kind = 'stock')
),
kit AS (
    SELECT order_ref, status
    FROM plan_kit
    WHERE run_no = $run_no
),
coming AS (
    SELECT sales_order_no, line_no, supply_kind AS kind, item_no AS part_no, supply_ref, available_date
    FROM plan_pegging
    WHERE run_no = $run_no
      AND supply_kind IN ('inspection', 'firm_buy', 'planned_buy')
),
last_day AS (
    SELECT sales_order_no, line_no, max(available_date) AS available_date
    FROM coming
    GROUP BY ALL
),
-- the material that comes last, of what has yet to come
blocked AS (
    SELECT
        coming.sales_order_no,
        coming.line_no,
        min({
            'part_no': coming.part_no,
            'kind': coming.kind,
            'supply_ref': coming.supply_ref,
            'available_date': coming.available_date
        }) AS last
    FROM coming
    JOIN last_day USING (sales_order_no, line_no, available_date)
    GROUP BY ALL
),
asked AS (
    SELECT item_no, bool_or(status = 'approved') AS approved
    FROM purchase_requisition
    WHERE coalesce(status, 'draft') IN ('draft', 'approved')
    GROUP BY ALL
),
followed AS (
    SELECT
        line.*,
        CASE
            WHEN line.standing = 'draft' THEN 'received'
            WHEN line.standing = 'reviewing' THEN 'reviewing'
            WHEN line.standing = 'on_hold' THEN 'on_hold'
            WHEN NOT line.owed AND line.unsigned > 0 THEN 'shipped'
            WHEN NOT line.owed THEN 'signed'
            WHEN line.standing = 'ready' OR in_stock.sales_order_no IS NOT NULL THEN 'ready'
            WHEN floor.started THEN CASE
                WHEN regexp_matches(lower(coalesce(step.step_name, '')), '检|inspect|\bqc\b|\bqa\b') THEN 'inspecting'
                WHEN regexp_matches(lower(coalesce(step.step_name, '')), '包装|pack') THEN 'packing'
                ELSE 'producing'
            END
            WHEN floor.released THEN 'released'
            WHEN line.standing = 'in_production' THEN 'producing'
            WHEN kit.status = 'full' THEN 'kitted'
            ELSE 'confirmed'
        END AS stage,
        floor.now_at,
        floor.waiting,
        floor.finished_on,
        CASE WHEN floor.started THEN step.station_no END AS station_no,
        coalesce(order_kit.status, kit.status, 'none') AS kit_status,
        blocked.last AS blocked_by,
        asked.approved
    FROM line
    LEFT JOIN invoiced USING (sales_order_no)
    LEFT JOIN floor USING (sales_order_no, line_no)
    LEFT JOIN in_stock USING (sales_order_no, line_no)
    LEFT JOIN blocked USING (sales_order_no, line_no)
    LEFT JOIN kit ON kit.order_ref = line.sales_order_no || '/' || line.line_no
    LEFT JOIN kit AS order_kit ON order_kit.order_ref = floor.waiting.work_order_no
    LEFT JOIN step ON step.item_no = floor.now_at.item_no AND step.step_no = floor.now_at.step_no
    LEFT JOIN asked ON asked.item_no = blocked.last.part_no
    WHERE line.owed
       OR line.standing IN ('draft', 'reviewing', 'on_hold')
       OR (line.ship_date > CAST($as_of AS DATE) - CAST($days AS INTEGER)
            AND (line.unsigned > 0 OR invoiced.sales_order_no IS NULL))
),
sales_lines AS (
    SELECT
        sales_order_no,
        line_no,
        sales_order_no || '/' || line_no AS line,
        customer_order_no,
        customer_no,
        item_no,
        CAST(qty AS DOUBLE) AS qty,
        CAST(gone_qty AS DOUBLE) AS shipped_qty,
        CAST(qty AS DOUBLE) * coalesce(unit_price, 0) AS value,
        coalesce(promised_date, due_date) AS target_date,
        stage,
        CASE stage
            WHEN 'shipped' THEN ship_date
            WHEN 'signed' THEN delivered_date
            WHEN 'ready' THEN finished_on
            WHEN 'released' THEN coalesce(waiting.since, ordered_on)
            WHEN 'producing' THEN coalesce(now_at.since, ordered_on)
            WHEN 'inspecting' THEN now_at.since
            WHEN 'packing' THEN now_at.since
            ELSE ordered_on
        END AS since,
        CASE
            WHEN stage IN ('received', 'on_hold', 'signed') THEN 'sales'
            WHEN stage IN ('reviewing', 'kitted') THEN 'pmc'
            WHEN stage IN ('ready', 'shipped') THEN 'logistics'
            WHEN stage IN ('producing', 'packing') THEN 'production'
            WHEN stage = 'inspecting' THEN 'quality'
            WHEN stage = 'released' AND NOT waiting.to_issue THEN 'production'
            WHEN stage = 'released' AND kit_status = 'full' THEN 'warehouse'
            WHEN blocked_by.kind = 'inspection' THEN 'quality'
            WHEN blocked_by.kind = 'firm_buy' OR (blocked_by.kind = 'planned_buy' AND approved) THEN 'purchasing'
            ELSE 'pmc'
        END AS owner,
        CASE WHEN stage = 'producing' THEN station_no END AS station_no,
        CASE WHEN stage = 'released' THEN waiting.work_order_no ELSE now_at.work_order_no END AS work_order_no,
        CASE
            WHEN stage = 'confirmed' OR (stage = 'released' AND waiting.to_issue AND kit_status <> 'full') THEN blocked_by
        END AS blocked_by
    FROM followed
),
-- customer orders that are no sales order yet
asked_lines AS (
    SELECT customer_order.*, coalesce(customer_order.status, 'received') AS standing
    FROM customer_order
    WHERE coalesce(customer_order.status, 'received') IN ('received', 'queried')
      AND customer_order.sales_order_no IS NULL
      AND customer_order.received_date <= $as_of
      AND NOT EXISTS (
          FROM sales_order
          WHERE sales_order.customer_order_no = customer_order.customer_order_no
            AND (sales_order.line_no = customer_order.line_no OR sales_order.item_no = customer_order.item_no)
      )
),
every_line AS (
    SELECT *
    FROM sales_lines
    UNION ALL BY NAME
    SELECT
        customer_order_no,
        line_no,
        customer_no,
        item_no,
        CAST(qty AS DOUBLE) AS qty,
        CAST(0 AS DOUBLE) AS shipped_qty,
        CAST(qty AS DOUBLE) * coalesce(unit_price, 0) AS value,
        requested_date AS target_date,
        standing AS stage,
        received_date AS since,
        'sales' AS owner
    FROM asked_lines
)
SELECT
    coalesce(every_line.sales_order_no, '') AS sales_order_no,
    every_line.line_no,
    coalesce(every_line.line, '') AS line,
    coalesce(every_line.customer_order_no, '') AS customer_order_no,
    every_line.customer_no,
    coalesce(customer.name, every_line.customer_no) AS customer_name,
    coalesce(every_line.item_no, '') AS item_no,
    coalesce(item.name, '') AS item_name,
    every_line.qty,
    every_line.shipped_qty,
    every_line.value,
    every_line.target_date,
    state.planned_date,
    coalesce(state.state, '') AS state,
    every_line.stage,
    list_position(
        [
            'received', 'queried', 'reviewing', 'on_hold', 'confirmed', 'kitted', 'released', 'producing', 'inspecting',
            'packing', 'ready', 'shipped', 'signed'
        ],
        every_line.stage
    ) AS position,
    every_line.since,
    CAST(date_diff('day', every_line.since, CAST($as_of AS DATE)) AS BIGINT) AS days_here,
    every_line.owner,
    coalesce(every_line.station_no, '') AS station_no,
    coalesce(station.name, every_line.station_no, '') AS station_name,
    coalesce(every_line.work_order_no, '') AS work_order_no,
    coalesce(every_line.blocked_by.kind, '') AS blocked_kind,
    coalesce(every_line.blocked_by.part_no, '') AS part_no,
    coalesce(every_line.blocked_by.supply_ref, '') AS supply_ref,
    every_line.blocked_by.available_date AS available_date
FROM every_line
LEFT JOIN state
    ON state.sales_order_no = every_line.sales_order_no
    AND state.line_no = every_line.line_no
LEFT JOIN customer ON customer.customer_no = every_line.customer_no
LEFT JOIN item ON item.item_no = every_line.item_no
LEFT JOIN station ON station.station_no = every_line.station_no
