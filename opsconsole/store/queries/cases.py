"""Cases in the order they were learnt."""

import sqlite3


def after(conn: sqlite3.Connection, case_id: int) -> list[tuple[int, str, str, str]]:
    """Give (id, agent, category, text) of the cases added after one."""
    return conn.execute(
        "SELECT id, scope, category, text FROM cases WHERE id > ? AND retired_at IS NULL ORDER BY id", (case_id,)
    ).fetchall()


def of_agent(conn: sqlite3.Connection, agent: str) -> list[tuple[int, str, str]]:
    """Give (id, category, text) of an agent's cases in the order they were learnt."""
    return conn.execute(
        "SELECT id, category, text FROM cases WHERE scope = ? AND retired_at IS NULL ORDER BY id", (agent,)
    ).fetchall()


def agents(conn: sqlite3.Connection) -> list[str]:
    """Give the agents there are."""
    return [row[0] for row in conn.execute("SELECT id FROM agent ORDER BY id").fetchall()]
