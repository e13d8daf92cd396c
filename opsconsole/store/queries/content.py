"""Stored content: JSON values and bytes."""

import json
import sqlite3
from typing import Any

ERASED: dict[str, Any] = {"erased": True}


def bytes_of(conn: sqlite3.Connection, content: int) -> bytes | None:
    """Give stored bytes; None once erased."""
    row = conn.execute("SELECT bytes FROM content WHERE id = ?", (content,)).fetchone()
    return None if row is None else row[0]


def decode(data: bytes | None) -> Any:
    """Read stored bytes as JSON."""
    return dict(ERASED) if data is None else json.loads(data)


def salt_of(conn: sqlite3.Connection, content: int) -> bytes:
    """Give the salt of stored content."""
    return conn.execute("SELECT salt FROM content WHERE id = ?", (content,)).fetchone()[0]
