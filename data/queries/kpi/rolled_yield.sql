-- Rolled first-pass yield of each item: the product over its steps, weighted by the pieces that went into its first one.
WITH step AS (
    {{kpi/first_pass_yield}}
)
SELECT
    item_no,
    count(*) AS steps,
    arg_min(made_qty, step_no) AS first_step_qty,
    product(good_qty / made_qty) AS rolled_yield,
    arg_min(made_qty, step_no) * product(good_qty / made_qty) AS through_qty
FROM step
GROUP BY item_no
ORDER BY item_no
