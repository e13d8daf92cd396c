"""Past events that an agent can be tried on, and what their systems tell of what people did."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.event import Event
from opsconsole.store.queries import events, versions
from opsconsole.store.queries.desk import records as desk
from opsconsole.store.rows import present
from opsconsole.store.times import from_micros, to_micros

PAGE = 200
_PAGE = (
    "SELECT e.id, e.occurred_at, EXISTS (SELECT 1 FROM pair p WHERE p.event_id = e.id AND p.agent_id = ?1"
    " AND p.version_id IN (SELECT value FROM json_each(?2)) AND p.source = 'history'),"
    " EXISTS (SELECT 1 FROM pair p WHERE p.event_id = e.id AND p.agent_id = ?1) FROM event e"
    " WHERE e.occurred_at >= ?3 AND (e.occurred_at > ?3 OR e.id > ?4)"
    " AND NOT EXISTS (SELECT 1 FROM run r WHERE r.event_id = e.id AND r.agent_id = ?1)"
    " ORDER BY e.occurred_at, e.id LIMIT ?5"
)


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event no run of the agent worked."""

    id: int
    at: datetime
    is_paired: bool
    """This version, or one that says the same, worked it from the past already."""
    is_seen: bool
    """Some version worked it already."""


def past(
    conn: sqlite3.Connection, *, agent: str, version: int, since: datetime | None = None
) -> Iterator[tuple[PastEvent, Event]]:
    """Yield every stored event that no run of an agent worked, in the order they happened; a page of ids in memory."""
    at, number = -1 if since is None else to_micros(since) - 1, 0
    same = json.dumps(sorted(versions.alike(conn, version)))
    while rows := conn.execute(_PAGE, (agent, same, at, number, PAGE)).fetchall():
        for number, at, is_paired, is_seen in rows:
            yield PastEvent(number, from_micros(at), bool(is_paired), bool(is_seen)), event(conn, number)


def worked_live(conn: sqlite3.Connection, agent: str) -> int:
    """Return how many events an agent was given as work: they are no past that it could be tried on."""
    return int(conn.execute("SELECT count(DISTINCT event_id) FROM run WHERE agent_id = ?", (agent,)).fetchone()[0])


@dataclass(frozen=True, slots=True)
class PastThere:
    """Whether an agent can be tried on a past."""

    is_agent: bool
    """One is in use."""
    is_past: bool
    """There are events that no agent was given as work."""


def past_there(conn: sqlite3.Connection) -> PastThere:
    """Return whether an agent is in use, and a past is there."""
    is_agent, is_past = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM agent WHERE version_id IS NOT NULL), EXISTS (SELECT 1 FROM event e"
        " WHERE NOT EXISTS (SELECT 1 FROM run r WHERE r.event_id = e.id))"
    ).fetchone()
    return PastThere(bool(is_agent), bool(is_past))


def kinds(conn: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return what events there are: (connection, kind, how many)."""
    rows = conn.execute("SELECT connection_id, kind, count(*) FROM event GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2")
    return [(row[0], row[1], row[2]) for row in rows]


def paired_on_subjects(conn: sqlite3.Connection, events: Sequence[int]) -> list[int]:
    """Return the events that have pairs from the past and are about the same subjects as some events."""
    rows = conn.execute(
        "SELECT DISTINCT p.event_id FROM pair p WHERE p.source = 'history' AND p.subject_id IN"
        " (SELECT e.subject_id FROM event e WHERE e.id IN (SELECT value FROM json_each(?))) ORDER BY 1",
        (json.dumps(list(events)),),
    )
    return [row[0] for row in rows]


def paired_without(conn: sqlite3.Connection, why: str) -> list[int]:
    """Return the events whose pairs from the past prove nothing for a reason."""
    rows = conn.execute(
        "SELECT DISTINCT event_id FROM pair WHERE source = 'history' AND excluded = ? ORDER BY 1", (why,)
    )
    return [row[0] for row in rows]


def event(conn: sqlite3.Connection, number: int) -> Event:
    """Return one event."""
    return present(events.event(conn, number), f"event {number}")


def sent_times(conn: sqlite3.Connection, connection: str) -> Mapping[str, Sequence[datetime]]:
    """Return when mail is known that people sent from a connection: per domain of the sender, in order."""
    rows = conn.execute(
        "SELECT id FROM event WHERE connection_id = ? AND kind = 'mail.sent' ORDER BY occurred_at, id", (connection,)
    ).fetchall()
    found: dict[str, list[datetime]] = {}
    for (number,) in rows:
        earlier = event(conn, number)
        found.setdefault(earlier.sender.rpartition("@")[2].casefold(), []).append(earlier.occurred_at)
    return found


def sent_on(conn: sqlite3.Connection, subject: int, *, after: datetime, until: datetime) -> list[Event]:
    """Return the mails that people sent on a subject in a time."""
    rows = conn.execute(
        "SELECT id FROM event WHERE subject_id = ? AND kind = 'mail.sent' AND occurred_at >= ? AND occurred_at <= ?"
        " ORDER BY occurred_at, id",
        (subject, to_micros(after), to_micros(until)),
    ).fetchall()
    return [event(conn, row[0]) for row in rows]


def ticket_by_people(conn: sqlite3.Connection, number: int) -> dict[str, Any]:
    """Return a ticket of the desk as imports and people left it, whatever agents changed; empty where there is none."""
    found = desk.get(conn, "ticket", number) or {}
    values: dict[str, Any] = {}
    for line in desk.history(conn, "ticket", number):
        name = line["field"]
        is_own = line["actor"] == "import" or str(line["actor"]).startswith("person:")
        if name in found and (is_own or name not in values):
            values[name] = line["now"] if is_own else line["was"]
    return found | values


def mean_cost(conn: sqlite3.Connection, agent: str) -> tuple[float, int]:
    """Return what a run of an agent cost on average, in micros, and of how many runs; (0, 0) where none cost."""
    row = conn.execute(
        "SELECT avg(cost_micros), count(*) FROM run WHERE agent_id = ? AND cost_micros > 0", (agent,)
    ).fetchone()
    return float(row[0] or 0), int(row[1])
