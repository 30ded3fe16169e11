"""What the store promises: one transaction or nothing, one writer, a way back, and no way out of its folder."""

from __future__ import annotations

import contextlib
import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import data.store
from data.soundness import plan_is_current
from data.store import Store, StoreError, question
from data.tables import TABLES
from data.tables.declare import optional
from locales import LANGUAGES, error_text
from tests.data.filled_store import fill

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "factory.duckdb")
    yield opened
    opened.close()


def customer(number: int = 1, **more: object) -> dict[str, object]:
    return {"customer_no": f"C{number}", "name": f"Customer {number}"} | more


# reading


def test_threads_that_share_the_store_read_their_own_rows(store):
    def ask(number: int) -> bool:
        with store.read() as cursor:
            rows = cursor.execute("SELECT ? + i FROM range(200) AS r(i)", [number * 1000]).fetchall()
        return [row[0] for row in rows] == list(range(number * 1000, number * 1000 + 200))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(400)))


def test_readers_see_the_last_committed_state_and_never_wait(store):
    fill(store, customer=[customer()])
    with store.write("ann", "second") as writer:
        writer.execute("INSERT INTO customer (customer_no, name) VALUES ('C2', 'two')")
        assert store.count("customer") == 1
    assert store.count("customer") == 2


def test_questions_bind_the_values_they_use_and_ignore_the_rest(store, tmp_path, monkeypatch):
    (tmp_path / "folder").mkdir()
    (tmp_path / "one.sql").write_text("SELECT $wanted AS answer", encoding="utf-8")
    (tmp_path / "folder" / "two.sql").write_text("SELECT answer || '!' AS answer FROM ({{one}})", encoding="utf-8")
    monkeypatch.setattr(data.store, "QUERIES", tmp_path)
    question.cache_clear()
    try:
        answer = store.query("folder/two", wanted="it's", unused=1)
    finally:
        question.cache_clear()
    assert answer["answer"].tolist() == ["it's!"]


# writing


def test_an_error_in_the_block_saves_nothing(store):
    with pytest.raises(RuntimeError), store.write("ann", "broken") as writer:  # noqa: PT012 the block is the subject
        writer.execute("INSERT INTO customer (customer_no, name) VALUES ('C1', 'one')")
        raise RuntimeError
    assert store.count("customer") == 0


def test_an_error_that_the_block_swallowed_saves_nothing_and_is_told(store):
    with pytest.raises(duckdb.TransactionException), store.write("ann", "swallowed") as writer:  # noqa: PT012
        writer.execute("INSERT INTO customer (customer_no, name) VALUES ('C1', 'one')")
        with contextlib.suppress(duckdb.ConstraintException):
            writer.execute("INSERT INTO customer (customer_no, name) VALUES ('C1', 'again')")
    assert store.count("customer") == 0


def test_the_store_can_be_written_after_a_roll_back(store):
    with pytest.raises(KeyboardInterrupt), store.write("ann", "cancelled") as writer:  # noqa: PT012
        writer.execute("INSERT INTO customer (customer_no, name) VALUES ('C1', 'one')")
        raise KeyboardInterrupt
    fill(store, customer=[customer()])
    assert store.count("customer") == 1


def test_an_audit_row_stands_or_falls_with_what_it_tells(store):
    with store.write("ann", "new customer") as writer:
        writer.execute("INSERT INTO customer (customer_no, name) VALUES ('C1', 'one')")
        writer.audit("insert", "customer", "C1", {"name": "华兴"})
    with pytest.raises(RuntimeError), store.write("bob", "broken") as writer:  # noqa: PT012
        writer.audit("insert", "customer", "C2")
        raise RuntimeError
    with store.read() as cursor:
        rows = cursor.execute("SELECT author, action, table_name, subject, reason, detail FROM audit").fetchall()
    assert rows == [("ann", "insert", "customer", "C1", "new customer", '{"name": "华兴"}')]


def test_writers_take_turns_and_numbers_are_never_given_twice(store):
    given: list[str] = []

    def take() -> None:
        for _ in range(10):
            with store.write("ann", "number") as writer:
                given.append(writer.next_number("B"))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == [f"B-{number:06d}" for number in range(1, 81)]


def test_a_number_of_a_write_that_failed_is_given_again(store):
    with pytest.raises(RuntimeError), store.write("ann", "broken") as writer:  # noqa: PT012
        writer.next_number("B")
        raise RuntimeError
    with store.write("ann", "works") as writer:
        assert writer.next_number("B") == "B-000001"


def test_versions_tell_whether_data_and_whether_facts_have_changed(store):
    data_version, facts = store.data_version(), store.facts_version()
    with store.write("ann", "job", facts=False):
        pass
    assert (store.data_version(), store.facts_version()) == (data_version + 1, facts)
    fill(store, customer=[customer()])
    assert (store.data_version(), store.facts_version()) == (data_version + 2, facts + 1)


