"""What the frame of the window shows, in one look."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsconsole.store.queries import connections, limits
from opsconsole.store.queries.views.drawn import UNDECIDED_ACTIONS, listed
from opsconsole.store.times import from_micros, to_micros


@dataclass(frozen=True, slots=True)
class ShellState:
    """The state of the workspace in a line."""

    waiting: int
    """Requests, and decisions to make first."""
    first: int
    """How many of them are to be decided before seeing what the agent did."""
    agents: int
    events: int
    last_event_at: datetime | None
    """When the newest event of the feed happened, as its line there says."""
    switches: tuple[str, ...]
    """Scopes of kill switches that are on."""
    models: int
    troubles: tuple[tuple[str, str, str], ...]
    """(connection, kind, what is wrong)."""
    spent: float
    """Money in the last 24 hours."""
    cap: float | None
    """Cap of a day, of all agents."""
    currency: str
    is_sample: bool


def shell_state(conn: sqlite3.Connection, *, now: datetime) -> ShellState:
    """Look once."""
    (asked,) = conn.execute(
        f"SELECT count(*) FROM approval WHERE state = 'waiting' AND action_id NOT IN {UNDECIDED_ACTIONS}"  # noqa: S608 - no input in it
        " AND (snoozed_until IS NULL OR snoozed_until <= ?)",
        (to_micros(now),),
    ).fetchone()
    first = len(listed(conn, now=now))
    (agents,) = conn.execute("SELECT count(*) FROM agent WHERE version_id IS NOT NULL").fetchone()
    (events,) = conn.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()
    last = conn.execute("SELECT occurred_at FROM event ORDER BY id DESC LIMIT 1").fetchone()
    present = connections.connections(conn)
    troubles = [
        (connection.id, connection.kind, said[1])
        for connection in present
        if (said := connections.health(conn, connection.id)) is not None and said[0] != "ok"
    ]
    return ShellState(
        waiting=asked + first,
        first=first,
        agents=agents,
        events=events,
        last_event_at=None if last is None else from_micros(int(last[0])),
        switches=tuple(scope for scope, _ in limits.switches(conn)),
        models=sum(connection.kind == "model" for connection in present),
        troubles=tuple(troubles),
        spent=limits.cost_since(conn, since=now - timedelta(days=1), agent=None),
        cap=json.loads(limits.setting(conn, "budgets") or "{}").get("cost_per_day"),
        currency=limits.setting(conn, "currency") or "EUR",
        is_sample=limits.setting(conn, "sample") is not None,
    )
