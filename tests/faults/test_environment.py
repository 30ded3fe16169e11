"""Whatever the disk, the memory or another program does, a command says so in words and the data stays as it was."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

import cli
from data.runs import start_plan, wait
from data.store import Store, StoreError
from locales import LANGUAGES, error_text
from planning.model import Settings
from tests.faults.conftest import ROOT, Run, assert_no_worker, assert_sound, content, everything, plan_works, run

MB = 1 << 20


def refused(code: str, *words: object, **more: object) -> str:
    """Run a command that cannot run: exit code 2, nothing on standard output, the error with its code. Returns it."""
    got, out, err = run(*words, "--lang", "en", **more)
    assert (got, out) == (2, ""), err
    assert err.count(f"[{code}]") == 1, err
    return err


def says(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    """Run a command in this process: exit code and standard error."""
    with contextlib.suppress(SystemExit):
        code = cli.main([*map(str, words), "--lang", "en"])
        return code, capsys.readouterr().err
    return 2, capsys.readouterr().err


# another program


def test_a_database_that_another_program_holds_is_left_alone(planned: Path, files: Path, tmp_path: Path):
    path = Path(shutil.copyfile(planned, tmp_path / "factory.duckdb"))
    with Store.open(path) as store:
        now = everything(store)
        for words in (("import", files), ("plan",), ("check",), ("demo",)):
            assert "factory.duckdb is in use by another program" in refused("STORE-LOCKED", *words, "--db", path)
        assert everything(store) == now


def test_two_programs_that_make_the_same_database_make_one(tmp_path: Path):
    path = tmp_path / "new.duckdb"
    both = [Run.of("check", "--db", path, "--lang", "en") for _ in range(2)]
    ends = [one.end() for one in [one.go() for one in both]]
    assert sorted(code for code, *_ in ends) in ([0, 0], [0, 2])
    assert all(code == 0 or "STORE-LOCKED" in err for code, _, err in ends)
    assert_sound(path)
    assert sorted(found.name for found in tmp_path.iterdir()) == ["new.duckdb"]


# permissions


def without_privileges() -> None:
    """Take from an administrator what overrides permissions, so that they hold in the process that starts here."""
    if os.geteuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.fixture
def read_only(planned: Path, tmp_path: Path) -> Iterator[Path]:
    """A planned factory in a folder where nothing may be written."""
    folder = tmp_path / "read only"
    folder.mkdir()
    path = Path(shutil.copyfile(planned, folder / "factory.duckdb"))
    folder.chmod(0o555)
    yield path
    folder.chmod(0o755)


def test_a_file_that_may_not_be_written(factory: Path):
    factory.chmod(0o444)
    err = refused("STORE-READONLY", "check", "--db", factory, preexec_fn=without_privileges)
    assert "permissions" in err


@pytest.mark.parametrize("words", [("import", "files"), ("plan", "--time-limit", "1"), ("demo", "new")])
def test_a_folder_that_may_not_be_written(words: tuple[str, ...], read_only: Path, files: Path):
    words = tuple(str(files) if word == "files" else word for word in words if word != "new")
    path = read_only.with_name("new.duckdb") if words == ("demo",) else read_only
    refused("STORE-READONLY", *words, "--db", path, preexec_fn=without_privileges)
    assert_no_worker(read_only)
    assert [found.name for found in read_only.parent.iterdir()] == ["factory.duckdb"]


def test_what_only_reads_works_in_a_folder_that_may_not_be_written(read_only: Path):
    code, _, err = run("check", "--db", read_only, preexec_fn=without_privileges)
    assert (code, err) == (0, "")


def test_a_file_to_import_that_may_not_be_read(factory: Path, tmp_path: Path):
    (tmp_path / "customer.csv").touch(mode=0)
    err = refused(
        "FILE-UNREADABLE", "import", tmp_path / "customer.csv", "--db", factory, preexec_fn=without_privileges
    )
    assert "customer.csv" in err


def test_a_file_to_export_that_may_not_be_written(factory: Path, tmp_path: Path, capsys):
    code, err = says(capsys, "export", "item", "--db", factory, "-o", tmp_path / "no folder" / "item.csv")
    assert (code, "[EXPORT-WRITE]" in err) == (2, True)
    (tmp_path / "item.csv").mkdir()
    code, err = says(capsys, "export", "item", "--db", factory, "-o", tmp_path / "item.csv")
    assert (code, "[EXPORT-WRITE]" in err) == (2, True)
    assert not list(tmp_path.glob("*.part"))


# a full disk


def no_file_larger_than(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("share", [0.05, 0.95, 1.05])
@pytest.mark.parametrize("command", ["import", "plan", "demo"])
def test_a_disk_that_fills_up(command: str, share: float, planned: Path, files: Path, tmp_path: Path):
    """`share`: of the database's size, what a file may grow to."""
    path = tmp_path / "factory.duckdb"
    words = {"import": ("import", files), "plan": ("plan", "--time-limit", "1"), "demo": ("demo", "--scale", "0.3")}
    if command != "demo":
        shutil.copyfile(planned, path)
        with Store.open(path) as store:
            before = content(store)
    limit = int(planned.stat().st_size * share)
    code, _, err = run(*words[command], "--db", path, "--lang", "en", preexec_fn=no_file_larger_than(limit))
    assert code in (0, 2), err
    assert code == 0 or "[STORE-FULL]" in err or "[JOB-DISK]" in err, err
    assert not list(tmp_path.glob("*.part"))
    assert_sound(path)
    with Store.open(path) as store:
        if command == "demo":
            assert (store.count("item") > 0) == (code == 0)
        elif code:
            assert content(store) == before
    for backup in tmp_path.glob("factory.backups/*"):
        with Store.open(backup) as store:
            assert content(store) == before


