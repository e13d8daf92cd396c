"""What an agent wanted to do since a time, with the gate's word and whether people did otherwise."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from opsconsole.domain.enums import Verdict
from opsconsole.store.queries.content import decode
from opsconsole.store.queries.views.unseen import UNDECIDED
from opsconsole.store.times import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Wanted:
    """One write that an agent wanted."""

    id: str
    tool: str
    category: str
    """Empty: none was found."""
    reasons: str
    """Of the gate's first word, as JSON."""
    is_against: bool
    """What people did with the same event was another thing."""
    event: int


def wanted_since(conn: sqlite3.Connection, agent: str, *, since: datetime, most: int) -> Iterator[Wanted]:
    """Yield the writes of an agent's runs since a time, the newest run first, at most so many."""
    rows = conn.execute(
        "SELECT a.id, a.tool, coalesce(a.category, ''), w.reasons,"
        " coalesce((SELECT p.verdict IN ('differs', 'missing', 'extra') FROM pair p WHERE p.run_id = r.id), 0),"
        " r.event_id FROM run r CROSS JOIN action a ON a.run_id = r.id AND a.is_write = 1"
        " CROSS JOIN ruling w ON w.id = (SELECT min(id) FROM ruling WHERE action_id = a.id)"
        " WHERE r.agent_id = ? AND r.started_at >= ? ORDER BY r.started_at DESC LIMIT ?",
        (agent, to_micros(since), most),
    )
    for row in rows:
        yield Wanted(row[0], row[1], row[2], row[3], bool(row[4]), row[5])


@dataclass(frozen=True, slots=True)
class RecentCall:
    """A write that an agent wanted, for a list to choose from."""

    id: str
    tool: str
    title: str
    """Of the event."""
    at: datetime
    verdict: Verdict
    """Of the gate's last word."""


def recent_calls(conn: sqlite3.Connection, agent: str, *, most: int) -> list[RecentCall]:
    """Return the writes that an agent wanted last, the newest first, at most so many; not what is not to be seen."""
    rows = conn.execute(
        "SELECT a.id, a.tool, c.bytes, w.at, w.verdict"  # noqa: S608 - no input in it
        " FROM run r CROSS JOIN action a ON a.run_id = r.id AND a.is_write = 1"
        " CROSS JOIN ruling w ON w.id = (SELECT max(id) FROM ruling WHERE action_id = a.id)"
        " CROSS JOIN event e ON e.id = r.event_id CROSS JOIN content c ON c.id = e.content_id"
        f" WHERE r.agent_id = ? AND NOT {UNDECIDED} ORDER BY r.started_at DESC LIMIT ?",
        (agent, most),
    )
    return [
        RecentCall(row[0], row[1], decode(row[2]).get("title", ""), from_micros(int(row[3])), Verdict[row[4]])
        for row in rows
    ]
