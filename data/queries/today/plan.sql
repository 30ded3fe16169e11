-- The plan in view, the newest of today's data, with the facts it was made from and the days it begins with.
WITH about AS (
    {{schedule/plan}}
)
SELECT about.*, plan_run.data_version
FROM about
JOIN plan_run USING (run_no)
