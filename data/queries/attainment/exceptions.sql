-- The exceptions one by one: open ones first, the oldest on top, then the latest reports. $category, $open_only narrow them.
WITH reported AS (
    {{attainment/reported}}
)
SELECT *
FROM reported
WHERE ($category = '' OR category = $category) AND (is_open OR NOT $open_only)
ORDER BY is_open DESC, age_days DESC, report_date DESC, lost_hours DESC NULLS LAST, exception_no
