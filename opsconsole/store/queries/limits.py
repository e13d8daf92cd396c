"""Figures the gate counts with: what was used, done, granted, switched off."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from opsconsole.store.times import end_micros, from_micros, to_micros

_COUNTS = "(e.state <> 'cancelled' OR (SELECT is_in_doubt FROM action WHERE id = e.action_id))"
"""What was taken back does not count; what a call before that may have done does."""


def actions_since(conn: sqlite3.Connection, *, since: datetime, agent: str | None, besides: str = "") -> int:
    """Count effects that were made since, of one agent or of all, for other actions; cancelled ones do not count."""
    made = f"SELECT count(*) FROM effect e WHERE created_at >= ? AND {_COUNTS} AND action_id <> ?"  # noqa: S608 - ours
    if agent is None:
        (count,) = conn.execute(made, (to_micros(since), besides)).fetchone()
    else:
        (count,) = conn.execute(made + " AND agent_id = ?", (to_micros(since), besides, agent)).fetchone()
    return int(count)


def recipient_since(conn: sqlite3.Connection, *, since: datetime, recipient: str, besides: str) -> int:
    """Count effects since that go to a recipient (its salted digest), whoever else they go to."""
    sent = "SELECT count(*) FROM effect_recipient r CROSS JOIN effect e ON e.id = r.effect_id WHERE r.recipient = ?"
    query = f"{sent} AND r.at >= ? AND {_COUNTS} AND e.action_id <> ?"
    (count,) = conn.execute(query, (recipient, to_micros(since), besides)).fetchone()
    return count


def runs_since(conn: sqlite3.Connection, *, since: datetime, agent: str | None) -> int:
    """Count runs started since, of one agent or of all."""
    started = "SELECT count(*) FROM run WHERE started_at >= ?"
    if agent is None:
        (count,) = conn.execute(started, (to_micros(since),)).fetchone()
    else:
        (count,) = conn.execute(started + " AND agent_id = ?", (to_micros(since), agent)).fetchone()
    return int(count)


def cost_since(conn: sqlite3.Connection, *, since: datetime, agent: str | None, until: datetime | None = None) -> float:
    """Return what turns stored since cost, of one agent or of all, in whole currency units; those before `until` only.

    By turn, not by run: one that waits for a person was paid for when it thought, and costs nothing while it waits.
    """
    spent, span = "SELECT coalesce(sum(t.cost_micros), 0) FROM turn t", (to_micros(since), end_micros(until))
    if agent is None:
        (micros,) = conn.execute(f"{spent} WHERE t.cost_micros > 0 AND t.at >= ? AND t.at < ?", span).fetchone()
    else:
        (micros,) = conn.execute(
            f"{spent} CROSS JOIN run r ON r.id = t.run_id"
            " WHERE t.cost_micros > 0 AND t.at >= ? AND t.at < ? AND r.agent_id = ?",
            (*span, agent),
        ).fetchone()
    return int(micros) / 1e6


def done_ago(conn: sqlite3.Connection, *, subject: int, tool: str, now: datetime, besides: str) -> timedelta | None:
    """Return the time since `tool` was last done on a subject by another action than `besides`; None for never.

    What is on its way counts as done now: sent without an answer yet, or prepared before this one.
    """
    at, is_coming = conn.execute(
        "SELECT max(CASE e.state WHEN 'done' THEN e.done_at END),"
        " max(e.state IN ('sending', 'unknown') OR a.is_in_doubt OR (e.state = 'prepared' AND e.id < coalesce("
        "   (SELECT own.id FROM effect own WHERE own.action_id = ?1 AND own.state = 'prepared'), 9223372036854775807)))"
        " FROM action a JOIN effect e ON e.action_id = a.id"
        " WHERE a.subject_id = ?2 AND a.tool = ?3 AND a.is_write = 1 AND a.id <> ?1",
        (besides, subject, tool),
    ).fetchone()
    if is_coming:
        return timedelta(0)
    return None if at is None else now - from_micros(at)


def is_done_in_run(conn: sqlite3.Connection, *, run: int, tool: str, args: Mapping[str, Any], besides: str) -> bool:
    """Return whether an earlier action of a run wanted the same thing and was done, is coming, or was simulated."""
    rows = conn.execute(
        "SELECT c.bytes FROM action a JOIN content c ON c.id = a.args_id WHERE a.run_id = ? AND a.tool = ?"
        " AND a.is_write = 1 AND a.id <> ? AND a.state IN ('waiting', 'done', 'simulated', 'recommended')"
        " AND a.at <= coalesce((SELECT at FROM action WHERE id = ?), 9223372036854775807)",
        (run, tool, besides, besides),
    )
    return any(data is not None and json.loads(data) == dict(args) for (data,) in rows)


def switches(conn: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return the kill switches that are on: (scope, reason)."""
    return conn.execute("SELECT scope, reason FROM switch ORDER BY scope").fetchall()


def paused(conn: sqlite3.Connection) -> frozenset[str]:
    """Return the scopes whose kill switch is on."""
    return frozenset(scope for scope, _ in switches(conn))


def grant_for(
    conn: sqlite3.Connection, *, agent: str, tool: str, fingerprint: str, args: Mapping[str, Any], now: datetime
) -> int | None:
    """Return the id of a standing grant that covers this call; None for none."""
    rows = conn.execute(
        "SELECT id, pinned FROM standing_grant WHERE agent_id = ? AND tool = ? AND fingerprint = ?"
        " AND revoked_at IS NULL AND expires_at > ? AND (uses_left IS NULL OR uses_left > 0) ORDER BY id",
        (agent, tool, fingerprint, to_micros(now)),
    )
    for grant, pinned in rows:
        wanted: dict[str, Any] = json.loads(pinned)
        if all(name in args and args[name] == value for name, value in wanted.items()):
            return grant
    return None


def is_grant_in_force(conn: sqlite3.Connection, grant: int, *, fingerprint: str, now: datetime) -> bool:
    """Return whether a grant that was used for an effect still stands: not revoked, not expired, same schema."""
    row = conn.execute(
        "SELECT 1 FROM standing_grant WHERE id = ? AND fingerprint = ? AND revoked_at IS NULL AND expires_at > ?",
        (grant, fingerprint, to_micros(now)),
    ).fetchone()
    return row is not None


def setting(conn: sqlite3.Connection, key: str) -> str | None:
    """Return a workspace setting."""
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def has_other_category(conn: sqlite3.Connection, *, run: int, category: str | None, besides: str) -> bool:
    """Return whether an earlier write of the run was proposed under another category."""
    row = conn.execute(
        "SELECT 1 FROM action WHERE run_id = ? AND is_write = 1 AND id <> ? AND category IS NOT ?"
        " AND EXISTS (SELECT 1 FROM ruling WHERE action_id = action.id) LIMIT 1",
        (run, besides, category),
    ).fetchone()
    return row is not None