SMALL_DISK = """
set -e
mount -t tmpfs -o size={size}k none {disk}
cp {planned} {disk}/factory.duckdb
set +e
{python} -m cli import {files} --db {disk}/factory.duckdb --lang en; echo "import: $?"
{python} -m cli plan --time-limit 1 --db {disk}/factory.duckdb --lang en; echo "plan: $?"
rm -rf {disk}/factory.backups {disk}/factory.runs
mount -o remount,size=1g {disk}
{python} -m cli check --db {disk}/factory.duckdb --lang en; echo "check: $?"
{python} -m cli kpi --db {disk}/factory.duckdb --lang en | head -1
"""


def can_mount() -> bool:
    return (
        bool(shutil.which("unshare"))
        and not subprocess.run(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
        ).returncode
    )


@pytest.mark.skipif(not can_mount(), reason="this system lets nobody mount a small disk")
@pytest.mark.parametrize("more", [300, 40_000])
def test_a_real_small_disk_that_fills_up(more: int, planned: Path, files: Path, tmp_path: Path):
    """`more`: kilobytes beyond the database itself."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = SMALL_DISK.format(
        size=planned.stat().st_size // 1024 + more, disk=disk, planned=planned, files=files, python=sys.executable
    )
    ended = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=240
    )
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said, said
    assert "check: 0" in said, said
    assert "import: 2" in said or "import: 0" in said, said
    assert "import: 0" in said or "[STORE-FULL]" in said, said
    assert "plan: 2" in said or "plan: 0" in said, said


# paths


def test_a_missing_folder_is_made(tmp_path: Path, capsys):
    assert says(capsys, "check", "--db", tmp_path / "a" / "b" / "new.duckdb")[0] == 0


def no_database(path: Path) -> None:
    path.write_bytes(b"Dear planner," * 500)


def of_sqlite(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (line VARCHAR)")
        other.commit()


def of_another_program(path: Path) -> None:
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE notes (line VARCHAR)")


def of_a_newer_version(path: Path) -> None:
    Store.open(path).close()
    with duckdb.connect(str(path)) as other:
        other.execute("INSERT INTO migration VALUES ('9999_later', now()::TIMESTAMP)")


PATHS = {
    "a folder": (lambda path: path.mkdir(), "STORE-FOLDER"),
    "an empty file": (lambda path: path.touch(), "STORE-UNREADABLE"),
    "a letter": (no_database, "STORE-UNREADABLE"),
    "a database of SQLite": (of_sqlite, "STORE-UNREADABLE"),
    "a database of another program": (of_another_program, "STORE-FOREIGN"),
    "a database of a newer version": (of_a_newer_version, "STORE-NEWER"),
    "a link to nowhere": (lambda path: path.symlink_to(path.parent / "no" / "file" / "\0"[:0]), None),
}


@pytest.mark.parametrize("kind", PATHS)
def test_a_path_that_is_no_database_is_said_so_and_left_alone(kind: str, tmp_path: Path, capsys):
    make, code = PATHS[kind]
    path = tmp_path / "factory.duckdb"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    for words in (("check",), ("plan",), ("import", ROOT / "README.md")):
        got, err = says(capsys, *words, "--db", path)
        if code is None:
            assert got in (0, 1, 2)
            continue
        assert (got, err.count(f"[{code}]")) == (2, 1), err
    if path.is_file() and code:
        assert path.read_bytes() == before


def test_a_file_in_the_place_of_a_folder(factory: Path, capsys):
    code, err = says(capsys, "check", "--db", factory / "inside.duckdb")
    assert (code, "[STORE-UNREADABLE] inside.duckdb" in err) == (2, True)


# damage

DAMAGE = """
import contextlib, io, random, shutil
path, sound = Path(sys.argv[1]), Path(sys.argv[2])
dice = random.Random(int(sys.argv[3]))
size = sound.stat().st_size
for number in range(12):
    shutil.copyfile(sound, path)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    with path.open("r+b") as file:
        if sys.argv[4] == "cut":
            file.truncate(dice.randrange(size))
        else:
            for place in range(dice.randrange(1 << 18) if number % 3 else number * 4096, size, 1 << 18):
                file.seek(place)
                file.write(dice.randbytes(64))
    for words in (["check"], ["kpi"], ["export", "sales_order", "-o", str(path.with_name("out.csv"))]):
        said = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said):
            code = cli.main([*words, "--db", str(path), "--lang", "en"])
        print(number, words[0], code, said.getvalue().replace(chr(10), " "), flush=True)
