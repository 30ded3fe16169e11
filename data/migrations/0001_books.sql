-- What the store keeps besides the tables of the data contract.

-- version grows with every write; facts only with writes that change what a plan is made from
CREATE TABLE data_version (version BIGINT NOT NULL, facts BIGINT NOT NULL);
INSERT INTO data_version VALUES (1, 1);

CREATE TABLE counter (prefix VARCHAR PRIMARY KEY, value BIGINT NOT NULL);

CREATE TABLE setting (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

CREATE TABLE audit (
    done_at TIMESTAMP NOT NULL,
    author VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL
);

-- one import: all its files, all or nothing
CREATE TABLE import_batch (
    batch_no VARCHAR PRIMARY KEY,
    imported_at TIMESTAMP NOT NULL,
    author VARCHAR NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('imported', 'undone')),
    undone_at TIMESTAMP,
    undone_by VARCHAR
);

CREATE TABLE import_file (
    batch_no VARCHAR NOT NULL,
    file_no BIGINT NOT NULL,
    file_name VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    new_rows BIGINT NOT NULL,
    changed_rows BIGINT NOT NULL,
    same_rows BIGINT NOT NULL,
    rejected_rows BIGINT NOT NULL,
    issues VARCHAR NOT NULL,
    PRIMARY KEY (batch_no, file_no)
);

-- what each row was before the batch touched it (NULL: it was not there) and after, as JSON
CREATE TABLE import_row (
    batch_no VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    row_key VARCHAR NOT NULL,
    row_before VARCHAR,
    row_after VARCHAR NOT NULL
);

-- long work, so that it survives a page change and is named after a crash
CREATE TABLE job (
    job_no VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    started_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    status VARCHAR NOT NULL CHECK (status IN ('running', 'done', 'cancelled', 'failed')),
    progress VARCHAR NOT NULL DEFAULT '',
    result VARCHAR NOT NULL DEFAULT '',
    error VARCHAR NOT NULL DEFAULT ''
);
