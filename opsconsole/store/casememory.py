"""Cases as they were known at a time: a database of its own, so that not even word statistics know what came later."""

import sqlite3
from collections.abc import Iterator

from opsconsole.store import cases
from opsconsole.store.cases import Hit
from opsconsole.store.database import migrations

CASES = 3
"""The migration that makes the tables of cases."""


class CaseMemory:
    """Cases in the order they became known. In memory; used by one thread."""

    def __init__(self) -> None:
        self._conn = sqlite3.connect(":memory:", isolation_level=None)
        self._conn.executescript(dict(migrations())[CASES])

    def add(self, scope: str, category: str, text: str) -> int:
        """Take a case in; give its number here."""
        return cases.add_case(
            self._conn, scope=scope, category=category, text=text, source="past", occurred_at=0, created_at=0
        )

    def nearest(self, scope: str, text: str, limit: int) -> list[Hit]:
        """Return the cases nearest to a text, among those known by now."""
        return cases.nearest(self._conn, text, scope=scope, limit=limit)

    def every(self, scope: str) -> Iterator[tuple[int, str, str]]:
        """Return the cases known by now in the order in which they became known: (number, category, text)."""
        rows = self._conn.execute("SELECT id, category, text FROM cases WHERE scope = ? ORDER BY id", (scope,))
        return ((row[0], row[1], row[2]) for row in rows)

    def close(self) -> None:
        """Let go of it."""
        self._conn.close()
