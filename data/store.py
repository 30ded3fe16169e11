"""The one place that opens the database: reads, writes, migrations, backup and restore.

A connection shared by threads hands one thread another's rows, so every call opens and closes a cursor of
its own inside `with store.read()` or `with store.write()`. `write()` is the only place that begins and
commits; audit rows go into the same transaction. One writer at a time, readers never wait.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from data.kept import KEPT, Kept
from data.tables import TABLES
from data.tables.ddl import add_column, create_table
from planning.errors import PaichanError

QUERIES = Path(__file__).parent / "queries"
MIGRATIONS = Path(__file__).parent / "migrations"
COMMENT = re.compile(r"--.*")
INCLUDED = re.compile(r"\{\{([a-z_/]+)\}\}")
MEMORY_LIMIT = "2GB"
# nothing is fetched from outside because of what a file looks like
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": MEMORY_LIMIT,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
INTERRUPTED = "Query interrupted"  # what DuckDB makes of Ctrl-C while a statement runs
KEPT_BACKUPS = 20
FORGOTTEN_SECONDS = 600
PATIENCE_SECONDS = 10.0
# what DuckDB and the system say when a disk, another program or another version stands in the way
TROUBLES = (
    ("STORE-LOCKED", re.compile("could not set lock|conflicting lock|already open|used by another process", re.I)),
    ("STORE-FULL", re.compile("no space left|file too large|not enough space|quota", re.I)),
    ("STORE-READONLY", re.compile("permission denied|access is denied|read-only|not permitted", re.I)),
    ("STORE-FOLDER", re.compile("is a directory", re.I)),
    ("STORE-NEWER", re.compile("version number", re.I)),
    ("STORE-DAMAGED", re.compile("corrupt|checksum|enough bytes|replaying wal|deserialize", re.I)),
)
OF_THE_PLACE = ("STORE-FULL", "STORE-READONLY", "STORE-MEMORY", "STORE-NEWER", "STORE-BUSY")  # not of a backup itself
OF_THE_DISK = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.SerializationException,
    duckdb.TransactionException,
    OSError,
)


class StoreError(PaichanError):
    """The database could not be opened, written or restored; nothing was changed."""


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turns what disk, memory and other programs do to the database at `path` into a StoreError."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        rule = _trouble(error)
        if rule is None:
            raise  # of the statement, not of the file
        raise StoreError(rule, path=path.name) from error
    except RuntimeError as error:
        if str(error) == INTERRUPTED:
            raise KeyboardInterrupt from error
        raise


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no Ctrl-C in between, since nobody could say afterwards whether what it cut off was saved."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


def _trouble(error: Exception) -> str | None:
    if isinstance(error, duckdb.OutOfMemoryException):
        return "STORE-MEMORY"
    if not isinstance(error, OF_THE_DISK):
        return None
    for rule, said in TROUBLES:
        if said.search(str(error)):
            return rule
    return "STORE-UNREADABLE" if isinstance(error, (duckdb.IOException, OSError)) else None


@dataclass(frozen=True, slots=True)
class Writer:
    """A running transaction: its cursor, and who writes why."""

    cursor: duckdb.DuckDBPyConnection
    author: str
    reason: str

    def execute(self, sql: str, parameters: object = None) -> duckdb.DuckDBPyConnection:
        """Run `sql` in the transaction."""
        return self.cursor.execute(sql, parameters)

    def query(self, name: str, **parameters: object) -> pd.DataFrame:
        """The frame of the question in `data/queries/<name>.sql`, as this transaction sees it."""
        return self.cursor.execute(question(name), _used(question(name), parameters)).df()

    def next_number(self, prefix: str) -> str:
        """The next number of a series, such as B-000012 for the prefix B."""
        self.cursor.execute(
            "MERGE INTO counter USING (SELECT ? AS prefix) AS wanted ON counter.prefix = wanted.prefix "
            "WHEN MATCHED THEN UPDATE SET value = value + 1 WHEN NOT MATCHED THEN INSERT VALUES (wanted.prefix, 1)",
            [prefix],
        )
        row = self.cursor.execute("SELECT value FROM counter WHERE prefix = ?", [prefix]).fetchone()
        return f"{prefix}-{row[0] if row else 1:06d}"

    def audit(self, action: str, table_name: str, subject: str, detail: Mapping[str, object] | None = None) -> None:
        """Record what was done to what, in the same transaction."""
        self.cursor.execute(
            "INSERT INTO audit (done_at, author, action, table_name, subject, reason, detail) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                dt.datetime.now(),
                self.author,
                action,
                table_name,
                subject,
                self.reason,
                json.dumps(detail or {}, ensure_ascii=False, default=str),
            ],
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The data as it is at one moment, for questions whose answers must fit each other."""

    cursor: duckdb.DuckDBPyConnection
    kept: Kept[pa.Table]
    facts: int

    def query(self, name: str, **parameters: object) -> pd.DataFrame:
        """The frame of the question in `data/queries/<name>.sql`, from answers that are kept where it includes any."""
        sql, kept = composed(name)
        self._offer(kept, parameters)
        return self.cursor.execute(sql, _used(sql, parameters)).df()

    def _offer(self, names: Sequence[str], parameters: Mapping[str, object]) -> None:
        """Let this cursor read the answers to the questions `names`."""
        for name in names:
            about = name, repr(sorted(_used(question(name), parameters).items()))
            table = self.kept.get("", self.facts, about, partial(self._made, name, parameters))
            self.cursor.register(_view(name), table)

    def _made(self, name: str, parameters: Mapping[str, object]) -> pa.Table:
        sql, kept = _with_kept(name)
        self._offer(kept, parameters)
        return self.cursor.execute(sql, _used(sql, parameters)).to_arrow_table()


