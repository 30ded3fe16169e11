-- The files of one batch and what they changed.
SELECT
    file_name AS file,
    table_name AS "table",
    new_rows AS new,
    changed_rows AS changed,
    same_rows AS same,
    rejected_rows AS rejected
FROM import_file
WHERE batch_no = $batch
ORDER BY file_no
