"""How one process learns that another wrote."""

import sqlite3


def data_version(conn: sqlite3.Connection) -> int:
    """Return a number that changes when another connection committed; about 10 µs, no disk."""
    return int(conn.execute("PRAGMA data_version").fetchone()[0])


def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the change counters by topic."""
    return dict(conn.execute("SELECT topic, count FROM change").fetchall())
