"""Write connections and what they remember."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opsconsole.store.queries.connections import SETTLED
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def put(tx: Transaction, name: str, *, kind: str, config: Mapping[str, Any], now: datetime) -> None:
    """Store a connection's configuration, over an earlier one of the same name."""
    tx.conn.execute(
        "INSERT INTO connection (id, kind, config, created_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, config = excluded.config, is_off = 0",
        (name, kind, json.dumps(config, sort_keys=True, ensure_ascii=False), to_micros(now)),
    )
    tx.touch("connections")


def settle(tx: Transaction, name: str, *, now: datetime) -> None:
    """Have everybody who holds this connection open it anew."""
    earlier = tx.conn.execute(
        "SELECT value FROM connection_memory WHERE connection_id = ? AND key = ?", (name, SETTLED)
    ).fetchone()
    count = json.loads(earlier[0])["count"] + 1 if earlier else 1
    remember(tx, name, SETTLED, {"count": count, "at": to_micros(now)}, now=now)


def settle_those_with(tx: Transaction, secret: str, *, now: datetime) -> None:
    """Have connections opened anew whose configuration names a secret."""
    rows = tx.conn.execute("SELECT id FROM connection WHERE is_off = 0 AND instr(config, ?) > 0", (secret,)).fetchall()
    for (name,) in rows:
        settle(tx, name, now=now)


def turn_off(tx: Transaction, name: str) -> bool:
    """Take a connection out of use; its events stay. False where it was not in use."""
    gone = tx.conn.execute("UPDATE connection SET is_off = 1 WHERE id = ? AND is_off = 0", (name,)).rowcount == 1
    tx.conn.execute("DELETE FROM connection_memory WHERE connection_id = ?", (name,))
    tx.touch("connections")
    return gone


def remember(tx: Transaction, connection: str, key: str, value: Any, *, now: datetime) -> None:
    """Keep a small JSON value for a connection."""
    tx.conn.execute(
        "INSERT INTO connection_memory (connection_id, key, value, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (connection_id, key) DO UPDATE SET value = excluded.value, at = excluded.at",
        (connection, key, json.dumps(value, sort_keys=True, ensure_ascii=False), to_micros(now)),
    )
    tx.touch("connections")
