-- The MRP record of one item in a sentence: the lowest projected balance, and the first period that ends below nothing.
WITH record AS (
    {{materials/mrp_record}}
)
SELECT
    min(on_hand) AS lowest,
    min(bucket) FILTER (WHERE on_hand < -0.000001) AS short_from
FROM record
