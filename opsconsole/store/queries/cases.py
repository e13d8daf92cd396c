"""Cases in the order they were learnt."""

import sqlite3
from datetime import datetime

from opsconsole.store.times import from_micros


def after(conn: sqlite3.Connection, case_id: int) -> list[tuple[int, str, str, str]]:
    """Return (id, agent, category, text) of the cases added after one."""
    return conn.execute(
        "SELECT id, scope, category, text FROM cases WHERE id > ? AND retired_at IS NULL ORDER BY id", (case_id,)
    ).fetchall()


def retired(conn: sqlite3.Connection) -> list[int]:
    """Return the cases that are used no more."""
    return [row[0] for row in conn.execute("SELECT id FROM cases WHERE retired_at IS NOT NULL ORDER BY id")]


def of_agent(conn: sqlite3.Connection, agent: str) -> list[tuple[int, str, str]]:
    """Return (id, category, text) of an agent's cases in the order they were learnt."""
    return conn.execute(
        "SELECT id, category, text FROM cases WHERE scope = ? AND retired_at IS NULL ORDER BY id", (agent,)
    ).fetchall()


def learnt(conn: sqlite3.Connection, agent: str) -> list[tuple[datetime, str, str, str]]:
    """Return (when it was learnt, category, text, event it came of or nothing) of an agent's cases, oldest first."""
    rows = conn.execute(
        "SELECT created_at, category, text, coalesce(event_id, '') FROM cases WHERE scope = ? AND retired_at IS NULL"
        " ORDER BY created_at, id",
        (agent,),
    )
    return [(from_micros(row[0]), row[1], row[2], row[3]) for row in rows]


def agents(conn: sqlite3.Connection) -> list[str]:
    """Return the agents there are."""
    return [row[0] for row in conn.execute("SELECT id FROM agent ORDER BY id").fetchall()]
