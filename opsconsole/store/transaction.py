"""One write transaction: rows, their audit entries and their change counters go together or not at all."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any

from opsconsole.domain.canonical import canonical, jsonable
from opsconsole.domain.ids import ContentId
from opsconsole.store import audit


class Transaction:
    """Handed to every write. Lives as long as its `BEGIN IMMEDIATE`."""

    __slots__ = ("_due", "_head", "_touched", "conn")

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self._head: audit.Head | None = None
        self._touched: set[str] = set()
        self._due: dict[Hashable, Callable[[], None]] = {}

    def audit(self, kind: str, *, at: datetime, actor: str, **facts: Any) -> int:
        """Append an audit entry; give its seq. Facts hold no personal data. None is left out."""
        if self._head is None:
            self._head = audit.head(self.conn)
        told = {name: value for name, value in facts.items() if value is not None}
        self._head = audit.append(self.conn, self._head, at=at, kind=kind, actor=actor, facts=told)
        self.touch("audit")
        return self._head.seq

    def touch(self, topic: str) -> None:
        """Tell pollers that something of this topic changed."""
        self._touched.add(topic)

    def before_commit(self, key: Hashable, job: Callable[[], None]) -> None:
        """Have a job run once before COMMIT, however often it is asked for under this key.

        It runs also where the savepoint in which it was asked for was rolled back: it must write what holds.
        """
        self._due.setdefault(key, job)

    def keep(self, value: Any) -> ContentId:
        """Store a JSON value (personal content); give its id. What JSON cannot say (NaN, 2**60) is kept as text."""
        try:
            return self.keep_bytes(canonical(value))
        except (ValueError, TypeError, RecursionError):
            return self.keep_bytes(canonical(jsonable(value)))

    def keep_bytes(self, data: bytes) -> ContentId:
        """Store bytes under a fresh salt."""
        salt = os.urandom(16)
        cursor = self.conn.execute(
            "INSERT INTO content (salt, bytes, digest) VALUES (?, ?, ?)",
            (salt, data, hashlib.sha256(salt + data).digest()),
        )
        return ContentId(cursor.lastrowid or 0)

    def content_digest(self, content: int) -> str:
        """Return the salted digest of stored content, in hex: what the audit chain may hold."""
        (value,) = self.conn.execute("SELECT digest FROM content WHERE id = ?", (content,)).fetchone()
        return value.hex()

    def keep_reason(self, reason: str) -> str | None:
        """Store why somebody did something, as content that can be erased; give its digest, None for no reason."""
        return self.content_digest(self.keep({"reason": reason})) if reason else None

    def forget_head(self) -> None:
        """After a rolled-back savepoint the head must be read again."""
        self._head = None

    def flush(self) -> None:
        """Run the jobs that are due, and write the change counters; called once before COMMIT."""
        for job in self._due.values():
            job()
        for topic in sorted(self._touched):
            self.conn.execute(
                "INSERT INTO change (topic, count) VALUES (?, 1) ON CONFLICT (topic) DO UPDATE SET count = count + 1",
                (topic,),
            )
        self._touched.clear()
