-- Every open order line with what the plan says of it. Planned: the last of its deliveries; empty where something is
-- not delivered inside the horizon. A line that came after the plan is unplanned.
WITH demand AS (
    {{plan_input/demand}}
),
state AS (
    {{schedule/line_states}}
)
SELECT
    demand.sales_order_no,
    demand.line_no,
    demand.customer_no,
    coalesce(customer.name, demand.customer_no) AS customer_name,
    demand.item_no,
    item.name AS item_name,
    demand.priority,
    CAST(demand.qty AS DOUBLE) AS open_qty,
    CAST(demand.qty * coalesce(sales_order.unit_price, 0) AS DOUBLE) AS open_value,
    sales_order.order_date,
    demand.due_date,
    demand.target_date,
    state.planned_date,
    coalesce(state.state, 'unplanned') AS state,
    coalesce(state.days_late, 0) AS days_late,
    coalesce(state.cause, '') AS cause,
    coalesce(state.detail, '') AS detail,
    coalesce(state.remedy, '') AS remedy,
    CAST(greatest(date_diff('day', demand.target_date, CAST($as_of AS DATE)), 0) AS BIGINT) AS days_overdue,
    CAST(date_trunc('week', demand.target_date) AS DATE) AS week
FROM demand
JOIN sales_order USING (sales_order_no, line_no)
LEFT JOIN customer ON customer.customer_no = demand.customer_no
LEFT JOIN item ON item.item_no = demand.item_no
LEFT JOIN state USING (sales_order_no, line_no)
