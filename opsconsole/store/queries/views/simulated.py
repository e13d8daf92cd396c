"""What was not done: what agents in shadow would have done, what was recommended, and what a person said to it."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opsconsole.domain.ids import ActionId, EventId, RunId
from opsconsole.store.queries.content import decode
from opsconsole.store.queries.views.names import CategoryNames, category_names
from opsconsole.store.times import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class NotExecutedRow:
    """An action that was only recorded, and the event it answers."""

    action_id: ActionId
    run_id: RunId
    event_id: EventId
    subject_id: int
    agent: str
    agent_name: str
    category: str
    category_name: str
    """As its agent's file calls it."""
    tool: str
    at: datetime
    if_live: str
    """What the gate would say at the next rung; empty where none is above."""
    event_title: str
    event_sender: str
    event_at: datetime


def not_executed(
    conn: sqlite3.Connection,
    *,
    state: str,
    agent: str | None = None,
    category: str | None = None,
    before: datetime | None = None,
    since: datetime | None = None,
    limit: int = 200,
) -> list[NotExecutedRow]:
    """Return what was simulated or recommended, newest first; recommendations that were answered are left out.

    Args:
        conn: where to read.
        state: `simulated` or `recommended`.
        agent: of this agent only.
        category: of this category only.
        before: recorded before this time.
        since: recorded not before this time.
        limit: so many at most.
    """
    rows = conn.execute(
        "SELECT a.id, a.run_id, r.event_id, a.subject_id, r.agent_id, coalesce(json_extract(v.spec, '$.name'), ''),"
        " coalesce(a.category, ''), a.tool, a.at,"
        " coalesce((SELECT if_live FROM ruling WHERE action_id = a.id ORDER BY id LIMIT 1), ''), c.bytes, e.occurred_at"
        " FROM action a CROSS JOIN run r ON r.id = a.run_id CROSS JOIN event e ON e.id = r.event_id"
        " JOIN content c ON c.id = e.content_id LEFT JOIN agent g ON g.id = r.agent_id"
        " LEFT JOIN agent_version v ON v.id = g.version_id"
        " WHERE a.state = ?1 AND a.state IN ('simulated','recommended') AND a.at < ?2 AND a.at >= ?6"
        " AND (?3 IS NULL OR r.agent_id = ?3) AND (?4 IS NULL OR a.category = ?4)"
        " AND (?1 = 'simulated' OR NOT EXISTS (SELECT 1 FROM recommendation WHERE action_id = a.id))"
        " ORDER BY a.at DESC, a.id DESC LIMIT ?5",
        (
            state,
            2**62 if before is None else to_micros(before),
            agent,
            category,
            limit,
            0 if since is None else to_micros(since),
        ),
    )
    called = category_names(conn)
    return [_row(row, called) for row in rows]


def _row(values: tuple[Any, ...], called: CategoryNames) -> NotExecutedRow:
    body: dict[str, Any] = {} if values[10] is None else decode(values[10])
    return NotExecutedRow(
        action_id=values[0],
        run_id=values[1],
        event_id=values[2],
        subject_id=values[3],
        agent=values[4],
        agent_name=values[5] or values[4],
        category=values[6],
        category_name=called.of(values[4], values[6]),
        tool=values[7],
        at=from_micros(int(values[8])),
        if_live=values[9],
        event_title=str(body.get("title", "")),
        event_sender=str(body.get("sender", "")),
        event_at=from_micros(int(values[11])),
    )


def facets(conn: sqlite3.Connection, *, state: str, limit: int = 5000) -> dict[str, list[str]]:
    """Return the agents of the newest such actions, each with its categories."""
    found: dict[str, set[str]] = {}
    for agent, category in conn.execute(
        "SELECT DISTINCT r.agent_id, coalesce(n.category, '') FROM (SELECT run_id, category FROM action"
        " WHERE state = ? AND state IN ('simulated','recommended') ORDER BY at DESC LIMIT ?) n"
        " CROSS JOIN run r ON r.id = n.run_id",
        (state, limit),
    ):
        found.setdefault(agent, set()).add(category)
    return {agent: sorted(name for name in names if name) for agent, names in sorted(found.items())}


def said_to(conn: sqlite3.Connection, action_id: str) -> str | None:
    """Return what a person said to a recommendation (`did_it`, `asked`, `not_right`); None while nobody did."""
    row = conn.execute("SELECT verb FROM recommendation WHERE action_id = ?", (action_id,)).fetchone()
    return None if row is None else row[0]


def changes_after(conn: sqlite3.Connection, *, subject: int, after: datetime, without_run: int) -> list[str]:
    """Return what others than a run changed on a subject since a time, in words."""
    rows = conn.execute(
        "SELECT what FROM subject_change WHERE subject_id = ? AND at > ? AND (run_id IS NULL OR run_id IS NOT ?)"
        " ORDER BY id",
        (subject, to_micros(after), without_run),
    )
    return [row[0] for row in rows]
