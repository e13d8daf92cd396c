"""The embedded desk, read side: records by kind, lookups, search, history."""

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "company": ("name", "domain", "industry", "size", "notes"),
    "contact": ("name", "email", "phone", "company", "title", "zone", "tags", "notes"),
    "deal": (
        "name",
        "amount",
        "currency",
        "stage",
        "owner",
        "contact_email",
        "company",
        "close_date",
        "last_activity_at",
    ),
    "ticket": ("title", "description", "queue", "assignee", "priority", "status", "requester_email", "thread"),
    "task": ("title", "assignee", "due", "status", "about"),
    "note": ("about", "text"),
    "credit": ("contact_email", "amount", "currency", "reason"),
    "mail": (
        "thread",
        "direction",
        "folder",
        "sender",
        "recipients",
        "subject",
        "text",
        "tags",
        "in_reply_to",
        "sent_at",
    ),
}
"""Fields of each kind of record; `external_id` and the times come on top. Names in SQL come from here only."""

SEARCHED: Mapping[str, tuple[str, ...]] = {
    "company": ("name", "domain", "industry", "notes"),
    "contact": ("name", "email", "company", "title", "tags", "notes"),
    "deal": ("name", "company", "contact_email"),
    "ticket": ("title", "description", "requester_email"),
    "task": ("title",),
    "note": ("text",),
    "mail": ("sender", "recipients", "subject", "text"),
}
_WORD = re.compile(r"\w+", re.UNICODE)
CLOSED_STAGES = ("won", "lost", "closed", "closed won", "closed lost", "closedwon", "closedlost")


def _row(kind: str, values: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("id", "external_id", *COLUMNS[kind], "created_at", "updated_at"), values, strict=True))


def _select(kind: str) -> str:
    return f"SELECT id, external_id, {', '.join(COLUMNS[kind])}, created_at, updated_at FROM desk_{kind}"  # noqa: S608 - names from COLUMNS


def get(conn: sqlite3.Connection, kind: str, record: int) -> dict[str, Any] | None:
    """Return a record; None where there is none."""
    row = conn.execute(f"{_select(kind)} WHERE id = ?", (record,)).fetchone()
    return None if row is None else _row(kind, row)


def find(
    conn: sqlite3.Connection, kind: str, *, limit: int = 50, newest_first: bool = True, **equal: Any
) -> list[dict[str, Any]]:
    """Return the records whose fields equal these values (text without regard to case)."""
    for name in equal:
        if name not in COLUMNS[kind] and name != "external_id":
            raise KeyError(f"{kind} has no field {name}")
    where = " AND ".join(f"{name} = ?" for name in equal) or "1"
    order = "DESC" if newest_first else "ASC"
    rows = conn.execute(f"{_select(kind)} WHERE {where} ORDER BY id {order} LIMIT ?", (*equal.values(), limit))
    return [_row(kind, row) for row in rows]


def stalled(conn: sqlite3.Connection, *, before: int) -> list[dict[str, Any]]:
    """Return the open deals without activity since a time (microseconds); without any, those made before it."""
    marks = ", ".join("?" for _ in CLOSED_STAGES)
    rows = conn.execute(
        f"{_select('deal')} WHERE (last_activity_at < ? OR (last_activity_at IS NULL AND created_at < ?))"
        f" AND lower(stage) NOT IN ({marks}) ORDER BY id",
        (before, before, *CLOSED_STAGES),
    )
    return [_row("deal", row) for row in rows]


def search(conn: sqlite3.Connection, text: str, *, kind: str | None, limit: int) -> list[dict[str, Any]]:
    """Return the records that hold the words of a text, best first."""
    match = match_of(text)
    if not match:
        return []
    where, values = ("AND kind = ?", (kind,)) if kind else ("", ())
    rows = conn.execute(
        f"SELECT kind, record_id, snippet(desk_search, 0, '', '', '…', 24) FROM desk_search"  # noqa: S608 - no input in it
        f" WHERE desk_search MATCH ? {where} ORDER BY rank LIMIT ?",
        (match, *values, limit),
    )
    return [{"kind": row[0], "id": row[1], "text": row[2]} for row in rows]


def match_of(text: str) -> str:
    """Return the search for any word of a text; empty where it has none."""
    return " OR ".join(f'"{word}"' for word in _WORD.findall(text)[:24])


