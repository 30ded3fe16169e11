-- Imports, the newest first.
SELECT
    import_batch.batch_no,
    import_batch.imported_at,
    import_batch.author,
    import_batch.status,
    count(*) AS files,
    CAST(sum(import_file.new_rows) AS BIGINT) AS new_rows,
    CAST(sum(import_file.changed_rows) AS BIGINT) AS changed_rows
FROM import_batch
LEFT JOIN import_file USING (batch_no)
GROUP BY ALL
ORDER BY import_batch.imported_at DESC
