"""Cases in the order they were learnt."""

import sqlite3


def after(conn: sqlite3.Connection, case_id: int) -> list[tuple[int, str, str, str]]:
    """Give (id, agent, category, text) of the cases added after one."""
    return conn.execute(
        "SELECT id, scope, category, text FROM cases WHERE id > ? AND retired_at IS NULL ORDER BY id", (case_id,)
    ).fetchall()
