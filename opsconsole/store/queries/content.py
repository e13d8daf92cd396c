"""Stored content: JSON values and bytes."""

import json
import sqlite3
from typing import Any

ERASED: dict[str, Any] = {"erased": True}


def decode(data: bytes | None) -> Any:
    """Read stored bytes as JSON."""
    return dict(ERASED) if data is None else json.loads(data)


def salt_of(conn: sqlite3.Connection, content: int) -> bytes:
    """Return the salt of stored content."""
    return conn.execute("SELECT salt FROM content WHERE id = ?", (content,)).fetchone()[0]


def value(conn: sqlite3.Connection, content: int) -> Any:
    """Return a stored JSON value; `ERASED` where it was erased."""
    return decode(conn.execute("SELECT bytes FROM content WHERE id = ?", (content,)).fetchone()[0])
