"""Write agents and their immutable versions."""

import json
from collections.abc import Mapping
from datetime import datetime

from opsconsole.domain.ids import VersionId
from opsconsole.store.queries.dismissals import DISMISSED
from opsconsole.store.queries.versions import newest_number
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction
from opsconsole.store.writes import settings


def add_version(
    tx: Transaction,
    agent: str,
    *,
    digest: str,
    spec: str,
    tools: Mapping[str, str],
    source: str,
    actor: str,
    now: datetime,
    reason: str = "",
    is_beside: bool = False,
) -> tuple[VersionId, int, bool]:
    """Store a version and put it in use; give (id, number, is_new). The same content in use again makes nothing.

    `is_beside`: it is only stored, and what is in use stays in use.
    """
    conn = tx.conn
    conn.execute("INSERT OR IGNORE INTO agent (id, created_at) VALUES (?, ?)", (agent, to_micros(now)))
    row = conn.execute(
        "SELECT v.id, v.number, v.digest, v.tools, v.source FROM agent a"
        " JOIN agent_version v ON v.id = a.version_id WHERE a.id = ?",
        (agent,),
    ).fetchone()
    kept = json.dumps(tools, sort_keys=True)
    if row is not None and (row[2], row[3], row[4]) == (digest, kept, source):
        return VersionId(row[0]), row[1], False
    number = newest_number(conn, agent) + 1
    cursor = conn.execute(
        "INSERT INTO agent_version (agent_id, number, digest, spec, tools, source, applied_by, created_at, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (agent, number, digest, spec, kept, source, actor, to_micros(now), reason),
    )
    version = VersionId(cursor.lastrowid or 0)
    if not is_beside:
        conn.execute("UPDATE agent SET version_id = ? WHERE id = ?", (version, agent))
    tx.touch("agents")
    return version, number, True


def take_out_of_use(tx: Transaction, agent: str, *, number: int, actor: str, reason: str, now: datetime) -> None:
    """Leave an agent without a version in use; its versions stay, and how it came to that is kept."""
    tx.conn.execute("UPDATE agent SET version_id = NULL WHERE id = ?", (agent,))
    kept = {"at": to_micros(now), "by": actor, "reason": reason, "number": number}
    settings.put(tx, DISMISSED.format(agent), json.dumps(kept))
    tx.touch("agents")


def count_failed_run(tx: Transaction, agent: str) -> int:
    """Count a run that failed; give how many failed one after another."""
    row = tx.conn.execute(
        "INSERT INTO failing (agent_id, runs) VALUES (?, 1) ON CONFLICT (agent_id) DO UPDATE SET runs = runs + 1"
        " RETURNING runs",
        (agent,),
    ).fetchone()
    return int(row[0])


def forget_failed_runs(tx: Transaction, agent: str) -> None:
    """Begin to count anew: a run came to its end, or a person has looked."""
    tx.conn.execute("DELETE FROM failing WHERE agent_id = ?", (agent,))