"""


@pytest.mark.parametrize("kind", ["flipped", "cut"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_damaged_database_is_called_damaged_and_brings_nothing_down(
    kind: str, seed: int, planned: Path, tmp_path: Path
):
    code, out, err = Run.of(tmp_path / "factory.duckdb", planned, seed, kind, action=DAMAGE).go().end()
    assert code == 0, err
    answers = [line.split(" ", 3) for line in out.splitlines()]
    assert len(answers) == 36
    for _, command, got, said in answers:
        named = "[STORE-DAMAGED]" in said or "[STORE-UNREADABLE]" in said  # the latter where its first bytes are gone
        assert got == "0" or (got == "2" and named), (command, got, said)
    assert sum(got == "2" for _, _, got, _ in answers) >= 30, "the damage is hardly noticed"


UNFINISHED = """
store = Store.open(sys.argv[1])
for number in range(20):
    with store.write("test", "more") as writer:
        writer.execute("INSERT INTO customer (customer_no, name) VALUES (?, 'x')", [f"MORE-{number}"])
import os
os._exit(0)
"""


@pytest.mark.parametrize("kind", ["cut", "flipped", "garbage"])
def test_a_damaged_log_loses_no_more_than_its_end_and_is_never_read_as_data(kind: str, factory: Path, capsys):
    assert Run.of(factory, action=UNFINISHED).go().end()[0] == 0
    log = factory.with_name("factory.duckdb.wal")
    written = bytearray(log.read_bytes())
    assert len(written) > 1000
    if kind == "cut":
        del written[len(written) // 2 :]
    elif kind == "flipped":
        written[len(written) // 2] ^= 0xFF
    else:
        written = bytearray(os.urandom(len(written)))
    log.write_bytes(bytes(written))
    code, err = says(capsys, "check", "--db", factory)
    assert code == 0 or (code == 2 and "[STORE-DAMAGED]" in err)
    if code == 0:
        with Store.open(factory) as store, store.read() as cursor:
            rows = cursor.execute("SELECT customer_no FROM customer WHERE customer_no LIKE 'MORE%' ORDER BY ALL")
            found = {row[0] for row in rows.fetchall()}
        assert found == {f"MORE-{number}" for number in range(len(found))}, "whole writes from the first on"


def test_a_store_that_ran_into_a_full_disk_works_again_once_there_is_room(factory: Path):
    """In one process, as in the app: the connection that failed is replaced."""
    action = """
import resource
store = Store.open(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (Path(sys.argv[1]).stat().st_size + 4096, hard))
from data.store import StoreError
try:
    with store.write("test", "much") as writer:
        writer.execute("INSERT INTO customer (customer_no, name) "
                       "SELECT 'MUCH-' || i, repeat(md5(i::VARCHAR), 20) FROM range(100000) AS r(i)")
    print("saved")
except StoreError as error:
    print(error.code)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
with store.write("test", "little") as writer:
    writer.execute("INSERT INTO customer (customer_no, name) VALUES ('LITTLE', 'x')")
with store.read() as cursor:
    print(cursor.execute("SELECT count(*) FROM customer WHERE customer_no LIKE 'MUCH%'").fetchone()[0])
    print(cursor.execute("SELECT count(*) FROM customer WHERE customer_no = 'LITTLE'").fetchone()[0])
