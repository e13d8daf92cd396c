"""Configured connections, and what they remember."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from opsconsole.store.times import from_micros

HEALTH = "health"
"""Under this key a connection keeps how it is: `{state, text}`."""


SETTLED = "settled"
"""Under this key stands when a connection was last connected, or a secret that it names was kept anew."""


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One configured account of one kind of system. `config` holds names of secrets, never secrets."""

    id: str
    kind: str
    config: Mapping[str, Any]
    is_off: bool
    """Removed, but its events stay."""
    created_at: datetime


def _row(values: tuple[Any, ...]) -> ConnectionRow:
    return ConnectionRow(values[0], values[1], _config(values[2]), bool(values[3]), from_micros(int(values[4])))


def _config(text: str) -> dict[str, Any]:
    """Return the settings; nothing where they are none, so that one damaged row stops no other: no kind takes that."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def connections(conn: sqlite3.Connection, *, kind: str | None = None) -> list[ConnectionRow]:
    """Return the connections in use, in order of name."""
    rows = conn.execute(
        "SELECT id, kind, config, is_off, created_at FROM connection WHERE is_off = 0 AND (?1 IS NULL OR kind = ?1)"
        " ORDER BY id",
        (kind,),
    )
    return [_row(row) for row in rows]


def connection(conn: sqlite3.Connection, name: str) -> ConnectionRow | None:
    """Return a connection, also one that was removed; None where there never was one."""
    row = conn.execute("SELECT id, kind, config, is_off, created_at FROM connection WHERE id = ?", (name,)).fetchone()
    return None if row is None else _row(row)


@dataclass(frozen=True, slots=True)
class Setting:
    """A connection in use with all that makes it another one than before."""

    row: ConnectionRow
    settled: str


def in_use(conn: sqlite3.Connection) -> dict[str, Setting]:
    """Return the connections in use by name; one that differs from what it was has to be opened anew."""
    rows = conn.execute(
        "SELECT c.id, c.kind, c.config, c.is_off, c.created_at, coalesce(m.value, '') FROM connection c"
        " LEFT JOIN connection_memory m ON m.connection_id = c.id AND m.key = ? WHERE c.is_off = 0 ORDER BY c.id",
        (SETTLED,),
    )
    return {row[0]: Setting(_row(row), str(row[5])) for row in rows}


def settled_at(conn: sqlite3.Connection, name: str) -> datetime | None:
    """Return when a connection was last connected, or a secret of it was kept anew; None where that is not known."""
    said = recall(conn, name, SETTLED)
    return None if said is None else from_micros(int(said["at"]))


def waiting_for(conn: sqlite3.Connection, name: str) -> tuple[list[int], int]:
    """Return the numbers of requests that wait and need this connection, and how many approved actions are to come."""
    tools = (f"{name}.", f"{name}/")  # what begins with `name.`: the sign after the dot ends the range
    requests = conn.execute(
        "SELECT p.id FROM approval p JOIN action a ON a.id = p.action_id WHERE p.state = 'waiting' AND a.tool >= ?"
        " AND a.tool < ? ORDER BY p.id",
        tools,
    ).fetchall()
    row = conn.execute(
        "SELECT count(*) FROM effect e JOIN action a ON a.id = e.action_id WHERE e.state = 'prepared' AND a.tool >= ?"
        " AND a.tool < ?",
        tools,
    ).fetchone()
    return [int(request[0]) for request in requests], int(row[0])


def recall(conn: sqlite3.Connection, connection_id: str, key: str) -> Any:
    """Return what a connection keeps under a key; None for nothing."""
    row = conn.execute(
        "SELECT value FROM connection_memory WHERE connection_id = ? AND key = ?", (connection_id, key)
    ).fetchone()
    return None if row is None else json.loads(row[0])


def health(conn: sqlite3.Connection, connection_id: str) -> tuple[str, str, datetime] | None:
    """Return (state, text, since) of a connection; None where it never said."""
    row = conn.execute(
        "SELECT value, at FROM connection_memory WHERE connection_id = ? AND key = ?", (connection_id, HEALTH)
    ).fetchone()
    if row is None:
        return None
    said = json.loads(row[0])
    return said["state"], said["text"], from_micros(int(row[1]))


def last_event_at(conn: sqlite3.Connection, connection_id: str) -> datetime | None:
    """Return when the newest event of a connection happened, as its line in the feed says; None for none."""
    row = conn.execute(
        "SELECT occurred_at FROM event WHERE connection_id = ? ORDER BY id DESC LIMIT 1", (connection_id,)
    ).fetchone()
    return None if row is None else from_micros(int(row[0]))
