"""Write what a person says to a recommendation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from opsconsole.store.times import from_micros, to_micros
from opsconsole.store.transaction import Transaction

Said = Literal["did_it", "asked", "not_right"]


def say(
    tx: Transaction, action: str, verb: Said, *, actor: str, content: Mapping[str, Any] | None, now: datetime
) -> int | None:
    """Store an answer; give the content id of its words."""
    kept = None if content is None else tx.keep(content)
    tx.conn.execute(
        "INSERT INTO recommendation (action_id, verb, actor, at, content_id) VALUES (?, ?, ?, ?, ?)",
        (action, verb, actor, to_micros(now), kept),
    )
    tx.touch("runs")
    return kept


def take_back(tx: Transaction, action: str) -> datetime:
    """Have it wait for an answer again; give when it was answered."""
    row = tx.conn.execute(
        "DELETE FROM recommendation WHERE action_id = ? AND verb <> 'asked' RETURNING at", (action,)
    ).fetchone()
    tx.touch("runs")
    return from_micros(int(row[0]))
