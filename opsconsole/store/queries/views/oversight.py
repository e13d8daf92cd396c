"""What people did with their agents in a time: what they were asked and answered, judged, changed and granted."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.enums import Adjudication, Severity, Verb
from opsconsole.store.times import from_micros, maybe_from_micros, to_micros

_ASKED = (
    "SELECT p.agent_id, CASE WHEN p.closed_at IS NULL OR p.closed_at >= :until THEN 'waiting'"
    " WHEN p.state = 'decided' THEN coalesce((SELECT d.verb FROM decision d WHERE d.approval_id = p.id"
    " ORDER BY d.id DESC LIMIT 1), 'decided') ELSE p.state END, count(*)"
    " FROM approval p WHERE p.created_at >= :since AND p.created_at < :until GROUP BY 1, 2 ORDER BY 1, 2"
)
_ANSWERS = (
    "SELECT p.agent_id, d.verb, d.actor, d.at, d.at - p.created_at FROM decision d"
    " JOIN approval p ON p.id = d.approval_id WHERE d.at >= :since AND d.at < :until"
    " AND (:agent IS NULL OR p.agent_id = :agent) ORDER BY d.at DESC, d.id DESC LIMIT :most"
)
_LAST_WORD = "(SELECT max(id) FROM adjudication WHERE pair_id = a.pair_id AND is_repeat = 0 AND at < :until)"
_JUDGED = (
    "SELECT p.agent_id, p.category, a.verdict, p.severity, a.actor, a.at FROM adjudication a"  # noqa: S608 - ours
    f" JOIN pair p ON p.id = a.pair_id WHERE a.at >= :since AND a.at < :until AND a.id = {_LAST_WORD}"
    " ORDER BY a.at, a.id"
)
_GRANTS = (
    "SELECT g.id, g.tool, g.pinned, g.actor, g.created_at, g.expires_at,"
    " (SELECT count(*) FROM effect e WHERE e.grant_id = g.id AND e.state <> 'cancelled' AND e.created_at >= :since"
    "  AND e.created_at < :until),"
    " (SELECT max(e.created_at) FROM effect e WHERE e.grant_id = g.id AND e.state <> 'cancelled'"
    "  AND e.created_at < :until)"
    " FROM standing_grant g WHERE g.agent_id = :agent AND g.created_at < :until AND g.expires_at > :until"
    " AND (g.revoked_at IS NULL OR g.revoked_at >= :until) ORDER BY g.id"
)
FOREVER = 1_000_000
"""So many answers are looked at where nothing else limits them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said to a request."""

    agent: str
    verb: Verb
    actor: str
    at: datetime
    waited_s: float
    """Since it was asked."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person said last of a pair in a time."""

    agent: str
    category: str
    said: Adjudication
    severity: Severity
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GrantUse:
    """A standing grant that held at the end of a time, and how often it was used in it."""

    id: int
    tool: str
    pinned: Mapping[str, Any]
    actor: str
    created_at: datetime
    expires_at: datetime
    uses: int
    used_at: datetime | None
    """When it was used last before that end; None: never."""


@dataclass(frozen=True, slots=True)
class Said:
    """One word on a pair."""

    pair: int
    verdict: Adjudication
    is_repeat: bool
    at: datetime


def asked(conn: sqlite3.Connection, *, since: datetime, until: datetime) -> dict[str, dict[str, int]]:
    """Return by agent what became until its end of the requests of a time.

    By the verb of the last decision, or `lapsed`, `void`, `waiting`.
    """
    found: dict[str, dict[str, int]] = {}
    for agent, became, count in conn.execute(_ASKED, _span(since, until)):
        found.setdefault(agent, {})[became] = count
    return found


def answers(
    conn: sqlite3.Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    agent: str | None = None,
    most: int = FOREVER,
) -> list[Answer]:
    """Return what people said to requests in a time, the newest first, at most so many."""
    values = {
        "since": -(2**62) if since is None else to_micros(since),
        "until": 2**62 if until is None else to_micros(until),
        "agent": agent,
        "most": most,
    }
    return [
        Answer(row[0], Verb(row[1]), row[2], from_micros(int(row[3])), max(0, row[4]) / 1e6)
        for row in conn.execute(_ANSWERS, values)
    ]


def judged(conn: sqlite3.Connection, *, since: datetime, until: datetime) -> list[Judged]:
    """Return what people said last of pairs in a time, in order; what is said again of a pair shown again is not."""
    return [
        Judged(row[0], row[1], Adjudication(row[2]), Severity(row[3]), row[4], from_micros(int(row[5])))
        for row in conn.execute(_JUDGED, _span(since, until))
    ]


def said(conn: sqlite3.Connection, *, until: datetime) -> list[Said]:
    """Return every word on every pair before a moment, in order."""
    rows = conn.execute(
        "SELECT pair_id, verdict, is_repeat, at FROM adjudication WHERE at < ? ORDER BY id", (to_micros(until),)
    )
    return [Said(row[0], Adjudication(row[1]), bool(row[2]), from_micros(int(row[3]))) for row in rows]


def undone(conn: sqlite3.Connection, *, since: datetime, until: datetime) -> dict[str, int]:
    """Return by agent how many effects were taken back in a time."""
    rows = conn.execute(
        "SELECT e.agent_id, count(*) FROM undo u JOIN effect e ON e.id = u.effect_id"
        " WHERE u.state = 'done' AND u.ended_at >= :since AND u.ended_at < :until GROUP BY 1 ORDER BY 1",
        _span(since, until),
    )
    return dict(rows.fetchall())


def oldest_waiting(conn: sqlite3.Connection, *, until: datetime) -> datetime | None:
    """Return when the oldest request was asked that waited at a moment, put off or not; None where none did."""
    (at,) = conn.execute(
        "SELECT min(created_at) FROM approval WHERE created_at < :until AND (state = 'waiting' OR closed_at >= :until)",
        {"until": to_micros(until)},
    ).fetchone()
    return maybe_from_micros(at)


def mix(conn: sqlite3.Connection, agent: str, *, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many events of a time an agent took for which category; empty: for none."""
    rows = conn.execute(
        "SELECT coalesce(category, ''), count(*) FROM run WHERE agent_id = :agent AND queued_at >= :since"
        " AND queued_at < :until GROUP BY 1 ORDER BY 2 DESC, 1",
        {"agent": agent, **_span(since, until)},
    )
    return dict(rows.fetchall())


def grants_of(conn: sqlite3.Connection, agent: str, *, since: datetime, until: datetime) -> list[GrantUse]:
    """Return the standing grants of an agent that held at the end of a time, with their uses in it."""
    return [
        GrantUse(
            row[0],
            row[1],
            json.loads(row[2]),
            row[3],
            from_micros(int(row[4])),
            from_micros(int(row[5])),
            row[6],
            maybe_from_micros(row[7]),
        )
        for row in conn.execute(_GRANTS, {"agent": agent, **_span(since, until)})
    ]


def _span(since: datetime, until: datetime) -> dict[str, int]:
    return {"since": to_micros(since), "until": to_micros(until)}