class Store:
    """One DuckDB file with all tables of the contract. Safe to share between threads."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._writing = threading.RLock()
        self._reading = 0
        self._readers = threading.Condition()
        self._broken = False
        self._kept: Kept[pa.Table] = Kept(lambda table: table.nbytes)

    @classmethod
    def open(cls, path: Path | str) -> Store:
        """The store at `path`, made if it is not there and migrated if it is old.

        Raises StoreError where another program has the file open, it is no database of ours or of a newer version, it
        is damaged, or the disk does not let it be opened.
        """
        path = Path(path).resolve()
        with in_words(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _create(path)
            elif _pending(path):
                _migrate_copy(path)
            return cls(path, _ready(path))

    def close(self) -> None:
        """Close the file. The store cannot be used after it."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor for reading, closed at the end. Raises StoreError where the file cannot be read."""
        self._mend()
        with self._readers:
            cursor = self._connection.cursor()
            self._reading += 1
        try:
            yield cursor
        except (duckdb.Error, RuntimeError) as error:
            self._told(error)
            raise
        finally:
            cursor.close()
            with self._readers:
                self._reading -= 1
                self._readers.notify_all()

    def _mend(self) -> None:
        if self._broken:
            with self._writing, in_words(self.path):
                self._connection.close()
                self._connection = _ready(self.path)
                self._broken = False

    def _told(self, error: Exception) -> None:
        """Raise what a statement met in words, unless it is the statement's own error.

        After a fatal error, such as a full disk, the connection is of no use any more; the next call opens another.
        """
        self._broken |= isinstance(error, duckdb.FatalException)
        with in_words(self.path):
            raise error

    def query(self, name: str, **parameters: object) -> pd.DataFrame:
        """The frame that answers `data/queries/<name>.sql` (`name` may hold folders); values are bound as $name.

        Parameters that the question does not use are left out, so that one set of filters serves a page.
        """
        sql, kept = composed(name)
        if kept:
            with self.snapshot() as snapshot:
                return snapshot.query(name, **parameters)
        with self.read() as cursor:
            return cursor.execute(sql, _used(sql, parameters)).df()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The data as it is now, whatever is written meanwhile. Raises StoreError where the file cannot be read."""
        with self.read() as cursor:
            cursor.execute("BEGIN")
            row = cursor.execute("SELECT facts FROM data_version").fetchone()
            yield Snapshot(cursor, self._kept, int(row[0]) if row else 0)
            cursor.execute("COMMIT")

    @contextmanager
    def write(self, author: str, reason: str, facts: bool = True) -> Iterator[Writer]:
        """One transaction: all of the block is saved, or nothing. `facts` says whether it may change plan input.

        A statement that failed inside the block and was swallowed there still undoes everything: DuckDB would
        commit nothing and report success. Raises StoreError where the file cannot be written.
        """
        with self._writing:
            self._mend()
            cursor = self._connection.cursor()
            try:
                cursor.execute("BEGIN")
                yield Writer(cursor, author, reason)
                cursor.execute("SELECT 1")  # fails where the transaction was aborted and the error swallowed
                cursor.execute("UPDATE data_version SET version = version + 1, facts = facts + ?", [int(facts)])
                with _undisturbed():
                    cursor.execute("COMMIT")
            except BaseException as error:
                _roll_back(cursor)
                if isinstance(error, (duckdb.Error, RuntimeError)):
                    self._told(error)
                raise
            finally:
                cursor.close()

    def data_version(self) -> int:
        """A number that grows with every write: what was read before it may be stale."""
        with self.read() as cursor:
            row = cursor.execute("SELECT version FROM data_version").fetchone()
        return int(row[0]) if row else 0

    def facts_version(self) -> int:
        """A number that grows with every write that may change what a plan is made from."""
        with self.read() as cursor:
            row = cursor.execute("SELECT facts FROM data_version").fetchone()
        return int(row[0]) if row else 0

    def setting(self, name: str, default: str = "") -> str:
        """The value of a setting, or `default` where nobody set it."""
        with self.read() as cursor:
            row = cursor.execute("SELECT value FROM setting WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else default

    def count(self, table_name: str) -> int:
        """Number of rows of a table of the contract."""
        with self.read() as cursor:
            row = cursor.execute(f"SELECT count(*) FROM {TABLES[table_name].name}").fetchone()
        return int(row[0]) if row else 0

    # backup and restore

    @property
    def backup_folder(self) -> Path:
        """Where backups of this file are kept."""
        return self.path.parent / f"{self.path.stem}.backups"

    def backup(self, label: str, keep: Path | None = None) -> Path:
        """A copy of the database as it is now; returns its path. The twenty newest are kept, and `keep`.

        Raises StoreError where the copy cannot be written; then there is none.
        """
        stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        target = self.backup_folder / f"{stamp}-{label}.duckdb"
        with self._writing, in_words(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with self.read() as cursor:
                _checkpoint(cursor)
                copy_file(self.path, target)
            for old in sorted(self.backup_folder.glob("*.duckdb"))[:-KEPT_BACKUPS]:
                if old not in (target, keep):
                    old.unlink()
            for half in self.backup_folder.glob("*.part"):  # of a program that was killed
                half.unlink()
        return target

    def restore(self, backup: Path) -> None:
        """Put `backup` in the place of the database, after a backup of what stands there now.

        The backup is made ready beside the database, so that the database is touched only by the change of names.
        Raises StoreError where the backup is no readable database or the disk has no room; then nothing has changed.
        """
        try:
            with duckdb.connect(str(backup), read_only=True, config=CONFIG) as probe:
                probe.execute("SELECT version FROM data_version").fetchone()
        except duckdb.Error as error:
            raise StoreError("STORE-BACKUP-BROKEN", path=backup.name) from error
        incoming = self.path.with_suffix(".incoming")
        with self._writing, in_words(self.path):
            self.backup("before-restore", keep=backup.resolve())
            try:
                copy_file(backup, incoming)
                _make_ready(incoming, self.data_version(), self.facts_version())
                with self._readers:
                    if not self._readers.wait_for(lambda: not self._reading, PATIENCE_SECONDS):
                        raise StoreError("STORE-BUSY")
                    self._connection.close()
                    try:
                        _take_place(incoming, self.path)
                    finally:
                        self._connection = _ready(self.path)
            except (duckdb.Error, StoreError) as error:
                rule = error.code if isinstance(error, StoreError) else _trouble(error)
                raise StoreError(rule if rule in OF_THE_PLACE else "STORE-BACKUP-BROKEN", path=backup.name) from error
            finally:
                _remove(incoming)


@cache
def question(name: str) -> str:
    """The SQL text in `data/queries/<name>.sql`; a line `{{folder/other}}` in it stands for that question's text."""
    return INCLUDED.sub(lambda found: question(found[1]).strip(), _text(name))


