"""The sample factory as files: what one store exports another imports, to the last row."""

import pytest

from data.exports import export_table
from data.imports import import_files
from data.sample import build_sample
from data.store import Store
from data.tables import TABLES

NAMES = [name for name, table in TABLES.items() if table.kind != "plan"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_exported_tables_are_imported_without_a_rejected_row(tmp_path, as_of, language):
    files = [tmp_path / f"{name}.csv" for name in NAMES]
    with Store.open(tmp_path / "sample.duckdb") as sample, Store.open(tmp_path / "empty.duckdb") as other:
        build_sample(sample, as_of, language, scale=0.3)
        for name, file in zip(NAMES, files, strict=True):
            export_table(sample, name, file, language)
        report = import_files(other, files, author="tester")
        assert report.saved
        assert [(file.file, file.rejected) for file in report.files if file.rejected] == []
        assert {name: other.count(name) for name in NAMES} == {name: sample.count(name) for name in NAMES}
