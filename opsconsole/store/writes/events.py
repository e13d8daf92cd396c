"""Write events, subjects and what is known of correspondents."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from opsconsole.domain.event import IncomingEvent
from opsconsole.domain.ids import EventId, SubjectId
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import search


def subject(tx: Transaction, key: str) -> SubjectId:
    """Return the id of a subject, made when new."""
    row = tx.conn.execute("SELECT id FROM subject WHERE key = ?", (key,)).fetchone()
    if row is None:
        return SubjectId(tx.conn.execute("INSERT INTO subject (key) VALUES (?)", (key,)).lastrowid or 0)
    return SubjectId(row[0])


def change_subject(tx: Transaction, subject_id: int, *, at: datetime, what: str, run: int | None) -> None:
    """Note that a subject changed; `run` is the run that caused it, None for anybody else."""
    tx.conn.execute(
        "INSERT INTO subject_change (subject_id, at, what, run_id) VALUES (?, ?, ?, ?)",
        (subject_id, to_micros(at), what, run),
    )


def forget_change(tx: Transaction, subject_id: int, *, at: datetime, what: str) -> None:
    """Take back what a person said they did at that time, and did not."""
    tx.conn.execute(
        "DELETE FROM subject_change WHERE subject_id = ? AND at = ? AND what = ? AND run_id IS NULL",
        (subject_id, to_micros(at), what),
    )


def correspond(tx: Transaction, connection: str, addresses: Iterable[str], *, at: datetime, is_by_person: bool) -> None:
    """Note that this account has had mail with these addresses; `is_by_person`: one of ours wrote, or approved, it."""
    written_at = to_micros(at) if is_by_person else None
    tx.conn.executemany(
        "INSERT INTO correspondent (connection_id, address, first_at, written_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (connection_id, address) DO UPDATE SET written_at = coalesce(written_at, excluded.written_at)",
        [(connection, address.lower(), to_micros(at), written_at) for address in addresses if address],
    )


def find(tx: Transaction, connection: str, external_id: str) -> EventId | None:
    """Return the id of an event that was taken in before; None for none."""
    row = tx.conn.execute(
        "SELECT id FROM event WHERE connection_id = ? AND external_id = ?", (connection, external_id)
    ).fetchone()
    return None if row is None else EventId(row[0])


def add(tx: Transaction, connection: str, event: IncomingEvent, *, now: datetime) -> tuple[EventId, SubjectId]:
    """Store an event that is not there yet, its subject, and an audit entry."""
    about = subject(tx, event.subject)
    content = tx.keep(
        {
            "title": event.title,
            "text": event.text,
            "sender": event.sender,
            "sender_name": event.sender_name,
            "is_verified": event.is_verified,
            "recipients": list(event.recipients),
            "fields": dict(event.fields),
            "problems": list(event.problems),
        }
    )
    raw = None if event.raw is None else tx.keep_bytes(event.raw)
    cursor = tx.conn.execute(
        "INSERT INTO event (connection_id, external_id, kind, subject_id, occurred_at, received_at, is_untrusted,"
        " is_broken, content_id, raw_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            connection,
            event.external_id,
            event.kind,
            about,
            to_micros(event.occurred_at),
            to_micros(now),
            event.is_untrusted,
            bool(event.problems),
            content,
            raw,
        ),
    )
    identity = EventId(cursor.lastrowid or 0)
    search.add_event(tx, identity, event)
    change_subject(tx, about, at=now, what=f"{event.kind.replace('.', ' ')}", run=None)
    tx.audit(
        "event.received",
        at=now,
        actor=f"connection:{connection}",
        event=identity,
        subject=about,
        event_kind=event.kind,
        occurred_at=event.occurred_at.isoformat(),
        content=tx.content_digest(content),
        external=hashlib.sha256(event.external_id.encode()).hexdigest()[:16],
        problems=len(event.problems) or None,
    )
    tx.touch("events")
    return identity, about
