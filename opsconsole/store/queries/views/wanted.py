"""What an agent wanted to do since a time, with the gate's word and whether people did otherwise."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from opsconsole.store.times import to_micros


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


def wanted_since(conn: sqlite3.Connection, agent: str, *, since: datetime, most: int) -> Iterator[Wanted]:
    """Yield the writes of an agent's runs since a time, the newest run first, at most so many."""
    rows = conn.execute(
        "SELECT a.id, a.tool, coalesce(a.category, ''), w.reasons,"
        " coalesce((SELECT p.verdict IN ('differs', 'missing', 'extra') FROM pair p WHERE p.run_id = r.id), 0)"
        " FROM run r CROSS JOIN action a ON a.run_id = r.id AND a.is_write = 1"
        " CROSS JOIN ruling w ON w.id = (SELECT min(id) FROM ruling WHERE action_id = a.id)"
        " WHERE r.agent_id = ? AND r.started_at >= ? ORDER BY r.started_at DESC LIMIT ?",
        (agent, to_micros(since), most),
    )
    for row in rows:
        yield Wanted(row[0], row[1], row[2], row[3], bool(row[4]))