def test_a_setting_that_nobody_set_has_its_default(store):
    assert store.setting("currency", "CNY") == "CNY"
    with store.write("ann", "setting") as writer:
        writer.execute("INSERT INTO setting VALUES ('currency', 'USD')")
    assert store.setting("currency", "CNY") == "USD"


# backup and restore


def test_a_restore_brings_back_what_was_and_keeps_what_is(store):
    fill(store, customer=[customer(1)])
    backup = store.backup("good")
    fill(store, customer=[customer(2)])
    version = store.data_version()
    store.restore(backup)
    assert store.count("customer") == 1
    assert store.data_version() > version, "what pages cached must not pass for the restored data"
    newest = max(store.backup_folder.glob("*before-restore*"))
    store.restore(newest)
    assert store.count("customer") == 2


def test_a_restore_gives_the_facts_a_version_that_nobody_has_seen(store):
    """What was cached of the facts that went must not come back when the restored ones are written to."""
    fill(store, customer=[customer(1)])
    backup = store.backup("good")
    seen = {store.facts_version()}
    for number in range(2, 5):
        fill(store, customer=[customer(number)])
        seen.add(store.facts_version())
    store.restore(backup)
    for number in range(12, 15):
        assert store.facts_version() not in seen
        seen.add(store.facts_version())
        fill(store, customer=[customer(number)])


def test_a_plan_of_the_restored_facts_is_still_of_today(store):
    def plan(run_no: str) -> None:
        with store.write("ann", "plan", facts=False) as writer:
            writer.execute(
                "INSERT INTO plan_run (run_no, created_at, as_of_date, horizon_end, status, verified, data_version) "
                "VALUES (?, '2026-11-24', '2026-11-23', '2027-01-31', 'heuristic', TRUE, ?)",
                [run_no, str(store.facts_version())],
            )

    plan("P-1")
    fill(store, customer=[customer(1)])
    plan("P-2")
    backup = store.backup("good")
    fill(store, customer=[customer(2)])
    store.restore(backup)
    assert (plan_is_current(store, "P-1"), plan_is_current(store, "P-2")) == (False, True)


def test_what_was_restored_is_still_there_when_the_file_is_opened_again(store):
    fill(store, customer=[customer(1)])
    backup = store.backup("good")
    fill(store, customer=[customer(2)])
    store.restore(backup)
    fill(store, supplier=[{"supplier_no": "S1", "name": "after"}])
    store.close()
    with Store.open(store.path) as again:
        assert (again.count("customer"), again.count("supplier")) == (1, 1)


@pytest.mark.parametrize("damage", ["garbage", "cut", "foreign", "missing"])
def test_a_broken_backup_is_refused_and_nothing_changes(store, tmp_path, damage):
    fill(store, customer=[customer()])
    backup = store.backup("good")
    if damage == "garbage":
        backup.write_bytes(b"this is no database" * 1000)
    elif damage == "cut":
        backup.write_bytes(backup.read_bytes()[:5000])
    elif damage == "foreign":
        backup.unlink()
        with duckdb.connect(str(backup)) as other:
            other.execute("CREATE TABLE notes (line VARCHAR)")
    else:
        backup.unlink()
    with pytest.raises(StoreError) as refused:
        store.restore(backup)
    assert refused.value.code == "STORE-BACKUP-BROKEN"
    assert store.count("customer") == 1
    fill(store, customer=[customer(2)])


def test_a_backup_that_cannot_be_migrated_is_refused_and_what_stood_there_stays(store, tmp_path, monkeypatch):
    backup = store.backup("old")
    fill(store, customer=[customer()])
    with monkeypatch.context() as patched:
        add_migration(tmp_path, patched, "UPDATE customer SET no_such_column = 1;")
        with store.write("ann", "as if the migration had run here") as writer:
            writer.execute("INSERT INTO migration VALUES ('9999_test', current_localtimestamp())")
        with pytest.raises(StoreError) as refused:
            store.restore(backup)
    assert refused.value.code == "STORE-BACKUP-BROKEN"
    assert store.count("customer") == 1
    fill(store, customer=[customer(2)])


def test_the_twenty_newest_backups_are_kept(store):
    made = [store.backup(f"n{number}") for number in range(23)]
    assert sorted(store.backup_folder.glob("*.duckdb")) == made[3:]


def test_a_backup_holds_what_was_committed_while_readers_read(store):
    fill(store, customer=[customer()])
    with store.read() as cursor:
        cursor.execute("SELECT * FROM customer").fetchall()
        backup = store.backup("busy")
    with duckdb.connect(str(backup), read_only=True) as copy:
        assert copy.execute("SELECT count(*) FROM customer").fetchone() == (1,)


# old files


def test_every_migration_is_recorded_once(store):
    store.close()
    with Store.open(store.path) as again, again.read() as cursor:
        recorded = [row[0] for row in cursor.execute("SELECT name FROM migration ORDER BY name").fetchall()]
    assert recorded == [path.stem for path in sorted(data.store.MIGRATIONS.glob("*.sql"))]


def add_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for path in data.store.MIGRATIONS.glob("*.sql"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "9999_test.sql").write_text(sql, encoding="utf-8")
    monkeypatch.setattr(data.store, "MIGRATIONS", folder)


