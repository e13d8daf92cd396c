"""What an agent has begun and not ended, and when it was dismissed."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from opsconsole.store.times import from_micros, to_micros

DISMISSED = "dismissed:{}"
"""Under this key the workspace keeps when an agent was dismissed last, by whom and why."""
_REQUESTS = "SELECT id FROM approval WHERE state = 'waiting' AND agent_id = ? AND kind <> 'unknown' ORDER BY id"
_EFFECTS = (
    "SELECT id FROM effect WHERE state = 'prepared' AND state IN ('prepared','sending','unknown') AND agent_id = ?"
    " ORDER BY id"
)
_RUNS = "SELECT id FROM run WHERE state IN ('queued','running','waiting') AND agent_id = ? ORDER BY id"
_GRANTS = (
    "SELECT id FROM standing_grant WHERE agent_id = ? AND revoked_at IS NULL AND expires_at > ?"
    " AND (uses_left IS NULL OR uses_left > 0) ORDER BY id"
)
_DOUBTS = (
    "SELECT e.action_id FROM effect e JOIN action a ON a.id = e.action_id"
    " WHERE e.state IN ('prepared','sending','unknown') AND e.agent_id = ?1"
    " AND (e.state <> 'prepared' OR a.is_in_doubt)"
    " UNION SELECT p.action_id FROM approval p JOIN action a ON a.id = p.action_id"
    " WHERE p.state = 'waiting' AND p.agent_id = ?1 AND (p.kind = 'unknown' OR a.is_in_doubt)"
)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """What an agent has begun and not ended, by number."""

    requests: tuple[int, ...]
    """Wait for a person, put off or not; whether something was done is no such request."""
    effects: tuple[int, ...]
    """Prepared, and not sent yet."""
    runs: tuple[int, ...]
    """Events that it works, or is still to work."""
    grants: tuple[int, ...]
    """Standing grants in force."""
    doubts: frozenset[str]
    """Actions that are being sent, or of which nobody knows whether they were done."""


@dataclass(frozen=True, slots=True)
class Dismissal:
    """An agent was taken out of use."""

    at: datetime
    by: str
    reason: str
    """Empty: nothing was said."""
    number: int
    """Of the version that was in use until then."""


def open_work(conn: sqlite3.Connection, agent: str, *, now: datetime) -> OpenWork:
    """Return what an agent has begun and not ended."""

    def numbers(sql: str, *more: int) -> tuple[int, ...]:
        return tuple(int(row[0]) for row in conn.execute(sql, (agent, *more)))

    return OpenWork(
        numbers(_REQUESTS),
        numbers(_EFFECTS),
        numbers(_RUNS),
        numbers(_GRANTS, to_micros(now)),
        frozenset(str(row[0]) for row in conn.execute(_DOUBTS, (agent,))),
    )


def dismissed_number(conn: sqlite3.Connection, agent: str) -> int:
    """Return the number of the version with which an agent was dismissed last, in use again or not; 0: never."""
    row = conn.execute(
        "SELECT json_extract(value, '$.number') FROM meta WHERE key = ?", (DISMISSED.format(agent),)
    ).fetchone()
    return 0 if row is None else int(row[0])


def dismissed_last(conn: sqlite3.Connection, agent: str) -> Dismissal | None:
    """Return when an agent was dismissed last, in use again or not; None where it never was."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (DISMISSED.format(agent),)).fetchone()
    return None if row is None else _dismissal(row[0])


def dismissal(conn: sqlite3.Connection, agent: str) -> Dismissal | None:
    """Return when an agent that is not in use was dismissed; None where it is in use, or never was."""
    row = conn.execute(
        "SELECT m.value FROM agent a JOIN meta m ON m.key = ? WHERE a.id = ? AND a.version_id IS NULL",
        (DISMISSED.format(agent), agent),
    ).fetchone()
    return None if row is None else _dismissal(row[0])


def _dismissal(value: str) -> Dismissal:
    kept = json.loads(value)
    return Dismissal(from_micros(int(kept["at"])), kept["by"], kept["reason"], kept["number"])
