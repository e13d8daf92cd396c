"""Workspaces for tests of the store: made by the real code, attacked with raw SQLite."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from opsconsole.store import audit, workspace
from opsconsole.store.audit import Report
from opsconsole.store.database import Database, audit_triggers
from opsconsole.store.transaction import Transaction

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def make(folder: Path, entries: int = 5) -> Path:
    """A closed workspace whose record has this many entries; give the database's path."""
    made = workspace.create(folder, at=NOW, actor="person:test")
    try:
        for number in range(1, entries):
            made.database.write(lambda tx, n=number: note(tx, n), name="test.note")
    finally:
        made.close()
    return folder / workspace.DATABASE


def note(tx: Transaction, number: int) -> int:
    """Record one entry."""
    return tx.audit("test.noted", at=NOW, actor="person:test", number=number, run=number)


@contextmanager
def raw(path: Path) -> Generator[sqlite3.Connection]:
    """The file as any other program would open it."""
    conn = sqlite3.connect(path, isolation_level=None)
    try:
        yield conn
    finally:
        conn.close()


def attack(path: Path, deed: Callable[[sqlite3.Connection], object]) -> None:
    """Change the record as somebody would who knows how: guards off, deed done, the same guards on again."""
    with raw(path) as conn:
        guards = conn.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall()
        for name, _ in guards:
            conn.execute(f"DROP TRIGGER {name}")
        deed(conn)
        for _, sql in guards:
            conn.execute(sql)


def verify(path: Path, *noted: audit.Head) -> Report:
    """Check the record as `audit verify` does."""
    with raw(path) as conn:
        return audit.verify(conn, noted=noted, triggers=audit_triggers())


def head(path: Path) -> audit.Head:
    """The end of the record."""
    with raw(path) as conn:
        return audit.head(conn)


def entries(database: Database) -> list[str]:
    """The kinds of all entries."""
    with database.reader() as conn:
        kinds = [row[0] for row in conn.execute("SELECT kind FROM audit ORDER BY seq")]
    conn.close()
    return kinds