def born(kind: str, record: Mapping[str, Any]) -> int:
    """Return when a record came to be, in microseconds: a mail when it was sent, whenever it was brought in."""
    return int((record.get("sent_at") if kind == "mail" else None) or record["created_at"])


def _born(kind: str) -> str:
    return "coalesce(nullif(sent_at, 0), created_at)" if kind == "mail" else "created_at"


def _before(kind: str) -> str:
    """Return the condition on (time, one more record): born before the time, the one more at it too."""
    return f"({_born(kind)} < ?1 OR id IS ?2 AND {_born(kind)} = ?1)"


def until(conn: sqlite3.Connection, kind: str, at: int, own: int | None, **equal: Any) -> list[dict[str, Any]]:
    """Return the records born before a time (`own` at it too) whose fields equal these values, as they are now."""
    for name in equal:
        if name not in COLUMNS[kind]:
            raise KeyError(f"{kind} has no field {name}")
    where = "".join(f" AND {name} = ?{place}" for place, name in enumerate(equal, start=3))
    rows = conn.execute(f"{_select(kind)} WHERE {_before(kind)}{where}", (at, own, *equal.values()))
    return [_row(kind, row) for row in rows]


def holding(conn: sqlite3.Connection, kind: str, text: str, at: int, own: int | None) -> list[tuple[int, int]]:
    """Return the records born before a time (`own` at it too) that hold a word of a text now: (number, when born)."""
    match = match_of(text)
    if not match:
        return []
    return conn.execute(
        f"SELECT id, {_born(kind)} FROM desk_{kind} WHERE {_before(kind)} AND id IN"  # noqa: S608 - a known kind
        " (SELECT record_id FROM desk_search WHERE desk_search MATCH ?3 AND kind = ?4)",
        (at, own, match, kind),
    ).fetchall()


def history(conn: sqlite3.Connection, kind: str, record: int) -> list[dict[str, Any]]:
    """Return who changed a record, oldest first; times in microseconds."""
    rows = conn.execute(
        "SELECT at, actor, field, was, now FROM desk_history WHERE kind = ? AND record_id = ? ORDER BY id",
        (kind, record),
    )
    return [{"at": row[0], "actor": row[1], "field": row[2], "was": row[3], "now": row[4]} for row in rows]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the history; its time in microseconds."""

    id: int
    kind: str
    record: int
    at: int
    actor: str
    field: str
    """Empty for created and removed."""
    was: str | None
    now: str | None


def by_people(conn: sqlite3.Connection, *, after: int, since: int) -> list[Line]:
    """Return what people with a name did, oldest first.

    Args:
        conn: where to read.
        after: number of a line; only later ones.
        since: in microseconds; only from then on.
    """
    rows = conn.execute(
        "SELECT id, kind, record_id, at, actor, field, was, now FROM desk_history"
        " WHERE id > ? AND at >= ? AND actor LIKE 'person:_%' ORDER BY id",
        (after, since),
    )
    return [Line(*row) for row in rows]


def last_line(conn: sqlite3.Connection) -> int:
    """Return the number of the newest line of the history; 0 where there is none."""
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM desk_history").fetchone()[0])


def done_by(conn: sqlite3.Connection, key: str) -> dict[str, Any] | None:
    """Return the result of the call with an idempotency key; None where it was never done."""
    row = conn.execute("SELECT result FROM desk_key WHERE key = ?", (key,)).fetchone()
    return None if row is None else json.loads(row[0])


def undo_of(conn: sqlite3.Connection, key: str) -> dict[str, Any] | None:
    """Return what takes the call with a key back: `{kind, id, remove}` or `{kind, id, fields}`."""
    row = conn.execute("SELECT undo FROM desk_key WHERE key = ?", (key,)).fetchone()
    return None if row is None else json.loads(row[0])


def count(conn: sqlite3.Connection, kind: str) -> int:
    """Count the records of a kind."""
    if kind not in COLUMNS:
        raise KeyError(kind)
    return int(conn.execute(f"SELECT count(*) FROM desk_{kind}").fetchone()[0])  # noqa: S608 - a known kind


def number_of(conn: sqlite3.Connection, kind: str, external_id: str) -> int | None:
    """Return the number of a record by the name it has in the system it came from."""
    if kind not in COLUMNS:
        raise KeyError(kind)
    row = conn.execute(f"SELECT id FROM desk_{kind} WHERE external_id = ?", (external_id,)).fetchone()  # noqa: S608 - a known kind
    return None if row is None else int(row[0])
