-- What is to be done today, one row per task that has any: who does it, how many things it is about, the order lines and the
-- money that hang on them, and the one to begin with (subject, with its name, reference and day).
WITH task AS (
    SELECT * FROM ({{today/tasks_orders}})
    UNION ALL BY NAME SELECT * FROM ({{today/tasks_supply}})
    UNION ALL BY NAME SELECT * FROM ({{today/tasks_floor}})
)
SELECT
    task.role,
    task.task,
    CAST(task.things AS BIGINT) AS things,
    CAST(coalesce(task.lines, 0) AS BIGINT) AS lines,
    CAST(coalesce(task.value, 0) AS DOUBLE) AS value,
    CAST(coalesce(task.amount, 0) AS DOUBLE) AS amount,
    CAST(coalesce(task.subjects, 1) AS BIGINT) AS subjects,
    coalesce(task.subject, '') AS subject,
    coalesce(task.name, item.name, station.name, customer.name, '') AS name,
    coalesce(task.ref, '') AS ref,
    CAST(task.day AS DATE) AS day
FROM task
LEFT JOIN item ON item.item_no = task.subject
LEFT JOIN station ON station.station_no = task.subject AND task.task = 'capacity'
LEFT JOIN customer ON customer.customer_no = task.subject AND task.task = 'tell'
WHERE task.things > 0
ORDER BY
    list_position(['sales', 'pmc', 'purchasing', 'warehouse', 'production', 'quality'], role),
    list_position(
        [
            'tell', 'promise', 'capacity', 'start_short', 'unsupplied', 'overdue', 'chase', 'order_now', 'inspect', 'receive',
            'pick', 'start', 'missed', 'explain', 'close'
        ],
        task
    )
