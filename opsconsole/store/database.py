"""Open the workspace file: pragmas, migrations with the too-new guard, read-only readers, one write at a time."""

import os
import re
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from typing import TypeVar

from opsconsole.domain.errors import FencedError, WorkspaceDamagedError, WorkspaceError, WorkspaceTooNewError
from opsconsole.store import evidencedays, faults
from opsconsole.store.errors import translated
from opsconsole.store.transaction import Transaction

APPLICATION_ID = 0x4F50_5343  # "OPSC"
BUSY_MS = 5_000
_T = TypeVar("_T")
_MIGRATION = re.compile(r"(\d{4})_\w+\.sql")
_FILLED: dict[int, Callable[[sqlite3.Connection], None]] = {10: evidencedays.fill}
"""What SQL cannot count is filled in after these migrations, in the same transaction."""


def migrations() -> list[tuple[int, str]]:
    """Return (number, SQL) in order, numbers from 1 without gaps."""
    found: list[tuple[int, str]] = []
    for item in resources.files("opsconsole.store.migrations").iterdir():
        if match := _MIGRATION.fullmatch(item.name):
            found.append((int(match[1]), item.read_text(encoding="utf-8")))
    return sorted(found)


class Database:
    """One workspace file as one process sees it."""

    def __init__(self, path: Path) -> None:
        """Open and, where needed, migrate.

        Raises:
            WorkspaceTooNewError: written by a newer version; nothing was touched.
            WorkspaceDamagedError: not a sound database of ours; nothing was touched.
            DiskError: read-only or full.
            WorkspaceBusyError: locked for longer than the busy timeout.
        """
        self.path = path
        self.epoch: int | None = None
        """Set by the engine that holds the lease; every write of it checks that it still holds."""
        with translated(path):
            self._writer = self._connect()
            self._file = identity(path)
            try:
                self._migrate()
            except BaseException:
                self._writer.close()
                raise

    def _connect(self) -> sqlite3.Connection:
        conn = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, cached_statements=512)
        try:
            conn.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA recursive_triggers = ON")
            conn.execute("PRAGMA secure_delete = ON")
            self._guard(conn)
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = FULL")
            conn.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            conn.close()
            raise
        return conn

    def _guard(self, conn: sqlite3.Connection) -> None:
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        (application,) = conn.execute("PRAGMA application_id").fetchone()
        (tables,) = conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != APPLICATION_ID and (tables or version):
            raise WorkspaceDamagedError(
                f"{self.path} is a database, but not one of opsconsole's. It was not changed."
                " Choose another workspace folder."
            )
        newest = migrations()[-1][0]
        if version > newest:
            raise WorkspaceTooNewError(
                f"{self.path} was written by a newer opsconsole (format {version}; this one knows {newest})."
                " It was not changed. Install the newer version to open it."
            )

    def _migrate(self) -> None:
        conn = self._writer
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        steps = [step for step in migrations() if step[0] > version]
        if not steps:
            return
        if version:
            copy = self.path.with_name(f"{self.path.name}.before-{steps[-1][0]:04d}")
            os.close(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(copy)) as target:
                conn.backup(target)
        conn.execute("BEGIN IMMEDIATE")
        try:
            (now,) = conn.execute("PRAGMA user_version").fetchone()
            for number, sql in steps:
                if number <= now:
                    continue
                for statement in _statements(sql):
                    conn.execute(statement)
                if number in _FILLED:
                    _FILLED[number](conn)
                conn.execute(f"PRAGMA user_version = {number}")
            conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            faults.reach("migrate.before_commit")
            conn.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise
        faults.reach("migrate.after_commit")

    def check(self) -> None:
        """Ask SQLite whether the file is sound.

        Raises:
            WorkspaceDamagedError: it is not.
        """
        with translated(self.path):
            (answer,) = self._writer.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise WorkspaceDamagedError(f"{self.path} is damaged ({answer}). Put back a backup; nothing was changed.")

    def reader(self) -> sqlite3.Connection:
        """Open another connection that cannot write. The caller closes it."""
        with translated(self.path):
            uri = f"{self.path.resolve().as_uri()}?mode=ro"
            conn = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, cached_statements=512)
            conn.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            conn.execute("PRAGMA query_only = ON")
            return conn

    def write(self, job: Callable[[Transaction], _T], *, name: str = "write") -> _T:
        """Run one job in one transaction, now, on this thread. The engine uses `Writer` instead."""
        with translated(self.path):
            self.begin()
            try:
                transaction = Transaction(self._writer)
                answer = job(transaction)
                transaction.flush()
                faults.reach(f"{name}.before_commit")
                self._writer.execute("COMMIT")
            except BaseException:
                self.rollback()
                raise
        faults.reach(f"{name}.after_commit")
        return answer

    def begin(self) -> None:
        """Begin a write transaction and check that this engine is still the one.

        Raises:
            FencedError: another engine has taken the workspace, or its file was taken away.
        """
        if self.epoch is not None:
            self.stand_by()
        self._writer.execute("BEGIN IMMEDIATE")
        if self.epoch is not None:
            row = self._writer.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
            if row is None or int(row[0]) != self.epoch:
                self._writer.execute("ROLLBACK")
                raise FencedError(
                    "Another engine has taken over this workspace; this one stops and changes nothing more."
                )

    def stand_by(self) -> None:
        """Check that the file that was opened still lies there: in another one a person may have said stop.

        Raises:
            FencedError: it was taken away or replaced.
        """
        if identity(self.path) != self._file:
            raise FencedError(
                f"{self.path} was taken away or replaced while the engine worked; the engine stops and does nothing"
                " more. Put the file back, then start the engine again."
            )

    @contextmanager
    def hurried(self) -> Generator[None]:
        """Commit without waiting for the disk each time: for what can be made anew. At the end all of it is on disk."""
        self._writer.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self._writer.execute("PRAGMA synchronous = FULL")
            self._writer.execute("PRAGMA wal_checkpoint(FULL)")

    def commit(self) -> None:
        """Commit what `begin` began."""
        self._writer.execute("COMMIT")

    def rollback(self) -> None:
        """Undo what `begin` began, if it still stands."""
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    @property
    def connection(self) -> sqlite3.Connection:
        """The writing connection, for the writer thread."""
        return self._writer

    def close(self) -> None:
        """Close the writing connection."""
        self._writer.close()


def identity(path: Path) -> tuple[int, int] | None:
    """Tell which file lies there: a backup put in its place is another one. None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _statements(sql: str) -> list[str]:
    """Split a script at its statements; `executescript` would commit behind our back."""
    found: list[str] = []
    part = ""
    for line in sql.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part.strip())
            part = ""
    if part.strip() and not all(line.lstrip().startswith("--") or not line.strip() for line in part.splitlines()):
        raise WorkspaceError("a migration ends in the middle of a statement")
    return found


def audit_triggers() -> dict[str, str]:
    """Return the SQL of the audit table's guards, as the migrations make them."""
    found: dict[str, str] = {}
    for _, sql in migrations():
        for statement in _statements(sql):
            if match := re.search(r"CREATE TRIGGER (audit_\w+)", statement):
                found[match[1]] = statement[match.start() :].rstrip(";")
    return found
