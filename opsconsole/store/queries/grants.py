"""Standing grants."""

import json
import sqlite3
from datetime import datetime
from typing import Any

from opsconsole.store.times import from_micros, to_micros


def in_force(conn: sqlite3.Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Return the grants that hold now."""
    rows = conn.execute(
        "SELECT id, agent_id, tool, pinned, actor, created_at, expires_at, uses_left FROM standing_grant"
        " WHERE revoked_at IS NULL AND expires_at > ? AND (uses_left IS NULL OR uses_left > 0) ORDER BY id",
        (to_micros(now),),
    )
    return [
        {
            "id": row[0],
            "agent": row[1],
            "tool": row[2],
            "pinned": json.loads(row[3]),
            "actor": row[4],
            "created_at": from_micros(int(row[5])),
            "expires_at": from_micros(int(row[6])),
            "uses_left": row[7],
        }
        for row in rows
    ]


def given_at(conn: sqlite3.Connection, *, agent: str, tool: str, at: datetime) -> list[int]:
    """Return the grants that were given at one moment and were not revoked."""
    rows = conn.execute(
        "SELECT id FROM standing_grant WHERE agent_id = ? AND tool = ? AND created_at = ? AND revoked_at IS NULL",
        (agent, tool, to_micros(at)),
    )
    return [int(row[0]) for row in rows]
