"""The command line: what it prints where, and the code it ends with."""

import json
from pathlib import Path

import pytest

import cli

ITEM = "item_no,name,category,source,uom\nA,Handle,finished,make,pcs\n"


@pytest.fixture
def run(tmp_path, capsys):
    """Runs one command on a database of its own; returns its code, standard output and standard error."""

    def command(*words: str) -> tuple[int, str, str]:
        code = cli.main([*words, "--db", str(tmp_path / "factory.duckdb"), "--lang", "en"])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_import_can_be_undone_by_the_batch_it_names(run, tmp_path):
    code, out, _ = run("import", written(tmp_path, "item.csv", ITEM), "--json")
    report = json.loads(out)
    assert code == 0
    assert report["files"][0]["new"] == 1
    assert run("undo", report["batch"])[0] == 0
    assert run("undo", report["batch"])[0] == 1


def test_rejected_rows_are_a_no_of_the_data(run, tmp_path):
    code, out, err = run("import", written(tmp_path, "item.csv", ITEM.replace("finished", "nonsense")), "--json")
    assert code == 1
    assert json.loads(out)["batch"] is None
    assert "ITEM-CATEGORY-ENUM" in err


def test_the_report_of_an_import_has_the_keys_of_the_contract(run, tmp_path):
    """Warnings stand among the issues, with no key of their own."""
    items = written(tmp_path, "item.csv", "item_no,name,category,source,uom,lucky\nA,Handle,nonsense,make,pcs,7\n")
    report = json.loads(run("import", items, "--json")[1])
    assert set(report) == {"batch", "files"}
    (file,) = report["files"]
    assert set(file) == {"file", "table", "new", "changed", "same", "rejected", "issues"}
    assert [issue["code"] for issue in file["issues"]] == ["ITEM-COLUMN-UNKNOWN", "ITEM-CATEGORY-ENUM"]
    assert all(set(issue) == {"row", "column", "value", "code", "message"} for issue in file["issues"])


def test_a_file_that_cannot_be_read_can_be_skipped(run, tmp_path):
    paths = written(tmp_path, "item.csv", ITEM), written(tmp_path, "customer.csv", "")
    assert json.loads(run("import", *paths, "--json")[1])["batch"] is None
    code, out, err = run("import", *paths, "--json", "--skip-rejected")
    report = json.loads(out)
    assert (code, report["batch"]) == (1, "B-000001")
    good, bad = report["files"]
    assert (good["new"], good["issues"]) == (1, [])
    assert (bad["file"], bad["table"], bad["new"]) == ("customer.csv", None, 0)
    assert bad["issues"][0]["code"] == "FILE-EMPTY"
    assert "Export it again" in bad["issues"][0]["message"]  # what to do
    assert "FILE-EMPTY" in err


def test_a_path_that_is_not_there_cannot_be_run(run, tmp_path):
    code, out, err = run("import", str(tmp_path / "nowhere.csv"))
    assert (code, out) == (2, "")
    assert "FILE-MISSING" in err


def test_nothing_to_plan_is_a_no_of_the_data(run):
    code, _, err = run("plan")
    assert code == 1
    assert "PLAN-NO-DATA" in err


def test_an_unknown_scenario_is_named(run):
    code, _, err = run("plan", "--scenario", "overtime")
    assert code == 1
    assert "overtime" in err
