"""Stored events and what is known of their subjects and senders."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from opsconsole.domain.event import Event
from opsconsole.domain.ids import ConnectionId, EventId, SubjectId
from opsconsole.store.queries.content import decode
from opsconsole.store.times import from_micros, to_micros


def event(conn: sqlite3.Connection, event_id: int) -> Event | None:
    """Return an event; None where there is none."""
    row = conn.execute(
        "SELECT e.id, e.connection_id, e.external_id, e.kind, e.subject_id, s.key, e.occurred_at, e.received_at,"
        " e.is_untrusted, c.bytes FROM event e JOIN subject s ON s.id = e.subject_id"
        " JOIN content c ON c.id = e.content_id WHERE e.id = ?",
        (event_id,),
    ).fetchone()
    if row is None:
        return None
    body = decode(row[9])
    return Event(
        id=EventId(row[0]),
        connection=ConnectionId(row[1]),
        external_id=row[2],
        kind=row[3],
        subject_id=SubjectId(row[4]),
        subject=row[5],
        occurred_at=from_micros(int(row[6])),
        received_at=from_micros(int(row[7])),
        title=body.get("title", ""),
        text=body.get("text", ""),
        sender=body.get("sender", ""),
        sender_name=body.get("sender_name", ""),
        is_verified=body.get("is_verified", False),
        is_untrusted=bool(row[8]),
        recipients=tuple(body.get("recipients", ())),
        fields=body.get("fields", {}),
        problems=tuple(body.get("problems", ())),
    )


def newest(conn: sqlite3.Connection, *, most: int) -> Iterator[Event]:
    """Yield the events that were taken in last, the newest first."""
    for (number,) in conn.execute("SELECT id FROM event ORDER BY id DESC LIMIT ?", (most,)).fetchall():
        if (found := event(conn, number)) is not None:
            yield found


def subject_key(conn: sqlite3.Connection, subject_id: int) -> str:
    """Return what a subject is called: `thread:…`, `deal:7`."""
    return str(conn.execute("SELECT key FROM subject WHERE id = ?", (subject_id,)).fetchone()[0])


def last_on_subject(conn: sqlite3.Connection, subject_id: int, *, after: datetime, most: int) -> list[Event]:
    """Return the latest events that were taken in on a subject at a time or after it, in order."""
    rows = conn.execute(
        "SELECT id FROM event WHERE subject_id = ? AND received_at >= ? ORDER BY id DESC LIMIT ?",
        (subject_id, to_micros(after), most),
    ).fetchall()
    return [found for (number,) in reversed(rows) if (found := event(conn, number)) is not None]


def is_past_source(conn: sqlite3.Connection, connection: str) -> bool:
    """Return whether a connection brings imported past, whose age counts from its arrival here."""
    row = conn.execute("SELECT is_replay FROM connection WHERE id = ?", (connection,)).fetchone()
    return bool(row and row[0])


def is_known_correspondent(conn: sqlite3.Connection, connection: str, address: str) -> bool:
    """Return whether this account ever had mail from or to an address (lower case)."""
    row = conn.execute(
        "SELECT 1 FROM correspondent WHERE connection_id = ? AND address = ?", (connection, address)
    ).fetchone()
    return row is not None


def is_written_to(conn: sqlite3.Connection, connection: str, address: str) -> bool:
    """Return whether a person of ours ever wrote to an address (lower case) from this account, or approved that."""
    row = conn.execute(
        "SELECT 1 FROM correspondent WHERE connection_id = ? AND address = ? AND written_at IS NOT NULL",
        (connection, address),
    ).fetchone()
    return row is not None


def kinds(conn: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return (connection, kind, how many) of all stored events, in order."""
    return conn.execute("SELECT connection_id, kind, count(*) FROM event GROUP BY 1, 2 ORDER BY 1, 2").fetchall()


def fields_seen(conn: sqlite3.Connection, kind: str, *, most: int = 200) -> list[str]:
    """Return the names of the typed fields that the newest events of a kind have, in order of the alphabet."""
    rows = conn.execute(
        "SELECT c.bytes FROM event e JOIN content c ON c.id = e.content_id WHERE e.kind = ? ORDER BY e.id DESC LIMIT ?",
        (kind, most),
    )
    return sorted({name for row in rows for name in decode(row[0]).get("fields", {})})


def fields_told(conn: sqlite3.Connection, kind: str, *, most: int = 50) -> dict[str, Any]:
    """Return the typed fields of the newest events of a kind, each with the newest value that is one."""
    rows = conn.execute(
        "SELECT c.bytes FROM event e JOIN content c ON c.id = e.content_id WHERE e.kind = ? ORDER BY e.id DESC LIMIT ?",
        (kind, most),
    )
    found: dict[str, Any] = {}
    for row in rows:
        for name, value in decode(row[0]).get("fields", {}).items():
            if value is not None:
                found.setdefault(name, value)
    return found


def fields_of(conn: sqlite3.Connection, connection: str, external_id: str) -> dict[str, Any] | None:
    """Return the typed fields of an event by its name outside; None where there is none."""
    row = conn.execute(
        "SELECT c.bytes FROM event e JOIN content c ON c.id = e.content_id"
        " WHERE e.connection_id = ? AND e.external_id = ?",
        (connection, external_id),
    ).fetchone()
    return None if row is None else decode(row[0]).get("fields", {})


def kind_of(conn: sqlite3.Connection, connection: str, external_id: str) -> str | None:
    """Return the kind of an event that was taken in before; None where there is none."""
    row = conn.execute(
        "SELECT kind FROM event WHERE connection_id = ? AND external_id = ?", (connection, external_id)
    ).fetchone()
    return None if row is None else str(row[0])
