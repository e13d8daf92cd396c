"""Write the reviews that a person signs."""

import json
from collections.abc import Sequence
from datetime import datetime

from opsconsole.domain.enums import ReviewDecision
from opsconsole.domain.ids import ContentId
from opsconsole.store.times import to_micros
from opsconsole.store.transaction import Transaction


def add_review(
    tx: Transaction,
    *,
    agent: str,
    since: datetime,
    until: datetime,
    decision: ReviewDecision,
    snapshot: bytes,
    lowered: Sequence[tuple[str, str]],
    reason: ContentId | None,
    actor: str,
    now: datetime,
) -> int:
    """Keep a signed review; give its number. There is one of an agent for a time: the schema refuses another."""
    cursor = tx.conn.execute(
        "INSERT INTO review (agent_id, since, until, decision, snapshot, lowered, reason_id, actor, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            agent,
            to_micros(since),
            to_micros(until),
            decision.value,
            snapshot.decode(),
            json.dumps([list(cell) for cell in lowered]),
            reason,
            actor,
            to_micros(now),
        ),
    )
    tx.touch("agents")
    return cursor.lastrowid or 0
