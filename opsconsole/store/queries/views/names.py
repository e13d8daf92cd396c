"""How people call the agents: one name each, wherever it stands."""

import sqlite3


def agent_names(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the agents by id, in order, with the names people call them."""
    rows = conn.execute(
        "SELECT a.id, coalesce(json_extract(v.spec, '$.name'), a.id) FROM agent a"
        " LEFT JOIN agent_version v ON v.id = a.version_id ORDER BY a.id"
    )
    return dict(rows.fetchall())
