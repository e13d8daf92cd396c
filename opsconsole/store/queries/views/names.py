"""How people call the agents: one name each, wherever it stands."""

import sqlite3


def agent_names(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the agents by id, in order, with the names people call them; of who was dismissed, the last one."""
    rows = conn.execute(
        "SELECT a.id, coalesce(json_extract(v.spec, '$.name'), a.id) FROM agent a"
        " LEFT JOIN agent_version v ON v.id = coalesce(a.version_id,"
        " (SELECT id FROM agent_version WHERE agent_id = a.id ORDER BY number DESC LIMIT 1)) ORDER BY a.id"
    )
    return dict(rows.fetchall())