def test_a_new_migration_runs_on_a_copy_and_leaves_a_backup(store, tmp_path, monkeypatch):
    fill(store, customer=[customer()])
    store.close()
    add_migration(tmp_path, monkeypatch, "CREATE TABLE extra (note VARCHAR); UPDATE customer SET name = 'migrated';")
    with Store.open(store.path) as again, again.read() as cursor:
        assert cursor.execute("SELECT name FROM customer").fetchall() == [("migrated",)]
    (backup,) = store.backup_folder.glob("*before-migration.duckdb")
    with duckdb.connect(str(backup), read_only=True) as old:
        assert old.execute("SELECT name FROM customer").fetchall() == [("Customer 1",)]


def test_a_migration_that_fails_leaves_the_file_as_it_was(store, tmp_path, monkeypatch):
    fill(store, customer=[customer()])
    store.close()
    with monkeypatch.context() as patched:
        add_migration(tmp_path, patched, "UPDATE customer SET name = 'half'; SELECT no_such_column FROM customer;")
        with pytest.raises(duckdb.Error):
            Store.open(store.path)
    assert not list(tmp_path.glob("*.migrating"))
    with Store.open(store.path) as again, again.read() as cursor:
        assert cursor.execute("SELECT name FROM customer").fetchall() == [("Customer 1",)]


def test_a_column_declared_later_is_added_to_an_old_file(store, monkeypatch):
    fill(store, customer=[customer()])
    store.close()
    table = TABLES["customer"]
    newer = replace(
        table, columns=(*table.columns, optional("tier", "等级", default="basic"), optional("note", "备注"))
    )
    monkeypatch.setattr(data.store, "TABLES", {**TABLES, "customer": newer})
    with Store.open(store.path) as again, again.read() as cursor:
        assert cursor.execute("SELECT customer_no, tier, note FROM customer").fetchall() == [("C1", "basic", None)]


def test_a_table_declared_later_is_added_to_an_old_file(store):
    with store.write("ann", "as before the table was declared") as writer:
        writer.execute("DROP TABLE customer_feedback")
    store.close()
    with Store.open(store.path) as again:
        assert again.count("customer_feedback") == 0


# the file


def test_fifty_times_opened_and_closed_leaves_no_handle_open(tmp_path):
    def handles() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("this system does not list open files")
    path = tmp_path / "factory.duckdb"
    Store.open(path).close()
    before = handles()
    for _ in range(50):
        with Store.open(path) as store:
            store.count("item")
    assert handles() <= before


OPEN_IT = """
import sys
from data.store import Store, StoreError
try:
    Store.open(sys.argv[1])
except StoreError as error:
    print(error.code)
"""


def test_a_second_program_is_told_that_the_file_is_in_use(store):
    told = subprocess.run(
        [sys.executable, "-c", OPEN_IT, str(store.path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "STORE-LOCKED"
    for language in LANGUAGES:
        message, remedy = error_text(language, "STORE-LOCKED", {"path": "factory.duckdb"})
        assert "factory.duckdb" in message
        assert remedy


def test_a_file_that_is_no_database_is_refused_untouched(tmp_path):
    path = tmp_path / "letter.duckdb"
    path.write_bytes(b"Dear planner," * 500)
    with pytest.raises(StoreError) as refused:
        Store.open(path)
    assert refused.value.code == "STORE-UNREADABLE"
    assert path.read_bytes() == b"Dear planner," * 500


def test_a_database_of_another_program_is_refused_untouched(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as other:
        other.execute("CREATE TABLE notes (line VARCHAR)")
    with pytest.raises(StoreError) as refused:
        Store.open(path)
    assert refused.value.code == "STORE-FOREIGN"
    with duckdb.connect(str(path)) as other:
        assert other.execute("SELECT table_name FROM information_schema.tables").fetchall() == [("notes",)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{outside}')",
        "COPY customer TO '{outside}.csv'",
        "ATTACH '{outside}.duckdb' AS other",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
    ],
)
def test_sql_cannot_reach_outside_the_data_folder_nor_unlock_itself(tmp_path, sql):
    outside = tmp_path / "secret"
    outside.write_text("secret", encoding="utf-8")
    path = tmp_path / "data" / "factory.duckdb"
    with Store.open(path) as store, store.read() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql.format(outside=outside))
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["secret"]


def test_decimals_keep_their_six_places(store):
    fill(store, customer=[customer(credit_limit="123456789012.000001")])
    with store.read() as cursor:
        assert str(cursor.execute("SELECT credit_limit FROM customer").fetchone()[0]) == "123456789012.000001"


def test_every_row_of_a_form_says_who_recorded_it_when(store):
    fill(store, customer=[customer(recorded_by="ann")])
    with store.read() as cursor:
        author, moment, batch = cursor.execute("SELECT recorded_by, recorded_at, batch_no FROM customer").fetchone()
    assert (author, batch) == ("ann", "")
    assert abs(dt.datetime.now() - moment) < dt.timedelta(minutes=5)