"""
    code, out, err = Run.of(factory, action=action).go().end()
    assert (code, out.split()) == (0, ["STORE-FULL", "0", "1"]), err
    assert_sound(factory)


# backups


def test_the_oldest_backup_can_be_restored_though_a_newer_one_is_made_first(store: Store):
    backups = []
    for number in range(20):
        with store.write("test", "mark") as writer:
            writer.execute("INSERT OR REPLACE INTO setting VALUES ('mark', ?)", [str(number)])
        backups.append(store.backup(f"n{number}"))
    store.restore(backups[0])
    assert store.setting("mark") == "0"
    with store.write("test", "mark") as writer:
        writer.execute("INSERT OR REPLACE INTO setting VALUES ('mark', 'again')")


def test_a_restore_that_finds_no_room_leaves_the_store_open_and_as_it_was(store: Store, monkeypatch):
    backup = store.backup("good")
    with store.write("test", "mark") as writer:
        writer.execute("INSERT INTO setting VALUES ('mark', 'kept')")

    def full(source: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.store.shutil.copyfile", full)
    with pytest.raises(StoreError) as refusal:
        store.restore(backup)
    assert refusal.value.code == "STORE-FULL"
    monkeypatch.undo()
    assert store.setting("mark") == "kept"
    store.restore(backup)
    assert store.setting("mark") == ""


def test_a_clock_that_was_put_back_costs_no_new_backup(store: Store, monkeypatch):
    for number in range(20):
        store.backup(f"n{number}")
    for path in store.backup_folder.glob("*.duckdb"):
        path.rename(path.with_name(f"2999{path.name[4:]}"))
    assert store.backup("early").exists()


# memory


@pytest.mark.parametrize("megabytes", [1, 60, 150, 250])
def test_a_plan_that_may_take_hardly_any_memory(megabytes: int, store: Store):
    before = content(store)
    job = wait(store, start_plan(store, "test", settings=Settings(time_limit_seconds=1, memory_limit_mb=megabytes)))
    assert job.status == "failed"
    assert job.error
    assert job.error["code"] == "JOB-MEMORY"
    for language in LANGUAGES:
        message, remedy = error_text(language, job.error["rule"], job.error["facts"])
        assert f"{megabytes} MB" in message
        assert remedy
    assert content(store) == before
    assert plan_works(store)


# what is asked for

ASKED = [
    ("plan", "--time-limit", "0"),
    ("plan", "--time-limit", "-1"),
    ("plan", "--time-limit", "nan"),
    ("plan", "--days", "0"),
    ("plan", "--days", "1000000000"),
    ("plan", "--days", "ten"),
    ("plan", "--as-of", "0001-01-01"),
    ("plan", "--as-of", "9999-12-31"),
    ("plan", "--as-of", "2026-02-30"),
    ("plan", "--scenario", "no such"),
    ("kpi", "--as-of", "9999-12-31"),
    ("kpi", "--from", "2026-11-23", "--to", "2026-11-01"),
    ("kpi", "--from", "0001-01-01"),
    ("undo", "B-999999"),
    ("undo", "x'; DROP TABLE item; --"),
    ("export", "item", "-o", "item.pdf"),
    ("export", "no_such_table", "-o", "x.csv"),
    ("export", "plan_order", "--run", "P-999999", "-o", "x.csv"),
    ("import", "nowhere.csv"),
    ("import", "/dev/null"),
]


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_a_command_that_cannot_be_done_says_why_and_changes_nothing(words: tuple[str, ...], factory: Path, capsys):
    with Store.open(factory) as store:
        before = everything(store)
    code, err = says(capsys, *words, "--db", factory)
    assert code in (1, 2)
    assert err
    assert "Traceback" not in err
    with Store.open(factory) as store:
        assert {**everything(store), **{name: before[name] for name in ("job", "data_version", "counter")}} == before


def test_demo_refuses_sizes_that_are_none(tmp_path: Path, capsys):
    for scale in ("0", "-1", "nan", "inf", "big"):
        code, err = says(capsys, "demo", "--db", tmp_path / "new.duckdb", "--scale", scale)
        assert (code, "--scale" in err) == (2, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seconds", ["0.001", "0.05"])
def test_hardly_any_time_still_makes_a_verified_plan(seconds: str, factory: Path, capsys):
    code = cli.main(["plan", "--db", str(factory), "--time-limit", seconds, "--lang", "en"])
    assert (code, "verified True" in capsys.readouterr().out) == (0, True)
    assert_sound(factory)


def test_whoever_reads_the_results_may_leave(planned: Path, tmp_path: Path):
    path = Path(shutil.copyfile(planned, tmp_path / "factory.duckdb"))
    reading = Run.of("kpi", "--db", path)
    with reading.process as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        reading.go()
        said = process.stderr.read()
    assert process.returncode in (0, 2, -signal.SIGPIPE)
    assert "Traceback" not in said


def test_a_terminal_that_knows_few_characters_still_shows_the_rest(factory: Path):
    narrow = {**os.environ, "PYTHONIOENCODING": "ascii"}
    code, out, err = run("check", "--db", factory, "--lang", "zh", env=narrow)
    assert (code, err) == (0, "")
    assert out
