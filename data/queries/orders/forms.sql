-- Every form of one order, by date.
WITH work AS (
    SELECT work_order_no
    FROM work_order
    WHERE sales_order_no = $order
),
form (form_date, form, form_no, item_no, qty, status) AS (
    SELECT received_date, 'customer_order', customer_order_no || '/' || line_no, item_no, qty, status
    FROM customer_order
    WHERE sales_order_no = $order
    UNION ALL
    SELECT order_date, 'sales_order', sales_order_no || '/' || line_no, item_no, qty, status
    FROM sales_order
    WHERE sales_order_no = $order
    UNION ALL
    SELECT requested_date, 'order_change', change_no, NULL, NULL, status
    FROM order_change
    WHERE sales_order_no = $order
    UNION ALL
    SELECT requested_date, 'purchase_requisition', requisition_no || '/' || line_no, item_no, qty, status
    FROM purchase_requisition
    WHERE sales_order_no = $order
    UNION ALL
    SELECT coalesce(released_date, planned_start), 'work_order', work_order_no, item_no, qty, status
    FROM work_order
    WHERE sales_order_no = $order
    UNION ALL
    SELECT need_date, 'picking_list', picking_no || '/' || line_no, item_no, required_qty, status
    FROM picking_list
    JOIN work USING (work_order_no)
    UNION ALL
    SELECT issue_date, 'goods_issue', issue_no || '/' || line_no, item_no, qty, NULL
    FROM goods_issue
    JOIN work USING (work_order_no)
    UNION ALL
    SELECT requested_date, 'supplement_request', supplement_no, item_no, qty, status
    FROM supplement_request
    JOIN work USING (work_order_no)
    UNION ALL
    SELECT CAST(handover_time AS DATE), 'handover', handover_no, NULL, good_qty, NULL
    FROM handover
    JOIN work USING (work_order_no)
    UNION ALL
    SELECT report_date, 'exception_report', exception_no, NULL, NULL, status
    FROM exception_report
    JOIN work USING (work_order_no)
    UNION ALL
    SELECT ship_date, 'shipment', shipment_no || '/' || line_no, NULL, qty, NULL
    FROM shipment
    WHERE sales_order_no = $order
    UNION ALL
    SELECT invoice_date, 'settlement', invoice_no, NULL, NULL, NULL
    FROM settlement
    WHERE sales_order_no = $order
    UNION ALL
    SELECT feedback_date, 'customer_feedback', feedback_no, NULL, qty, status
    FROM customer_feedback
    WHERE sales_order_no = $order
)
SELECT form_date, form, form_no, item_no, CAST(qty AS DOUBLE) AS qty, coalesce(status, '') AS status
FROM form
ORDER BY form_date, form, form_no
