"""Facts for a summary."""

import sqlite3
from typing import Any

from opsconsole.store.queries.content import decode


def held(conn: sqlite3.Connection) -> int:
    """Count effects that wait for their time or for a pause to end."""
    return int(conn.execute("SELECT count(*) FROM effect WHERE state = 'prepared'").fetchone()[0])


def examples(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return one waiting request of each tool, the oldest, at most five."""
    rows = conn.execute(
        "SELECT min(p.id), a.tool, c.bytes, p.because FROM approval p JOIN action a ON a.id = p.action_id"
        " JOIN content c ON c.id = a.args_id WHERE p.state = 'waiting' GROUP BY a.tool ORDER BY count(*) DESC LIMIT 5"
    )
    found: list[dict[str, Any]] = []
    for approval, tool, args, because in rows:
        values = decode(args)
        what = (
            values.get("question") or f"{tool}: {values.get('to') or values.get('title') or values.get('text') or ''}"
        )
        found.append({"approval": approval, "what": what, "because": because})
    return found