@cache
def composed(name: str) -> tuple[str, tuple[str, ...]]:
    """The SQL text of a question in which the questions of `KEPT` are read and not computed, and the names of these."""
    if name in KEPT:
        return f"SELECT * FROM {_view(name)}", (name,)
    return _with_kept(name)


@cache
def _with_kept(name: str) -> tuple[str, tuple[str, ...]]:
    """As `composed`, but with the question's own text, kept or not."""
    kept: dict[str, None] = {}

    def part(found: re.Match[str]) -> str:
        sql, inner = composed(found[1])
        kept.update(dict.fromkeys(inner))
        return sql.strip()

    return INCLUDED.sub(part, _text(name)), tuple(kept)


def _text(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _view(name: str) -> str:
    return "kept_" + name.replace("/", "_")


def copy_file(source: Path, target: Path) -> None:
    """Copy `source` to `target` so that a crash or a full disk leaves no half of a copy under that name."""
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(source, part)
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
        _remove(target)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _take_place(source: Path, target: Path) -> None:
    """Rename a closed database to another's name; a crash leaves either of them there, whole."""
    _wal(target).unlink(missing_ok=True)  # empty: who closed the target has brought it up to date
    source.replace(target)


def _remove(path: Path) -> None:
    """Take a database away that is no longer or not yet needed, if it is there."""
    path.unlink(missing_ok=True)
    _wal(path).unlink(missing_ok=True)


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _create(path: Path) -> None:
    """Make a database with all its tables. It gets its name when it is whole, so that a crash leaves no half of one."""
    for left in path.parent.glob(f"{path.name}.*.new"):  # of a program that was killed
        if time.time() - left.stat().st_mtime > FORGOTTEN_SECONDS:
            _remove(left)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    _remove(new)
    try:
        with _connect(new) as connection:
            _create_missing(connection)
            connection.execute("CHECKPOINT")
        _wal(path).unlink(missing_ok=True)
        try:
            os.link(new, path)
        except FileExistsError:
            return  # another program was quicker
        except OSError:  # a file system without links
            new.replace(path)
    finally:
        _remove(new)


def _used(sql: str, parameters: Mapping[str, object]) -> dict[str, Any]:
    names = set(re.findall(r"\$([a-z_]+)", COMMENT.sub("", sql)))
    return {name: value for name, value in parameters.items() if name in names}


def _ready(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a file with all its tables, locked down; closed again where that fails."""
    connection = _connect(path)
    try:
        _create_missing(connection)
        _lock_down(connection, path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), config=CONFIG)
    except duckdb.Error as error:
        raise StoreError(_trouble(error) or "STORE-UNREADABLE", path=path.name) from error


def _lock_down(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    escaped = str(folder).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{escaped}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _checkpoint(cursor: duckdb.DuckDBPyConnection) -> None:
    """Bring the file up to date. A reader's open snapshot stands in the way, so wait for it a while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            cursor.execute("CHECKPOINT")
            return
        except duckdb.TransactionException as error:
            if time.monotonic() > deadline:
                raise StoreError("STORE-BUSY") from error
            time.sleep(0.05)


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    try:
        cursor.execute("ROLLBACK")
    except (duckdb.Error, RuntimeError):
        return  # the transaction had already ended, or Ctrl-C came again: it ends with its cursor


def _renumber(connection: duckdb.DuckDBPyConnection, version: int, facts: int) -> None:
    """Give restored data versions that nobody has seen: what pages cached must not pass for it.

    Plans that were made from these facts are still made from them.
    """
    connection.execute("BEGIN")
    connection.execute(
        "UPDATE plan_run SET data_version = CAST(greatest(facts, $facts) + 1 AS VARCHAR) FROM data_version "
        "WHERE plan_run.data_version = CAST(facts AS VARCHAR)",
        {"facts": facts},
    )
    connection.execute(
        "UPDATE data_version SET version = greatest(version, ?) + 1, facts = greatest(facts, ?) + 1", [version, facts]
    )
    connection.execute("COMMIT")


def _migrations() -> list[Path]:
    return sorted(MIGRATIONS.glob("*.sql"))


def _existing(connection: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = connection.execute("SELECT table_name, column_name FROM information_schema.columns").fetchall()
    found: dict[str, set[str]] = {}
    for table_name, column_name in rows:
        found.setdefault(table_name, set()).add(column_name)
    return found


def _pending(path: Path) -> bool:
    """True where a migration or a declared table or column is not yet in the file."""
    connection = _connect(path)
    try:
        existing = _existing(connection)
        if "migration" not in existing:
            return False
        done = _done(connection, path)
        return any(migration.stem not in done for migration in _migrations()) or any(
            set(table.names) - existing.get(table.name, set()) for table in TABLES.values()
        )
    finally:
        connection.close()


def _done(connection: duckdb.DuckDBPyConnection, path: Path) -> set[str]:
    """The migrations that the file has been through. Raises StoreError where one is not known here."""
    done = {row[0] for row in connection.execute("SELECT name FROM migration").fetchall()}
    if done - {migration.stem for migration in _migrations()}:
        raise StoreError("STORE-NEWER", path=path.name)
    return done


def _migrate_copy(path: Path) -> None:
    """Migrate a copy and put it in the file's place; the old file stays as a backup."""
    backups = path.parent / f"{path.stem}.backups"
    backups.mkdir(exist_ok=True)
    stamp = dt.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    copy_file(path, backups / f"{stamp}-before-migration.duckdb")
    copy = path.with_suffix(".migrating")
    try:
        copy_file(path, copy)
        _make_ready(copy)
        _take_place(copy, path)
    finally:
        _remove(copy)


def _make_ready(path: Path, version: int | None = None, facts: int = 0) -> None:
    """Bring the copy of a database up to date, with data versions beyond `version` and `facts` where they are given."""
    with _connect(path) as connection:
        _done(connection, path)
        _create_missing(connection)
        if version is not None:
            _renumber(connection, version, facts)
        connection.execute("CHECKPOINT")


def _create_missing(connection: duckdb.DuckDBPyConnection) -> None:
    """Run the migrations that are not recorded, then make tables and columns that are declared but missing."""
    connection.execute("BEGIN")
    try:
        existing = _existing(connection)
        if existing and "migration" not in existing:
            raise StoreError("STORE-FOREIGN")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS migration (name VARCHAR PRIMARY KEY, applied_at TIMESTAMP NOT NULL)"
        )
        done = {row[0] for row in connection.execute("SELECT name FROM migration").fetchall()}
        for migration in _migrations():
            if migration.stem not in done:
                connection.execute(migration.read_text(encoding="utf-8"))
                connection.execute("INSERT INTO migration VALUES (?, ?)", [migration.stem, dt.datetime.now()])
        for table in TABLES.values():
            if table.name not in existing:
                connection.execute(create_table(table))
                continue
            for column in table.columns:
                if column.name not in existing[table.name]:
                    connection.execute(add_column(table, column))
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise
