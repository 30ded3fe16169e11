"""What the project says about itself is true: packages, commands, borders, links, and that no check is left out."""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import cli

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROSE = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS = [*PROSE, *sorted((ROOT / "docs").rglob("*.md"))]
ROOMS = ("planning", "data", "ui", "pages", "locales", "tests", "benchmarks")
SOURCES = [ROOT / "app.py", ROOT / "cli.py", *(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))]


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").split()
    return dict(line.lower().replace("_", "-").split("==") for line in lines)


def wanted() -> list[Requirement]:
    project = PROJECT["project"]
    return [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["dev"]]


# packages


def test_the_lock_holds_names_and_versions_only():
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][A-Za-z0-9.+!-]*", line), line


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_every_dependency_is_locked_within_its_limits(requirement):
    version = locked()[requirement.name.lower().replace("_", "-")]
    assert Version(version) in requirement.specifier


def test_what_is_installed_is_what_is_locked():
    installed = {name: importlib.metadata.version(name) for name in locked()}
    assert {name: Version(version) for name, version in installed.items()} == {
        name: Version(version) for name, version in locked().items()
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_the_project_declares(path):
    """A package that is only there because another one needs it may go with that one's next version."""
    modules = importlib.metadata.packages_distributions()
    declared = {requirement.name.lower().replace("_", "-") for requirement in wanted()}
    own = {*ROOMS, "app", "cli"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in {name.partition(".")[0] for name in names} - own - set(sys.stdlib_module_names):
            packages = {package.lower().replace("_", "-") for package in modules.get(name, [])}
            assert packages & (declared | ALSO), f"line {node.lineno}: {name}"


# what declared packages are made of, and stay
ALSO = {"packaging"}


def test_the_interpreter_that_is_pinned_is_one_that_fits():
    pinned = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert Version(pinned) >= Version("3.12")
    assert PROJECT["project"]["requires-python"] == ">=3.12"


# the command line in the README


def commands() -> dict[str, argparse.ArgumentParser]:
    parser = cli._parser()
    (action,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(action.choices)


@pytest.mark.parametrize("name", commands())
def test_the_readme_names_each_command_with_its_options(name):
    (row,) = re.findall(rf"^\| `paichan {name}\b.*$", README, flags=re.MULTILINE)
    for action in commands()[name]._actions:
        options = [option for option in action.option_strings if option not in ("-h", "--help")]
        text = README if set(options) & {"--db", "--lang", "--json"} else row
        assert not options or any(option in text for option in options), options


def test_the_readme_names_no_command_that_is_not_there():
    assert set(re.findall(r"^\| `paichan (\w+)", README, flags=re.MULTILINE)) == set(commands())


# the Makefile and the checks


def makefile() -> dict[str, str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z./]+):(?!=)(.*)\n((?:\t.*\n)*)", text, flags=re.MULTILINE)
    return {name: f"{needs}\n{recipe}" for name, needs, recipe in targets}


def test_every_verb_of_the_project_is_a_target():
    assert set(makefile()) >= {"setup", "run", "test", "lint", "types", "unit", "bench", "faults", "clean"}


def spoken_of() -> set[str]:
    """Verbs that documents name in code: `make run`, or a line that begins with it."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    return set(re.findall(r"(?:`|^ *)make ([a-z]+)(?=`|\s{2,}|$| PYTHON)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("verb", sorted(spoken_of()))
def test_every_verb_that_a_document_speaks_of_is_a_target(verb):
    assert verb in makefile()


def test_make_test_runs_lint_types_and_all_tests():
    targets = makefile()
    assert targets["test"].split() == ["lint", "types", "unit"]
    for check in ("ruff check", "ruff format --check", "lint-imports"):
        assert check in targets["lint"]
    assert "mypy" in targets["types"]
    assert "pytest" in targets["unit"]
    assert "browser" in targets["unit"].splitlines()[0], "tests of the browser are not skipped"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_a_machine_without_chromium_is_told_so(tmp_path):
    for name in ("make", "sh"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    told = subprocess.run(
        ["make", "--no-print-directory", "browser"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode != 0
    assert "need Chromium" in told.stderr


def test_no_browser_test_skips_itself():
    tests = sorted((ROOT / "tests" / "browser").glob("test_*.py"))
    for path in tests:
        text = path.read_text(encoding="utf-8")
        assert "skip" not in text, path.name
        assert "browser" in text, path.name


def test_ci_runs_make_test_and_can_be_run():
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash")
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("make test")
    assert os.access(script, os.X_OK)


def test_pre_commit_runs_what_ci_runs():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    for check in ("ruff format", "ruff check", "lint-imports", "mypy"):
        assert f"entry: .venv/bin/{check}" in hooks


def test_mypy_is_strict_where_the_mathematics_and_the_data_are():
    assert PROJECT["tool"]["mypy"]["strict"]
    assert {"planning", "data"} <= set(PROJECT["tool"]["mypy"]["packages"])


# the documents


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_in_documents_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    headings = {heading.strip().lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif "://" not in target:
            assert (path.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_files_that_documents_name_are_there(path):
    """Names in backquotes with a known ending or a slash at the end; those with a placeholder are not names."""
    for name in re.findall(r"`([\w./-]+(?:\.(?:py|toml|md|sql|lock|csv)|/))`", path.read_text(encoding="utf-8")):
        if name.startswith(
            ("var/", ".venv", "tables/", "imports/", "queries/", "sample/", "schedule/", "explain/", "verify/")
        ):
            continue
        places = (ROOT / name, ROOT / "data" / name, ROOT / "planning" / name, ROOT / "locales" / "en" / name)
        assert any(place.exists() for place in places) or name == "sales_order.csv", name


def test_the_licence_is_the_one_that_is_declared():
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert PROJECT["project"]["license"] == "MIT"


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    pages = [path.name for path in folder.glob("*.md") if path.name != "README.md"]
    assert pages
    assert [name for name in pages if f"({name})" not in listed] == []


# the code


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_path_of_one_machine_and_nothing_left_to_do_in_the_code(path):
    text = path.read_text(encoding="utf-8")
    if path == Path(__file__).resolve():
        return
    assert not re.search(r"[\"'](/work|/tmp|/home|/root|/Users|C:\\\\)", text)
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.py")), ids=lambda path: path.name)
def test_every_page_begins_with_the_guard_and_holds_no_sql(path):
    text = path.read_text(encoding="utf-8")
    assert f'guard.page("{path.stem}"' in text
    assert not re.search(r"\bSELECT\b", text)


@pytest.mark.parametrize("path", sorted((ROOT / "data" / "queries").rglob("*.sql")), ids=lambda path: path.stem)
def test_every_question_says_in_its_head_what_it_answers(path):
    assert path.read_text(encoding="utf-8").startswith("-- ")
